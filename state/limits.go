package state

import "time"

// Limits bound a [Store]. Zero fields have the defaults named.
type Limits struct {
	// Views is how many views are kept in all. Default 100,000.
	Views int
	// Pending is how many of them may not have been connected yet. Beyond it Add
	// refuses new ones. Default 10,000.
	Pending int
	// PerSession is how many views one session may keep. Default 50.
	PerSession int
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
	if l.PendingLife <= 0 {
		l.PendingLife = time.Minute
	}
	if l.Life <= 0 {
		l.Life = 15 * time.Minute
	}
	return l
}
