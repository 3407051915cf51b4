package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sideband-go/sideband/views"
)

// callback runs one callback under its deadline. When that passes and the callback
// goes on, it is given up: the sender gets its answer and another worker goes on.
func (l *live) callback(j job) error {
	ctx := newDeadline(j.ctx, l.kit.config.Timeouts.Event, func(c *deadline) { l.giveUp(c, j) })
	if !l.begin(ctx, j.msg.ForEnd()) {
		ctx.end(context.Canceled)
		return views.ErrGone
	}
	err := l.in.Do(ctx, j.msg)
	if ctx.end(context.Canceled) { // else another worker may have begun another callback
		l.begin(nil, true)
	}
	return err
}

// begin notes the callback that begins. It reports false if the view has ended, when
// nothing but Close runs any more.
func (l *live) begin(ctx *deadline, closing bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended && !closing {
		return false
	}
	l.current = ctx
	return true
}

// giveUp is called when a callback has passed its deadline, or its view has ended. Another
// worker goes on with the turn: with the callbacks that are left, and the rendering.
func (l *live) giveUp(ctx *deadline, j job) {
	l.mu.Lock() // so that the worker finds out before it goes on
	ended, ok := l.in.Abandon(ctx)
	if !ok {
		l.mu.Unlock()
		return
	}
	why := views.ErrGone
	late := false
	switch ended := ctx.Err(); {
	case errors.Is(ended, context.DeadlineExceeded):
		late, why = true, views.ErrDeadline
	case errors.Is(ended, errExited):
		why = errExited
	}
	err := fmt.Errorf("%s: %w", j.msg.Name, why)
	t := l.turn
	if t == nil {
		t = &turn{}
	}
	l.turn = nil
	if !l.ended {
		if !t.rendering {
			t.failed = err
		}
		rest := t.rest
		t.rest = nil // the turn may be given up again
		for i := range rest {
			rest[i].counted = false // its place is free since it was taken out
		}
		l.queue = slices.Concat(rest, []job{{run: func(l *live, me uint64) {
			l.begins(t)
			l.finish(me, t)
		}}}, l.queue)
	}
	over := l.ended
	l.start()
	l.mu.Unlock()
	if late { // with no lock held: a logger may send to views
		increment(&l.kit.stats.Deadlines)
		l.kit.log.Error("sideband: a callback ran past its deadline and was given up", "callback", j.msg.Name)
	}
	ended()
	if over && t.done != nil {
		t.done <- result{err: err}
	}
}

// Call runs a callback in the middle of a rendering. It sees the request that the rendering
// is for.
func (l *live) Call(m views.Message) error {
	l.mu.Lock()
	var cause context.Context
	if l.turn != nil {
		cause = l.turn.cause
	}
	l.mu.Unlock()
	return l.callback(job{msg: m, ctx: cause})
}

// ID names the view.
func (l *live) ID() string { return l.id }

// Restart ends the view, so that its page remounts it, at the server's expense.
func (l *live) Restart() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended && l.steps&stepRestart == 0 { // what waits would be shown by a view that is not right; events run in the next one
		l.steps |= stepRestart
		l.enqueueFirst(job{run: func(l *live, _ uint64) {
			l.kit.mounts.excuse(l.id, time.Now())
			l.restart()
		}, step: stepRestart})
	}
}

// restart drops the view. Its page comes again, with its ticket.
func (l *live) restart() {
	l.end(nil) // before the store does, with other last words
	l.mu.Lock()
	e := l.entry
	l.mu.Unlock()
	if e != nil { // else its page is on its way, and keep finds out
		l.kit.store.Remove(e)
	}
}
