package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5/middleware"

	"github.com/sideband-go/sideband/internal/limit"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/session"
)

// mounts bounds how many Mounts run at a time, and how many a session may ask for.
type mounts struct {
	slots   *limit.Semaphore           // groups are routes
	rate    *limit.Limiter[session.ID] // Config.SessionMounts
	exempts *limit.Exemptions[string]  // views that the server has restarted, whose next Mount is free
}

const (
	// mountWait is how long a request waits for its turn to mount.
	mountWait = 10 * time.Second
	// maxExempt bounds the views whose next Mount is free.
	maxExempt = 10_000
	// exemptLife is how long it is.
	exemptLife = time.Minute
)

func newMounts(atOnce, perMinute int) mounts {
	return mounts{
		slots:   limit.NewSemaphore(atOnce),
		rate:    limit.NewLimiter[session.ID](perMinute, time.Minute),
		exempts: limit.NewExemptions[string](maxExempt, exemptLife),
	}
}

// sweep drops what is known of sessions that have all their Mounts again and of exemptions that
// are over, and returns how many of both are left.
func (m mounts) sweep(now time.Time) int { return m.rate.Sweep(now) + m.exempts.Sweep(now) }

// begin waits for the request's turn to mount; end is for when Mount is over. It reports
// false if the turn did not come in time.
func (rt Route) begin(r *http.Request) (end func(), ok bool) {
	ctx, cancel := context.WithTimeout(r.Context(), mountWait)
	defer cancel()
	return rt.kit.mounts.slots.Acquire(ctx, rt.def, rt.kit.clientOf(r))
}

type identityKey string

// clientOf tells apart those who share the Mounts: users, else sessions, else networks.
func (k *Kit) clientOf(r *http.Request) any {
	if id := k.identity(r); id != "" {
		return identityKey(id)
	}
	if id, ok := k.sessions.Current(r.Context()); ok {
		return id
	}
	return networkOf(r)
}

// Client is who has sent the request. It is part of live.Requester.
func (g *guard) Client() live.Client {
	var c live.Client
	if r := g.inner; r != nil {
		c.Owner.Identity = g.kit.identity(r)
		c.Owner.Session, _ = g.kit.sessions.Current(r.Context())
		c.Network = networkOf(r)
	}
	return c
}

// Network is where the request comes from. It is part of live.Requester.
func (g *guard) Network() string {
	if g.inner == nil {
		return ""
	}
	return networkOf(g.inner)
}

// networkOf is the network that a request comes from: as chi's ClientIPFrom… have found out, else as the request says,
// which other middleware may have changed. Headers are not asked: who sends them may write what they like.
func networkOf(r *http.Request) string {
	if ip := middleware.GetClientIPAddr(r.Context()); ip.IsValid() {
		return limit.NetworkOf(ip)
	}
	return limit.Network(r.RemoteAddr)
}
