package session

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// memory stores sessions in the process. When there are too many, it evicts those that were saved
// longest ago: its LRU list is ordered by Commit alone. It has no goroutine: Commit removes expired
// sessions.
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

// generation is a random number that a session gets when it is first stored. It distinguishes this
// life in the store from those of the same token in other processes or before a restart.
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

// Commit is part of scs.Store. It also removes expired sessions from the end of the list. One behind a
// session that still lives stays for a while, but Find does not return it.
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
