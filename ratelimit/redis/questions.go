package redislimit

import (
	"sync"
	"time"
)

// questions are those that Redis is asked. After one that fails there are none for a while, and then one that tries.
type questions struct {
	mu     sync.Mutex
	asking int       // that have not ended, those that were given up among them
	away   bool      // Redis has failed, and has answered none since that tries
	trying bool      // a question tries whether it is back
	until  time.Time // Redis is not asked before, while it is away
}

// begin begins a question, which has to end. Without an error, it says whether it is one that tries.
func (q *questions) begin(now time.Time) (tries bool, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.away && (q.trying || now.Before(q.until)):
		return false, ErrAway
	case q.asking >= maxAsking:
		return false, ErrBusy
	}
	q.asking++
	q.trying = q.away
	return q.away, nil
}

// failed notes that a question failed, which may not have ended.
func (q *questions) failed(now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.away, q.until = true, now.Add(pause)
}

// end ends a question.
func (q *questions) end(tries bool, err error, now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asking--
	if tries {
		q.trying = false
	}
	switch {
	case err != nil:
		q.away, q.until = true, now.Add(pause)
	case tries:
		q.away = false
	}
}
