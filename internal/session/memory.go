package session

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// memory stores sessions in the process. When there are too many, those that were saved
// longest ago give way.
//
// The order is that of an LRU list which reading does not touch. Each session has an expiry of
// its own, and there is no goroutine: what has expired goes when something is saved.
type memory struct {
	mu      sync.Mutex
	all     *simplelru.LRU[string, stored] // by token
	evicted uint64
}

type stored struct {
	data       []byte
	expiry     time.Time
	generation generation
}

// generation is a random number that a session has since it was first stored: it tells this
// life in the store from those that its token has had in other processes, or before a restart.
type generation [8]byte

func newMemory(limit int) *memory {
	all, _ := simplelru.NewLRU[string, stored](max(1, limit), nil) // it fails only for a limit below 1
	return &memory{all: all}
}

// find returns a stored session that has not expired.
func (m *memory) find(token string) (stored, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, found := m.all.Peek(token)
	return s, found && s.expiry.After(time.Now())
}

// has reports whether a session is stored.
func (m *memory) has(token string) bool {
	_, found := m.find(token)
	return found
}

// Find is part of scs.Store.
func (m *memory) Find(token string) ([]byte, bool, error) {
	s, found := m.find(token)
	return s.data, found, nil
}

// Commit is part of scs.Store. It also drops what has expired, from the end of the list: an expired
// session may stay a while before a younger one, but Find does not find it.
func (m *memory) Commit(token string, data []byte, expiry time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, again := m.all.Peek(token)
	if !again {
		_, _ = rand.Read(s.generation[:]) // it never fails
	}
	s.data, s.expiry = data, expiry
	now := time.Now()
	for {
		_, oldest, ok := m.all.GetOldest()
		if !ok || oldest.expiry.After(now) {
			break
		}
		m.all.RemoveOldest()
	}
	if m.all.Add(token, s) {
		m.evicted++
	}
	return nil
}

// Delete is part of scs.Store.
func (m *memory) Delete(token string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all.Remove(token)
	return nil
}

func (m *memory) count() (held int, evicted uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.all.Len(), m.evicted
}
