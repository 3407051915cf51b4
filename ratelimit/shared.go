package ratelimit

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Shared is where processes count together: package redislimit has one for Redis. Its method is called from any goroutine,
// while an event waits.
//
// A failure is logged as an error, and its end as information: each once, and a failure that comes and goes at most once a
// minute.
type Shared interface {
	// Take takes one of the n uses that a key has in a time. It returns 0, or after what time there will be one. With an
	// error, the count of the process holds. It returns within a second, also if the server hangs.
	Take(ctx context.Context, key string, n int, per time.Duration) (wait time.Duration, err error)
}

// Share has processes count together, and returns the limit. Call it once, before the limit is used, and give each limit a
// Shared of its own.
//
// Each process keeps its own count, too: what is beyond that is not asked for elsewhere, and while s fails it alone holds.
func (l *Limit) Share(s Shared) *Limit {
	l.shared = s
	return l
}

// LogTo has the limit tell log of failures of what [Limit.Share] was given, and returns the limit. Default: slog.Default().
// Call it before the limit is used.
func (l *Limit) LogTo(log *slog.Logger) *Limit {
	l.log = log
	return l
}

// Counter counts uses in windows of time. It is a part of LimitCounter of github.com/go-chi/httprate, so one of its
// counters does. Its methods are called from any goroutine, while an event waits: give them a timeout of a second or less.
type Counter interface {
	// Config says what is counted, once, before the other methods are called.
	Config(limit int, window time.Duration)
	// IncrementBy adds to the count of a key in the window that begins at a time.
	IncrementBy(key string, window time.Time, amount int) error
	// Get returns the counts of a key in two windows.
	Get(key string, current, previous time.Time) (int, int, error)
}

// Windows has processes count together in a counter. Of the window before, the part counts that lies within the time of
// the limit. Two processes that ask at the same moment may both be allowed the last use.
// It panics if c is nil.
func Windows(c Counter) Shared {
	if c == nil {
		panic("ratelimit: Windows needs a counter")
	}
	return &windows{counter: c}
}

type windows struct {
	counter Counter
	config  sync.Once
}

// Take is part of [Shared].
func (w *windows) Take(_ context.Context, key string, limit int, per time.Duration) (time.Duration, error) {
	w.config.Do(func() { w.counter.Config(limit, per) })
	now := time.Now()
	current := now.UTC().Truncate(per)
	n, before, err := w.counter.Get(key, current, current.Add(-per))
	if err != nil {
		return 0, err
	}
	since := now.Sub(current)
	if n >= limit { // what is over then is known then
		return per - since, nil
	}
	// Of the window before, the part counts that lies within the time of the limit.
	if free := float64(limit - n - 1); float64(before)*(1-float64(since)/float64(per)) > free {
		at := time.Duration((1 - free/float64(before)) * float64(per))
		return max(time.Nanosecond, at-since), nil
	}
	return 0, w.counter.IncrementBy(key, current, 1) // if it fails, the process's own count has it
}
