package views

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// guard calls a function of the application's that has nobody to return an error to.
func (in *Instance) guard(f func()) {
	if err := in.host.protect(func() error { f(); return nil }); err != nil {
		in.host.Report(fmt.Errorf("%s: %w", in.def.Name(), err))
	}
}

// Do runs one callback as a transaction: what it set and sent takes effect if it
// returns nil. A panic becomes a *PanicError. If the callback was abandoned
// meanwhile, Do returns ErrAbandoned, the callback has left no trace, and the
// instance must not be touched by this goroutine any more.
func (in *Instance) Do(ctx context.Context, m Message) error {
	c := in.root
	switch {
	case m.at != "":
		c = in.lookup(m.at)
	case m.part != nil:
		c = m.part
	}
	if c == nil || c != in.root && !m.closing && c.hasEnded() {
		return fmt.Errorf("%s: %w", m.Name, ErrNoComponent)
	}
	tx := c.scope.Begin()
	s := &Socket{Context: ctx, in: in, part: c, tx: tx, src: tx.Source(), rendering: in.Rendering()}
	in.current.Store(s)
	err := in.host.protect(func() error { return m.Run(s) })
	if !s.phase.CompareAndSwap(running, finished) {
		return ErrAbandoned
	}
	in.current.Store(nil)
	to := leavingOf(err)
	if to != nil {
		err = nil
	}
	switch ctx.Err() {
	case context.DeadlineExceeded:
		err = errors.Join(ErrDeadline, err)
	case context.Canceled:
		err = errors.Join(ErrGone, err)
	}
	if err != nil {
		for _, e := range s.takeEnds() {
			in.guard(e.run)
		}
		if _, ok := errors.AsType[*PanicError](err); ok && c != in.root {
			c.fail()
		}
		return fmt.Errorf("%s: %w", m.Name, err)
	}
	in.note(c)
	tx.Commit()
	if s.title != nil && *s.title != "" {
		in.title = *s.title
	}
	in.undo.undone = append(in.undo.undone, s.undone...)
	for _, f := range s.effects {
		in.guard(f)
	}
	if ends := s.takeEnds(); ends != nil {
		c.onEnd(ends)
	}
	c.startJobs(tx.Jobs())
	in.settle(s, to)
	return nil
}

// Abandon gives up the callback that is running with ctx: whatever it still does is void.
// It reports whether there was one; then ended has to be called, with no lock held. Safe for
// concurrent use.
func (in *Instance) Abandon(ctx context.Context) (ended func(), ok bool) {
	s := in.current.Load()
	if s == nil || s.Context != ctx || !s.phase.CompareAndSwap(running, abandoned) {
		return nil, false
	}
	if s.rendering && s.part != in.root {
		s.part.late.Store(true)
	}
	return func() {
		for _, e := range s.takeEnds() {
			in.guard(e.run)
		}
	}, true
}

// PanicError is a panic of the page's code, with its stack for the log.
type PanicError struct {
	Value any
	Stack []byte

	text  string
	cause error // Value, if it is an error
}

// NewPanicError returns the error of a panic. The deferred function that has recovered it calls it,
// so that the stack is that of the panic.
func NewPanicError(value any) *PanicError {
	e := &PanicError{Value: value, Stack: debug.Stack()}
	if err, ok := value.(error); ok {
		e.cause = seal(err)
		e.text = "panic: " + e.cause.Error()
	} else {
		e.text = fmt.Sprintf("panic: %v", value) // fmt catches what its methods may do
	}
	return e
}

// Error returns the text of the panic's value.
func (e *PanicError) Error() string { return e.text }

// Unwrap returns the panic's value if it is an error.
func (e *PanicError) Unwrap() error { return e.cause }

// unwind is a panic that ends a rendering whose view another goroutine runs by now.
type unwind struct{}

var errGoexit = errors.New("views: the callback ended its goroutine")

// protect calls the application's code. What it returns is safe to be asked: a panic has
// become an error, and an error's methods panic no more.
func (h *Host) protect(f func() error) (err error) {
	normal := false
	defer func() {
		if normal {
			return
		}
		switch r := recover(); r {
		case unwind{}:
			err = ErrAbandoned
		case nil:
			err = errGoexit
		default:
			err = h.panicked(r)
		}
	}()
	err = seal(f())
	normal = true
	return err
}

// panicked is the error of a panic.
func (h *Host) panicked(value any) error {
	if h.Explain != nil {
		if err := h.Explain(value); err != nil {
			return err
		}
	}
	return NewPanicError(value)
}
