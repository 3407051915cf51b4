package natsstash

import (
	"testing"
	"time"
)

// Shift moves the clock of the store's process, which begins to ask the server for the time.
func Shift(s *Store, by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = func() time.Time { return time.Now().Add(by) }
	s.asked = time.Time{}
}

// Messages returns how many messages the stream has.
func Messages(t testing.TB, s *Store) uint64 {
	info, err := s.stream.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return info.State.Msgs
}
