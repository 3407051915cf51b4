package handlers

import (
	"container/list"
	"sync"
	"time"
)

// memory stores sessions in the process, the least recently saved first to go when
// there are too many. It keeps destroyed sessions dead: a request that loaded one
// before it was destroyed can't bring it back by saving it.
type memory struct {
	lifetime time.Duration
	limit    int

	mu    sync.Mutex
	all   map[string]*list.Element
	order *list.List // of *stored, in the order of their last saving
}

type stored struct {
	token  string
	data   []byte // nil: destroyed
	expiry time.Time
}

func newMemory(lifetime time.Duration, limit int) *memory {
	return &memory{lifetime: lifetime, limit: limit, all: map[string]*list.Element{}, order: list.New()}
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
	return s.data, s.data != nil && s.expiry.After(time.Now()), nil
}

// Commit is part of scs.Store.
func (m *memory) Commit(token string, data []byte, expiry time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if el := m.all[token]; el != nil && el.Value.(*stored).data == nil {
		return nil
	}
	m.put(&stored{token, data, expiry})
	return nil
}

// Delete is part of scs.Store.
func (m *memory) Delete(token string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all[token] != nil {
		m.put(&stored{token, nil, time.Now().Add(m.lifetime)})
	}
	return nil
}

// put saves s as the newest, and drops from the other end what has expired or is too
// many. The order is that of saving, so an expired session may stay a while behind a
// younger one; Find does not find it.
func (m *memory) put(s *stored) {
	if el := m.all[s.token]; el != nil {
		m.order.Remove(el)
	}
	m.all[s.token] = m.order.PushBack(s)
	now := time.Now()
	for el := m.order.Front(); el != nil; el = m.order.Front() {
		if old := el.Value.(*stored); len(m.all) > m.limit || !old.expiry.After(now) {
			m.order.Remove(el)
			delete(m.all, old.token)
			continue
		}
		return
	}
}
