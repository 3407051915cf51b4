// Package fault has the errors of a view's callbacks: those with a status, panics, those of the
// kit itself, and the place where the application's code is called so that it ends nothing.
package fault

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"
)

// Errors of the kit itself.
var (
	// ErrGone is returned to who sends to a view or component that has ended.
	ErrGone = errors.New("views: the view is gone")
	// ErrNoComponent is the result of a message whose component has gone.
	ErrNoComponent = fmt.Errorf("views: the component is not there: %w", ErrGone)
	// ErrFull is returned to who sends to a view whose mailbox is full.
	ErrFull = errors.New("views: the mailbox is full")
	// ErrNoEvent is returned for an event that the view does not have.
	ErrNoEvent = errors.New("views: no such event")
	// ErrParams is returned for parameters that do not parse.
	ErrParams = errors.New("views: bad parameters")
	// ErrDeadline is the result of a callback that ran longer than it may.
	ErrDeadline = errors.New("views: the callback took too long")
	// ErrAbandoned is the result of a callback that was given up: another goroutine runs
	// the view by now.
	ErrAbandoned = fmt.Errorf("views: the callback was given up: %w", ErrDeadline)
	// ErrRemount is returned by a rendering that can't show what it should: the view has to
	// be remounted.
	ErrRemount = errors.New("views: the view has to be remounted")

	errGoexit = errors.New("views: the callback ended its goroutine")
)

// TooOften is the error of what is done more often than a rate limit allows.
type TooOften struct {
	Wait time.Duration // until it is allowed again
}

// Error says so, for the log.
func (e *TooOften) Error() string {
	return fmt.Sprintf("views: beyond the rate limit, for %v more", e.Wait.Round(time.Millisecond))
}

// Status is an error that is answered with an HTTP status and a text for the user.
type Status struct {
	Code int
	Text string
}

// Error returns the text for the user.
func (e *Status) Error() string { return e.Text }

// StatusOf returns the status and the text for the user of an error, wrapped or not, and 500
// without a text for one that has none.
func StatusOf(err error) (code int, text string) {
	if s, ok := errors.AsType[*Status](err); ok {
		return s.Code, s.Text
	}
	return http.StatusInternalServerError, ""
}

// Panic is a panic of the application's code, with its stack for the log.
type Panic struct {
	Value any
	Stack []byte

	text  string
	cause error // Value, if it is an error
}

// NewPanic returns the error of a panic. The deferred function that has recovered it calls it,
// so that the stack is that of the panic.
func NewPanic(value any) *Panic {
	e := &Panic{Value: value, Stack: debug.Stack()}
	if err, ok := value.(error); ok {
		e.cause = Seal(err)
		e.text = "panic: " + e.cause.Error()
	} else {
		e.text = fmt.Sprintf("panic: %v", value) // fmt catches what its methods may do
	}
	return e
}

// Error returns the text of the panic's value.
func (e *Panic) Error() string { return e.text }

// Unwrap returns the panic's value if it is an error.
func (e *Panic) Unwrap() error { return e.cause }

// Unwind is a panic that ends a rendering whose view another goroutine runs by now.
type Unwind struct{}

// Guard calls the application's code.
type Guard struct {
	// Explain, if not nil, returns an error for a panic whose cause it knows, to stand in the
	// place of a *Panic; else nil.
	Explain func(panicked any) error
	// Report takes, from any goroutine, errors that nobody waits for. It must not panic.
	Report func(error)
}

// Call calls f. What it returns is safe to be asked: a panic has become an error, and an
// error's methods panic no more.
func (g *Guard) Call(f func() error) (err error) {
	normal := false
	defer func() {
		if normal {
			return
		}
		switch r := recover(); r {
		case Unwind{}:
			err = ErrAbandoned
		case nil:
			err = errGoexit
		default:
			err = g.Panicked(r)
		}
	}()
	err = Seal(f())
	normal = true
	return err
}

// Run calls a function that has nobody to return an error to; what it panics is reported
// under the name.
func (g *Guard) Run(name string, f func()) {
	if err := g.Call(func() error { f(); return nil }); err != nil {
		g.Report(fmt.Errorf("%s: %w", name, err))
	}
}

// Panicked returns the error of a panic.
func (g *Guard) Panicked(value any) error {
	if g.Explain != nil {
		if err := g.Explain(value); err != nil {
			return err
		}
	}
	return NewPanic(value)
}

// WithStack adds the stack of a panic, if the error is one, to what is logged.
func WithStack(args []any, err error) []any {
	if p, ok := errors.AsType[*Panic](err); ok {
		return append(args, "stack", string(p.Stack))
	}
	return args
}
