package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/state"
)

// runTimed runs one callback under its deadline. When that passes and the callback goes on, it is
// abandoned: whoever waits gets an answer, and another worker goes on.
func (v *View) runTimed(j job) error {
	observed, ctx := v.beginCallback(j)
	both := new(struct {
		deadline
		callback Callback
	})
	d := &both.deadline
	d.start(ctx, v, j.call.Name, observed)
	err := v.run(d, &both.callback, j.call)
	d.end(context.Canceled)
	if observed != nil && !errors.Is(err, fault.ErrAbandoned) {
		v.tell(observed.endCallback(time.Since(d.began), err))
	}
	return err
}

// giveUp abandons a callback that has passed its deadline, or whose view has ended. Another worker
// goes on with the turn: the remaining callbacks, and the rendering.
func (v *View) giveUp(d *deadline) {
	v.mu.Lock() // the worker waits for it before it goes on
	runEnds, ok := v.abandon(d)
	if !ok {
		v.mu.Unlock()
		return
	}
	why := fault.ErrGone
	late := false
	switch ended := d.Err(); {
	case errors.Is(ended, context.DeadlineExceeded):
		late, why = true, fault.ErrDeadline
	case errors.Is(ended, errExited):
		why = errExited
	}
	err := fmt.Errorf("%s: %w", d.name, why)
	t := v.turn.Swap(nil)
	if t == nil {
		t = &turn{request: &noRequest}
	}
	over := v.ended.Load()
	part := d.observed.endCallback(time.Since(d.began), err)
	var whole *Activity
	if over {
		whole = v.closeTurn(t, 0, err)
	} else {
		if !t.rendering {
			t.failed = err
		}
		rest := t.rest
		t.rest = nil // the turn may be given up again
		for i := range rest {
			rest[i].counted = false // it does not count any more since it was dequeued
		}
		v.mailbox.queue = slices.Concat(rest, []job{{run: func(v *View, gen uint64) {
			v.turn.Store(t)
			v.activity = t.activity
			v.finish(gen, t)
		}}}, v.mailbox.queue)
	}
	v.startWorker()
	v.mu.Unlock()
	// With no lock held: a logger may send to views.
	v.tell(part)
	v.tell(whole)
	if late {
		increment(v.host.Count.Deadlines)
		v.host.Log.ErrorContext(d.Context, "sideband: a callback ran past its deadline and was given up", "callback", d.name)
	}
	runEnds()
	if over && t.done != nil {
		t.done.answer(Outcome{Err: err})
	}
}

// Call runs a callback of a component in the middle of a rendering: it is part of render.Host. The
// callback sees the request that the rendering is for.
func (v *View) Call(c *render.Component, name string, f func(w state.Writer) error) error {
	var cause context.Context
	if t := v.turn.Load(); t != nil {
		cause = t.cause
	}
	return v.runTimed(job{ctx: cause, call: Call{Name: name, component: c, Run: func(cb *Callback) error { return f(cb) }}})
}
