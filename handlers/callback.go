package handlers

import (
	"context"
	"errors"
	"fmt"

	"github.com/sideband-go/sideband/views"
)

// callback runs one callback under its deadline. When that passes and the callback
// goes on, it is given up: the sender gets its answer and another worker goes on.
func (l *live) callback(j job) error {
	ctx := newDeadline(j.ctx, l.kit.config.EventDeadline, func(c *deadline) { l.giveUp(c, j) })
	if !l.begin(ctx, j.closing) {
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

// giveUp is called when a callback has passed its deadline, or its view has ended.
func (l *live) giveUp(ctx *deadline, j job) {
	l.mu.Lock() // so that the worker finds out before it goes on
	given := l.in.Abandon(ctx)
	if given {
		l.start()
	}
	l.mu.Unlock()
	if !given {
		return
	}
	err := views.ErrGone
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = views.ErrDeadline
		l.kit.count.deadlines.Add(1)
		l.kit.log.Error("sideband: a callback ran past its deadline and was given up", "callback", j.msg.Name)
	}
	if j.done != nil {
		j.done <- result{err: fmt.Errorf("%s: %w", j.msg.Name, err)}
	}
}
