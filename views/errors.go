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
	// ErrGone is returned to who sends to a page or component that has ended, or is not there.
	ErrGone = fault.ErrGone
	// ErrFull is returned to who sends to a page whose mailbox is full, or which has too many
	// timers. It is the result of a background task if the page has too many of them.
	ErrFull = fault.ErrFull
	// ErrDeadline is what a callback has failed with that ran longer than it may.
	ErrDeadline = fault.ErrDeadline
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
