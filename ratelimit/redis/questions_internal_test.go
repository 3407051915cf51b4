package redislimit

import (
	"errors"
	"testing"
	"time"
)

// Case 475: while Redis is away one question tries it, after a pause, and the next one not before that has ended.
func TestOneQuestionTries(t *testing.T) {
	var q questions
	failure, now := errors.New("away"), time.Now()
	begin := func(when string, tries bool, want error) {
		t.Helper()
		if got, err := q.begin(now); got != tries || !errors.Is(err, want) {
			t.Fatalf("%s: %v, %v", when, got, err)
		}
	}
	begin("the first", false, nil)
	begin("another", false, nil)
	q.failed(now) // but it does not end
	begin("after a failure", false, ErrAway)
	q.end(false, nil, now)
	begin("after an answer to who asked before", false, ErrAway)
	now = now.Add(pause)
	begin("after the pause", true, nil)
	begin("while it is tried", false, ErrAway)
	q.failed(now)
	now = now.Add(pause)
	begin("while the client waits for the answer", false, ErrAway)
	q.end(true, failure, now)
	begin("after it has failed", false, ErrAway)
	now = now.Add(pause)
	begin("after the next pause", true, nil)
	q.end(true, nil, now)
	begin("when it is back", false, nil)
	begin("and the next one", false, nil)
	q.end(false, nil, now)
	q.end(false, nil, now)
	for range maxAsking - 1 { // one of the first has not ended
		begin("many at once", false, nil)
	}
	begin("too many", false, ErrBusy)
	for range maxAsking {
		q.end(false, nil, now)
	}
	begin("when all have ended", false, nil)
}
