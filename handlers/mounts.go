package handlers

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

// mounts bounds how many Mounts run at a time, and how many a session may ask for.
type mounts struct {
	atOnce    *semaphore.Weighted
	perMinute int

	mu       sync.Mutex
	sessions map[[16]byte]*rate.Limiter
}

// mountWait is how long a request waits for its turn to mount.
const mountWait = 10 * time.Second

func newMounts(atOnce, perMinute int) *mounts {
	return &mounts{atOnce: semaphore.NewWeighted(int64(atOnce)), perMinute: perMinute, sessions: map[[16]byte]*rate.Limiter{}}
}

// allow takes one of the session's Mounts of this minute.
func (m *mounts) allow(session [16]byte) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.sessions[session]
	if l == nil {
		l = rate.NewLimiter(rate.Limit(m.perMinute)/60, m.perMinute)
		m.sessions[session] = l
	}
	return l.Allow()
}

// begin waits for a turn. It reports false if none came in time.
func (m *mounts) begin(ctx context.Context) bool {
	if m.atOnce.TryAcquire(1) {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, mountWait)
	defer cancel()
	return m.atOnce.Acquire(ctx, 1) == nil
}

func (m *mounts) end() { m.atOnce.Release(1) }

// forget drops what is known of sessions that have all their Mounts again, and reports
// how many are left.
func (m *mounts) forget(now time.Time) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	for session, l := range m.sessions {
		if l.TokensAt(now) >= float64(m.perMinute) {
			delete(m.sessions, session)
		}
	}
	return len(m.sessions)
}
