package handlers

import (
	"net/http"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
)

// A link of views.NavigateLink asks for another page as htmx does, and puts the body of the answer in the place of its
// own. Only a live page of the same kit, version and person fits into the document that is there: anything else is
// answered with HX-Redirect, and is loaded.

// isNavigation reports whether a page asks for another one, to show it in its document: htmx says so of a request whose
// answer takes the place of the whole body.
func isNavigation(r *http.Request) bool {
	return r.Header.Get("HX-Request-Type") == "full" && isVisit(r) && !isRestore(r)
}

// navigates reports whether the page that asks may show another one in its document.
func (g *guard) navigates(rt Route) bool {
	k := g.kit
	t, err := g.openTicket()
	if err != nil || t.version != k.version() || rt.def.Static || k.based || k.config.Commands {
		return false
	}
	return g.isOwn(t)
}

// leaveBehind has the view of the page that asks for another one end when that is there.
func (g *guard) leaveBehind(next *live.View) {
	t, err := g.openTicket()
	if err != nil || !g.isOwn(t) {
		return
	}
	if v := g.takeView(); v != nil {
		next.Follow(v)
	}
}

// follower returns the view that has taken the place of the one that asks for another page, if it is at the address that
// is asked for: the second click of two on a link. Nil if there is none.
func (rt Route) follower(r *http.Request) (next *live.View) {
	if !isNavigation(r) {
		return nil
	}
	t, err := guardOf(r.Context(), rt.kit).openTicket()
	id, ok := rt.kit.sessions.Current(r.Context())
	if err != nil || !ok {
		return nil
	}
	address := rt.place(r).Address()
	for _, v := range rt.kit.views.OfSession(string(id[:])) {
		if v.HasFollowed(t.view) && v.Place().Address() == address && !v.HasEnded() && (next == nil || v.Connected()) {
			next = v
		}
	}
	return next
}

// isOwn reports whether a ticket is of the person who sends the request.
func (g *guard) isOwn(t *ticket) bool {
	id, ok := g.kit.sessions.Current(g.r.Context())
	return ok && g.kit.sessions.Owns(g.r.Context(), t.owner, id, g.kit.identity(g.r))
}

// loadInstead answers what a page has asked for to show it in its document, and that is none of the kit's pages: the
// browser loads it. It reports false for a redirect within the site, which htmx follows.
func (g *guard) loadInstead(status int) bool {
	h := g.Header()
	to, err := protocol.LocalAddress(g.r.URL.RequestURI())
	if err != nil {
		return false
	}
	address := to.String()
	if status/100 == 3 && status != http.StatusNotModified {
		location := h.Get("Location")
		if isLocal(location) {
			return false
		}
		if away, _ := safeURL(g.r, location); away != "" {
			address = away
		}
	}
	for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition", "Location", "Refresh"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("HX-Redirect", address)
	g.ResponseWriter.WriteHeader(http.StatusNoContent)
	return true
}
