package handlers

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"
	"unsafe"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/session"
)

// proof is what the requests of a page prove themselves with, opened. The view remembers it, so that
// the next request, which brings the same texts, need not open them again. It holds nothing that may
// change: whether the session lives, and whose the ticket is, each request asks again.
type proof struct {
	text   string // of the ticket
	ticket *ticket
	cookie *session.Cookie
}

// Size is part of live.Proof.
func (p *proof) Size() int64 {
	t := p.ticket
	n := int(unsafe.Sizeof(*p)+unsafe.Sizeof(*t)) + len(p.text) + len(t.view) + len(t.version) + len(t.pattern) + len(t.path) + len(t.sent) + len(t.query) + len(t.moves) + len(t.keeps)
	return int64(n) + p.cookie.Size()
}

// known is what a request has proved itself with.
type known struct {
	proof
	view    *live.View    // that the ticket names; nil if it is not here, or somebody has taken it
	before  *proof        // that the view remembers
	opened  bool          // the ticket was opened, or remembered
	err     error         // of the ticket
	posted  *posted       // by a browser without JavaScript; nil of other requests
	inner   *http.Request // as the route sees it; nil above it
	stash   string        // the state of the page's durable keys, if it has sent that
	brought bool          // it has brought files, which the view has taken
	answers bool          // the request says what state the page keeps, which may be none
}

// recall finds the view that the request's ticket names, and what that remembers.
func (g *guard) recall(r *http.Request) {
	g.text = r.Header.Get(protocol.TicketHeader)
	if isUnscripted(r) {
		g.posted = g.readPosted(r)
		g.text = g.posted.fields.Get(protocol.TicketField)
	}
	if g.text == "" {
		return
	}
	var room [64]byte
	if g.view = g.kit.views.Get(string(g.kit.tickets.Clear(room[:], g.text))); g.view != nil {
		g.before, _ = g.view.Proof().(*proof)
	}
	if b := g.before; b != nil && subtle.ConstantTimeCompare([]byte(b.text), []byte(g.text)) == 1 {
		g.ticket, g.opened = b.ticket, true
	}
}

// load loads the request's session.
func (g *guard) load(r *http.Request) (ctx context.Context, err error) {
	var cookie *session.Cookie
	if g.before != nil {
		cookie = g.before.cookie
	}
	g.ctx = guarded{r.Context(), g}
	ctx, g.cookie, g.stale, err = g.kit.sessions.Load(&g.ctx, r, cookie)
	return ctx, err
}

// openTicket opens the request's ticket, once. With an error, the ticket is empty.
func (g *guard) openTicket() (*ticket, error) {
	if !g.opened {
		g.opened = true
		g.ticket, g.err = g.kit.openTicket(g.text)
	}
	return g.ticket, g.err
}

// takeView returns the view of the opened ticket; nil if it is not here. The second time it looks
// again: the view may have been remounted.
func (g *guard) takeView() *live.View {
	v := g.view
	if g.view = nil; v == nil {
		v = g.kit.views.Get(g.ticket.view)
	}
	return v
}

// remember has the view of an admitted request remember what that has proved.
func (g *guard) remember(v *live.View) {
	if b := g.before; b == nil || b.cookie != g.cookie || b.text != g.text {
		v.SetProof(&proof{strings.Clone(g.text), g.ticket, g.cookie})
	}
}
