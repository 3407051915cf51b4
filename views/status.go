package views

import (
	"errors"
	"fmt"
	"net/http"
)

// Errors that a callback may return to answer with their status.
var (
	ErrNotFound  = Error(http.StatusNotFound, "Not found")
	ErrForbidden = Error(http.StatusForbidden, "Not allowed")
)

// Error makes an error that is answered with an HTTP status; events answer 502 and 504,
// which are a proxy's, as 500. The text is shown to
// the user; that of other errors never is. It panics if code is no error status.
func Error(code int, text string) error {
	if code < 400 || code > 599 {
		panic("views: Error needs a code from 400 to 599")
	}
	return &statusError{code, text}
}

type statusError struct {
	code int
	text string
}

func (e *statusError) Error() string { return e.text }

// StatusOf returns the status and the text for the user of an error made by
// [Error], wrapped or not, and 500 with a general text for any other.
func StatusOf(err error) (code int, text string) {
	if s, ok := errors.AsType[*statusError](err); ok {
		return s.code, s.text
	}
	return http.StatusInternalServerError, "Something went wrong. Please try again."
}

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
)
