package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/sse"
)

// translate answers in the place of a middleware that did not let a page's request
// through. It reports false if the request is not a page's own, or was let through.
func (g *guard) translate(status int) bool {
	r, connecting := g.r, g.connecting
	if isNavigation(r) && !connecting {
		return g.loadInstead(status)
	}
	if r.Header.Get(protocol.TicketHeader) == "" || !connecting && status < 300 {
		return false
	}
	t, err := g.openTicket()
	visit := isRestore(r) || err == nil && t.moves != "" && isVisit(r)
	if !visit && (err != nil || !g.own && t.sentPath() != sentPath(r)) {
		return false // a request of the application's own, to somewhere else
	}
	if !browserLeft(r) {
		g.kit.once(fmt.Sprintf("guard %d", status), func() {
			g.kit.log.WarnContext(r.Context(), "sideband: a middleware does not let a page's requests through", "status", status, "method", r.Method, "path", r.URL.Path)
		})
	}
	h := g.Header()
	target, reload := g.target(status, t)
	for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding", "Location", "Refresh"} {
		h.Del(name)
	}
	dead := target != "" && reload && !g.kit.mayReload(g.ResponseWriter, r)
	switch {
	case connecting && target == "":
		g.ResponseWriter.WriteHeader(status)
	case connecting && dead:
		_ = sse.Reply(g.ResponseWriter, g.kit.messages.NotLive) // nobody is left to tell
	case connecting:
		_ = sse.Reply(g.ResponseWriter, protocol.Leave(target)) // the same
	case target == "" || dead:
		h.Set("HX-Push-Url", "false") // a link that would patch the page has not
		writeNotice(g.ResponseWriter, max(status, http.StatusBadRequest), g.kit.config.Texts.Refusal(status))
	default:
		h.Set("Cache-Control", "no-store")
		h.Set("HX-Redirect", target)
		g.ResponseWriter.WriteHeader(http.StatusNoContent)
	}
	return true
}

// target is where a page goes that is refused with a status: to where a redirect says,
// or to its own address, where the user sees what the middleware says. It is empty for
// what is transient: then the page stays as it is. reload says that the address is the
// page's own, more or less, so that it might go on for ever.
func (g *guard) target(status int, t *ticket) (to string, reload bool) {
	own := t.sentPath()
	if t.query != "" {
		own += "?" + t.query
	}
	if t.moves != "" && g.own {
		own = (&live.Place{Path: sentPath(g.r), Query: g.of}).Address()
	}
	restore := isRestore(g.r) || t.moves != "" && isVisit(g.r)
	if restore {
		own = g.r.URL.RequestURI()
	}
	if !isLocal(own) {
		own = ""
	}
	switch {
	case status/100 == 3:
		if to, reload := safeURL(g.r, g.Header().Get("Location")); to != "" {
			return to, reload
		}
	case g.isFilledIn() && status >= 400:
		return "", false // the page keeps what was typed into it, and says what is wrong
	case restore, status < 300, status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound, status == http.StatusGone:
	default:
		return "", false
	}
	return own, !restore
}

// safeURL returns an address that a page may be sent to: one of the same origin, or
// http and https elsewhere. For anything else it returns "". own says that it has the
// path of the request.
func safeURL(r *http.Request, location string) (to string, own bool) {
	if location == "" || strings.ContainsFunc(location, func(c rune) bool { return c < ' ' || c == '\\' || c == 0x7f }) {
		return "", false
	}
	u, err := url.Parse(location)
	if err != nil {
		return "", false
	}
	switch {
	case u.Scheme == "http" || u.Scheme == "https":
		return u.String(), u.Path == r.URL.Path && u.Host == r.Host
	case u.Scheme != "" || u.Opaque != "" || u.Host != "":
		return "", false
	}
	here := *r.URL
	here.Scheme, here.Host, here.User = "", "", nil
	u = here.ResolveReference(u)
	if to = u.String(); !isLocal(to) {
		return "", false
	}
	return to, u.Path == r.URL.Path
}

// isLocal reports whether an address is one of the same origin, also for browsers.
func isLocal(address string) bool {
	return strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//")
}

// isFilledIn reports whether the request is an event of a form, or of one of its fields or buttons.
func (g *guard) isFilledIn() bool {
	if !g.query.Has(protocol.EventParam) {
		return false
	}
	switch tag, _ := source(g.r, g.query.Get(protocol.ElementParam)); tag {
	case "form", "input", "select", "textarea":
		return true
	case "button":
		return g.r.ContentLength != 0
	}
	return false
}
