package live

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/state"
)

// runTimed runs one callback under its deadline. When that passes and the callback goes on, it is
// abandoned: whoever waits gets an answer, and another worker goes on.
func (v *View) runTimed(j job) error {
	ctx := newDeadline(j.ctx, v.host.EventDeadline, func(d *deadline) { v.giveUp(d, j) })
	if !v.setCurrent(ctx, j.call.closing) {
		ctx.end(context.Canceled)
		return fault.ErrGone
	}
	err := v.run(ctx, j.call)
	if ctx.end(context.Canceled) { // else another worker may have begun another callback
		v.setCurrent(nil, true)
	}
	return err
}

// setCurrent notes the callback that begins. It reports false if the view has ended, when
// nothing but Close runs any more.
func (v *View) setCurrent(ctx *deadline, closing bool) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.ended && !closing {
		return false
	}
	v.current = ctx
	return true
}

// giveUp abandons a callback that has passed its deadline, or whose view has ended. Another worker
// goes on with the turn: the remaining callbacks, and the rendering.
func (v *View) giveUp(ctx *deadline, j job) {
	v.mu.Lock() // so that the worker finds out before it goes on
	runEnds, ok := v.abandon(ctx)
	if !ok {
		v.mu.Unlock()
		return
	}
	why := fault.ErrGone
	late := false
	switch ended := ctx.Err(); {
	case errors.Is(ended, context.DeadlineExceeded):
		late, why = true, fault.ErrDeadline
	case errors.Is(ended, errExited):
		why = errExited
	}
	err := fmt.Errorf("%s: %w", j.call.Name, why)
	t := v.turn
	if t == nil {
		t = &turn{}
	}
	v.turn = nil
	if !v.ended {
		if !t.rendering {
			t.failed = err
		}
		rest := t.rest
		t.rest = nil // the turn may be given up again
		for i := range rest {
			rest[i].counted = false // it does not count any more since it was dequeued
		}
		v.mailbox.queue = slices.Concat(rest, []job{{run: func(v *View, gen uint64) {
			v.setTurn(t)
			v.finish(gen, t)
		}}}, v.mailbox.queue)
	}
	over := v.ended
	v.startWorker()
	v.mu.Unlock()
	if late { // with no lock held: a logger may send to views
		increment(v.host.Count.Deadlines)
		v.host.Log.Error("sideband: a callback ran past its deadline and was given up", "callback", j.call.Name)
	}
	runEnds()
	if over && t.done != nil {
		t.done <- Outcome{Err: err}
	}
}

// Call runs a callback of a component in the middle of a rendering: it is part of render.Host. The
// callback sees the request that the rendering is for.
func (v *View) Call(c *render.Component, name string, f func(w state.Writer) error) error {
	v.mu.Lock()
	var cause context.Context
	if v.turn != nil {
		cause = v.turn.cause
	}
	v.mu.Unlock()
	return v.runTimed(job{ctx: cause, call: Call{Name: name, component: c, Run: func(cb *Callback) error { return f(cb) }}})
}
