package views

import (
	"net/http"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/protocol"
)

// Errors that a callback may return to answer with their status.
var (
	ErrNotFound  = Error(http.StatusNotFound, "Not found")
	ErrForbidden = Error(http.StatusForbidden, "Not allowed")
)

// Errors that callers of this package get, wrapped or not.
var (
	// ErrGone is returned for a message to a page or component that has ended or does not exist.
	ErrGone = fault.ErrGone
	// ErrFull is returned for a message to a page whose mailbox is full, or that has too many
	// timers. It is the result of a background task if the page has too many of them.
	ErrFull = fault.ErrFull
	// ErrDeadline is the error of a callback that ran past its deadline.
	ErrDeadline = fault.ErrDeadline
	// ErrText is returned for a text that is no value of its type. Events are answered 400 with it.
	ErrText = fault.ErrParams
	// ErrAddress is returned for an invalid redirect target.
	ErrAddress = protocol.ErrAddress
)

// Error makes an error that is answered with an HTTP status; events answer 502 and 504,
// which are a proxy's, as 500. The text is shown to
// the user; that of other errors never is. It panics if code is no error status.
func Error(code int, text string) error {
	if code < 400 || code > 599 {
		panic("views: Error needs a code from 400 to 599")
	}
	return &fault.Status{Code: code, Text: text}
}
