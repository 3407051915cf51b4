package live

import (
	"errors"
	"testing"
)

func TestOnlyTheFirstAnswerCounts(t *testing.T) {
	w := new(waiter)
	w.answered.Add(1)
	first := errors.New("first")
	w.answer(Outcome{Err: first})
	w.answer(Outcome{Err: errors.New("second")}) // neither waits nor panics
	if w.answered.Wait(); !errors.Is(w.outcome.Err, first) {
		t.Error(w.outcome.Err)
	}
}
