package handlers

import (
	"net/http"
	"strings"

	"github.com/sideband-go/sideband/internal/protocol"
)

// speculative answers a GET or HEAD that nobody has asked to look at, and reports whether
// it was one. Such a request mounts nothing, and costs the session none of its Mounts: a
// page's author may not be the one who has written the HTML that asks, and 120 images
// whose source is a page would lock the viewer out of it.
//
//	it can't be a page: an image, a script, a font …  403
//	a browser's prefetch or prerendering              503, with which browsers drop it, and ask anew when the page is opened
//	htmx's, by its extension hx-preload               204 with HX-Redirect, which takes effect with the click and loads the page
//
// None of the answers is kept by caches.
func (rt Route) speculative(w http.ResponseWriter, r *http.Request, special string) bool {
	switch {
	case !canBePage(r):
		rt.decline(w, http.StatusForbidden, "This is a page.")
	case rt.def.Static: // mounts nothing
		return false
	case isPrefetch(r):
		rt.decline(w, http.StatusServiceUnavailable, "This page is loaded when it is opened.")
	case special != protocol.ConnectionValue && special != protocol.LeaveValue && isPreload(r):
		to, err := protocol.LocalAddress(r.URL.RequestURI())
		if err != nil {
			return false
		}
		increment(&rt.kit.stats.Speculative)
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("HX-Redirect", to.String())
		w.WriteHeader(http.StatusNoContent)
	default:
		return false
	}
	return true
}

// decline answers what nobody reads: browsers show the user no part of it.
func (rt Route) decline(w http.ResponseWriter, status int, text string) {
	increment(&rt.kit.stats.Speculative)
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, text, status)
}

// canBePage reports whether a browser can show what it asks for as a page, or hand it to a
// script. Browsers that do not say what they ask for are believed.
func canBePage(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Dest") {
	case "", "document", "iframe", "frame", "fencedframe", "object", "embed", "empty":
		return true
	}
	return false
}

// isPrefetch reports whether a browser asks for a page that may never be opened.
func isPrefetch(r *http.Request) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Moz"} {
		purpose, _, _ := strings.Cut(r.Header.Get(name), ";") // prefetch;prerender
		if strings.EqualFold(strings.TrimSpace(purpose), "prefetch") {
			return true
		}
	}
	return false
}

// isPreload reports whether htmx may ask for a page that is never opened: its extension
// hx-preload sends what htmx sends, but not the ticket. A request of htmx's from a page that
// has none is taken for one, too; the page that is asked for needs a document of its own
// anyway.
func isPreload(r *http.Request) bool {
	h := r.Header
	return r.Method == http.MethodGet && h.Get("HX-Request") == "true" && h.Get(protocol.TicketHeader) == "" && h.Get("HX-History-Restore-Request") != "true"
}
