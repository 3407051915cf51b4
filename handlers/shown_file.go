package handlers

import (
	"net/http"
	"strings"
	"time"

	"github.com/sideband-go/sideband/internal/protocol"
)

// A page shows pictures that users have chosen before it has taken them. Their address is the page's own, so that the
// application's middleware has its say. It has no ticket: the view that it names has one, which has to be of this session.

// askFile finds the view whose file the request asks for. It reports whether there is one.
func (g *guard) askFile() bool {
	rest, ok := strings.CutPrefix(g.query.Get(protocol.KitParam), protocol.FileValue+".")
	if !ok {
		return false
	}
	text, file, _ := strings.Cut(rest, ".")
	g.file = file
	id, ok := protocol.ViewID(text)
	if !ok || file == "" {
		return false
	}
	v := g.kit.views.Get(id)
	if v == nil {
		return false
	}
	p, _ := v.Proof().(*proof) // it has one since it was sent the file
	if p == nil {
		return false
	}
	g.view, g.ticket, g.opened = v, p.ticket, true
	return true
}

// serveFile answers with a file that a page shows to its own user: to be drawn, and nothing else.
func (rt Route) serveFile(w http.ResponseWriter, r *http.Request, id string) {
	g := guardOf(r.Context(), rt.kit)
	_, ref := rt.open(r)
	if ref != nil || !g.own || g.view == nil {
		http.NotFound(w, r)
		return
	}
	if _, ref := rt.own(g.view); ref != nil {
		http.NotFound(w, r)
		return
	}
	f, ok := g.view.ShowFile(id)
	if !ok {
		http.NotFound(w, r)
		return
	}
	defer func() { _ = f.Close() }() // it was only read
	h := w.Header()
	h.Set("Cache-Control", "private, no-store") // it is gone when the page has taken it
	h.Set("Content-Disposition", "inline")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Type", f.Type)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", time.Time{}, f)
}
