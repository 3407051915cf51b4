package fault

import "errors"

// Outcome says what an error means, without saying what it says.
type Outcome string

// The outcomes.
const (
	Succeeded Outcome = "ok"
	Refused   Outcome = "refused" // a status below 500, or parameters that do not parse
	Limited   Outcome = "limited" // by a rate limit
	Full      Outcome = "full"    // a queue was
	Gone      Outcome = "gone"    // the view or component was, or is by now
	Remounted Outcome = "remounted"
	Failed    Outcome = "failed"
	Panicked  Outcome = "panicked"
	Late      Outcome = "deadline" // the callback took too long
)

// Outcomes lists them.
var Outcomes = []Outcome{Succeeded, Refused, Limited, Full, Gone, Remounted, Failed, Panicked, Late}

// OutcomeOf returns the outcome of what has returned err, which is sealed if it is the application's.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return Succeeded
	}
	if _, ok := errors.AsType[*Panic](err); ok {
		return Panicked
	}
	if _, ok := errors.AsType[*TooOften](err); ok {
		return Limited
	}
	switch {
	case errors.Is(err, ErrDeadline):
		return Late
	case errors.Is(err, ErrGone):
		return Gone
	case errors.Is(err, ErrRemount):
		return Remounted
	case errors.Is(err, ErrFull):
		return Full
	case errors.Is(err, ErrParams), errors.Is(err, ErrNoEvent):
		return Refused
	}
	if status, _ := StatusOf(err); status < 500 {
		return Refused
	}
	return Failed
}

// IsFailure reports whether it is a mistake of the program.
func (o Outcome) IsFailure() bool { return o == Failed || o == Panicked || o == Late }
