package handlers

import (
	"container/list"
	"crypto/rand"
	"sync"
	"time"
)

// memory stores sessions in the process, the least recently saved first to go when
// there are too many.
type memory struct {
	limit int

	mu      sync.Mutex
	all     map[string]*list.Element
	order   *list.List // of *stored, in the order of their last saving
	evicted uint64
}

type stored struct {
	token  string
	data   []byte
	expiry time.Time
	era    [8]byte // random: since the session was first stored
}

func newMemory(limit int) *memory {
	return &memory{limit: limit, all: map[string]*list.Element{}, order: list.New()}
}

// Find is part of scs.Store.
func (m *memory) Find(token string) ([]byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	el := m.all[token]
	if el == nil {
		return nil, false, nil
	}
	s := el.Value.(*stored)
	return s.data, s.expiry.After(time.Now()), nil
}

// has reports whether a session is stored.
func (m *memory) has(token string) bool {
	_, found := m.eraOf(token)
	return found
}

// eraOf tells the life of a stored session from those that its token has had in other
// processes, or before a restart.
func (m *memory) eraOf(token string) (era [8]byte, found bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	el := m.all[token]
	if el == nil {
		return era, false
	}
	s := el.Value.(*stored)
	return s.era, s.expiry.After(time.Now())
}

// Commit is part of scs.Store. What has expired, or is too many, goes from the other
// end. The order is that of saving, so an expired session may stay a while behind a
// younger one; Find does not find it.
func (m *memory) Commit(token string, data []byte, expiry time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &stored{token: token, data: data, expiry: expiry}
	if el := m.all[token]; el != nil {
		s.era = el.Value.(*stored).era
	} else {
		_, _ = rand.Read(s.era[:]) // it never fails
	}
	m.drop(token)
	m.all[token] = m.order.PushBack(s)
	now := time.Now()
	for {
		old := m.order.Front().Value.(*stored)
		expired := !old.expiry.After(now)
		if !expired && len(m.all) <= m.limit {
			return nil
		}
		if m.drop(old.token); !expired {
			m.evicted++
		}
		if len(m.all) == 0 {
			return nil
		}
	}
}

// Delete is part of scs.Store.
func (m *memory) Delete(token string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drop(token)
	return nil
}

func (m *memory) drop(token string) {
	if el := m.all[token]; el != nil {
		m.order.Remove(el)
		delete(m.all, token)
	}
}

func (m *memory) count() (held int, evicted uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.all), m.evicted
}
