package handlers

import (
	"context"
	"net/http"

	"github.com/sideband-go/sideband/internal/live"
)

type guardKey struct{}

// guarded is the context of a request that has a guard.
type guarded struct {
	context.Context
	guard *guard
}

// Value is part of context.Context.
func (c *guarded) Value(key any) any {
	switch key {
	case guardKey{}:
		return c.guard
	case live.ClientKey{}:
		return c.guard
	}
	return c.Context.Value(key)
}

// guardOf returns the guard that the kit's middleware has put before the request, or nil.
func guardOf(ctx context.Context, k *Kit) *guard {
	g, _ := ctx.Value(guardKey{}).(*guard)
	for g != nil && g.kit != k {
		g = g.outer
	}
	return g
}

// Middleware belongs outermost on a router. It loads the browser's session and saves it
// when it has changed, refuses requests that another site makes, bounds the time that a
// request's body takes to arrive (Config.Timeouts.Body), and sees to it that
// pages understand what middleware below it answers to their events and connections:
//
//   - A redirect takes the page there. 401, 403, 404 and 410 send the page to its own
//     address, where the user sees what the middleware has to say; the connection ends.
//   - Other errors leave the page as it is: an event shows a notice, a connection is tried
//     again after a pause.
//
// Middleware below it sees events and connections with the query of their page: what the browser sends besides has no
// say. That is the one with which the page was opened, from its ticket, or to which it has changed since
// by HandleParams. A connection has the
// parameter sideband=stream in front of it; [EventName] says which event is sent.
func (k *Kit) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if guardOf(r.Context(), k) != nil {
			next.ServeHTTP(w, r)
			return
		}
		g := k.guard(w, r)
		if g == nil {
			return
		}
		defer g.passed()
		next.ServeHTTP(g, g.r)
		g.end()
	})
}

// guard returns the guard of a request with its session. Without one it has answered. It is not part
// of Middleware, whose frame is memory that each open connection has (Route.serveConnection).
//
//go:noinline
func (k *Kit) guard(w http.ResponseWriter, r *http.Request) *guard {
	k.boundBody(w, r)
	if err := k.origins.Check(r); err != nil {
		k.log.WarnContext(r.Context(), "sideband: cross-site request refused", "method", r.Method, "path", r.URL.Path, "err", err)
		http.Error(w, k.config.Texts.CrossSite, http.StatusForbidden)
		return nil
	}
	outer, _ := r.Context().Value(guardKey{}).(*guard)
	g := &guard{ResponseWriter: w, kit: k, outer: outer, disconnects: k.disconnects.Load()}
	g.recall(r)
	ctx, err := g.load(r)
	if err != nil {
		if !browserLeft(r) {
			k.log.Error("sideband: session", "err", err)
		}
		http.Error(w, k.config.Texts.Failed, http.StatusInternalServerError)
		return nil
	}
	g.r = r.WithContext(ctx)
	if g.ask(); g.hasLeft() {
		return nil
	}
	return g
}

// passed is called when the handlers below have returned, or panic: then somebody else answers.
func (g *guard) passed() {
	if !g.begun {
		g.begin()
	}
}
