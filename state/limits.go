package state

import (
	"math"
	"runtime/debug"
	"time"
)

// Limits bound a [Store]. A field that is zero has the default named.
type Limits struct {
	// Views is how many views are kept in all. Default 100,000.
	Views int
	// Pending is how many of them may wait for their first connection. Beyond it, Add
	// refuses new ones. Default 10,000.
	Pending int
	// PerSession is how many views one session may keep. Default 50.
	PerSession int
	// Bytes is about how much memory views that are not connected may hold. A quarter of it
	// is for views that have never been connected. The values of keys are not counted.
	// Default: a quarter of the memory limit of the program (GOMEMLIMIT, or
	// debug.SetMemoryLimit); without one, 1 GiB.
	Bytes int64
	// PendingLife is how long a view waits for its first connection. Default 60 s.
	PendingLife time.Duration
	// Life is how long a view is kept after its connection has closed. Default 15 min.
	Life time.Duration
}

// WithDefaults returns the limits with the defaults in place of zeros.
func (l Limits) WithDefaults() Limits {
	def := func(n *int, d int) {
		if *n <= 0 {
			*n = d
		}
	}
	def(&l.Views, 100_000)
	def(&l.Pending, 10_000)
	def(&l.PerSession, 50)
	if l.Bytes <= 0 {
		l.Bytes = defaultBytes()
	}
	if l.PendingLife <= 0 {
		l.PendingLife = time.Minute
	}
	if l.Life <= 0 {
		l.Life = 15 * time.Minute
	}
	return l
}

func defaultBytes() int64 {
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 { // it only asks
		return max(limit/4, 1)
	}
	return 1 << 30
}
