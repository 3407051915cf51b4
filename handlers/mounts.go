package handlers

import (
	"context"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// mounts bounds how many Mounts run at a time, and how many a session may ask for.
type mounts struct {
	atOnce    *turns
	perMinute int

	mu       sync.Mutex
	sessions map[[16]byte]*rate.Limiter
	excuses  map[string]time.Time // views that the server has restarted, and when that is forgotten
}

// mountWait is how long a request waits for its turn to mount.
const mountWait = 10 * time.Second

func newMounts(atOnce, perMinute int) *mounts {
	return &mounts{atOnce: newTurns(atOnce), perMinute: perMinute, sessions: map[[16]byte]*rate.Limiter{}, excuses: map[string]time.Time{}}
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

// begin waits for the request's turn to mount; end is for when Mount is over. It reports
// false if the turn did not come in time.
func (rt Route) begin(r *http.Request) (end func(), ok bool) {
	ctx, cancel := context.WithTimeout(r.Context(), mountWait)
	defer cancel()
	return rt.kit.mounts.atOnce.begin(ctx, rt.def, rt.kit.clientOf(r))
}

type identityKey string

// clientOf tells apart those who share the Mounts: users, else sessions, else addresses.
func (k *Kit) clientOf(r *http.Request) any {
	if id := k.identity(r); id != "" {
		return identityKey(id)
	}
	if session, ok := k.sessions.current(r.Context()); ok {
		return session
	}
	return network(r.RemoteAddr)
}

// network is whom an address belongs to: of IPv6, a subscriber has 64 bits to choose from.
func network(address string) any {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return address
	}
	ip := a.Addr().Unmap()
	if ip.Is4() {
		return ip
	}
	p, _ := ip.Prefix(64) // of 128 bits
	return p
}

const (
	// maxExcuses bounds the views whose next Mount is free.
	maxExcuses = 10_000
	// excuseLife is how long it is.
	excuseLife = time.Minute
)

// excuse makes the next Mount of a view free, which the server has restarted.
func (m *mounts) excuse(view string, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.excuses) < maxExcuses {
		m.excuses[view] = now.Add(excuseLife)
	}
}

// excused reports whether a view's Mount is free, once.
func (m *mounts) excused(view string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	until, ok := m.excuses[view]
	delete(m.excuses, view)
	return ok && now.Before(until)
}

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
	for view, until := range m.excuses {
		if !now.Before(until) {
			delete(m.excuses, view)
		}
	}
	return len(m.sessions) + len(m.excuses)
}
