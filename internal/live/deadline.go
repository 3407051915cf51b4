package live

import (
	"context"
	"sync"
	"time"
)

// deadline is the context of one callback: the values of a request, and a deadline of its own. It
// does what context.WithTimeout and context.AfterFunc do together, with one timer and, until
// somebody waits for it, no channel.
type deadline struct {
	context.Context // for values; nil for a message, which has none
	began           time.Time
	view            *View
	name            string // of the callback
	timer           *time.Timer
	observed        *Activity // nil if nobody observes it

	mu   sync.Mutex
	err  error
	done chan struct{}
}

// start starts the time of a view's callback. It is given up when that is over before end was
// called, or when cut is.
func (c *deadline) start(values context.Context, v *View, name string, observed *Activity) {
	c.Context, c.began, c.view, c.name, c.observed = values, time.Now(), v, name, observed
	if values == nil {
		c.Context = context.Background()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timer = time.AfterFunc(v.host.EventDeadline, func() { c.cut(context.DeadlineExceeded) })
}

// cut ends the context before its time, for the callback that still runs.
func (c *deadline) cut(err error) {
	if c.end(err) {
		c.view.giveUp(c)
	}
}

// end ends the context, and reports whether it had not ended before.
func (c *deadline) end(err error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return false
	}
	c.timer.Stop()
	c.err = err
	if c.done == nil {
		c.done = closed
	} else {
		close(c.done)
	}
	return true
}

var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Deadline is part of context.Context.
func (c *deadline) Deadline() (time.Time, bool) { return c.began.Add(c.view.host.EventDeadline), true }

// Done is part of context.Context.
func (c *deadline) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil {
		c.done = make(chan struct{})
	}
	return c.done
}

// Err is part of context.Context.
func (c *deadline) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}
