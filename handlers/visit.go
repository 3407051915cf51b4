package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/sideband-go/sideband/internal/limit"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/sse"
)

// A page whose view has HandleParams may change its address without a load. Its ticket says which view it shows, and
// is good at all addresses of pages of that type. Where the page is, the view knows or, if that is gone, the
// request says: htmx sends the address that the browser shows.

// visitTarget is what htmx says of a patch that is to scroll to the top.
const visitTarget = "div" + protocol.TopTarget

// isVisit reports whether a page asks for an address, to show it in its view.
func isVisit(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get(protocol.TicketHeader) != "" && (r.Header.Get("HX-Request") == "true" || isRestore(r))
}

// isRestore reports whether the user has gone back or forward to the address.
func isRestore(r *http.Request) bool { return r.Header.Get("HX-History-Restore-Request") == "true" }

// isStep reports whether the user has gone back or forward to the address, which the page may ask for once more.
func isStep(r *http.Request) bool {
	return isRestore(r) || r.Header.Get("HX-Source") == "div#"+protocol.RetryID
}

// maxQuery bounds the query that a page says it has, in bytes.
const maxQuery = 4 << 10

// shownAt returns the path and query that the browser shows, as the request says. It reports false if it says nothing
// of use.
func shownAt(r *http.Request) (path, query string, ok bool) {
	u, err := url.Parse(r.Header.Get("HX-Current-URL"))
	if err != nil || u.Path == "" || len(u.RawQuery) > maxQuery {
		return "", "", false
	}
	return u.EscapedPath(), u.RawQuery, true
}

// addressShown is shownAt as an address; "" if the request says nothing of use.
func addressShown(r *http.Request) string {
	path, query, ok := shownAt(r)
	if !ok {
		return ""
	}
	return (&live.Place{Path: path, Query: query}).Address()
}

// pageAt returns the query of the page that sends the request. It reports false if the page is at another path.
func (g *guard) pageAt(t *ticket) (query string, ok bool) {
	if t.moves == "" {
		return t.query, t.sentPath() == sentPath(g.r)
	}
	sent := sentPath(g.r)
	if g.view != nil { // what the request says is older where it has waited, or repeats another one
		if at := g.view.Place(); at != nil && at.Path == sent {
			return at.Query, true
		}
	}
	if path, query, ok := shownAt(g.r); ok {
		return query, path == sent
	}
	return t.query, t.sentPath() == sent
}

// follow takes a view to where its page is, at another path than the view knows: the user has gone back, and an event
// has come before the request for the address.
func (rt Route) follow(v *live.View, r *http.Request) *refusal {
	if rt.def.HandleParams == nil || isVisit(r) || v.Place().Path == sentPath(r) {
		return nil
	}
	if !v.HasHooks(rt.hooks(r)) {
		return refused(http.StatusConflict, "the page has other hooks at this address")
	}
	outcome := v.MoveTo(live.Event{Context: context.WithoutCancel(r.Context()), Input: rt.input(r)}, r.Context(), rt.place(r), false)
	switch {
	case outcome.Departure != nil:
		return &refusal{status: http.StatusSeeOther, err: errors.New("handlers: HandleParams redirects"), away: outcome.Departure}
	case outcome.Err != nil:
		status, text := rt.failure(r, "address", outcome.Err)
		return &refusal{status: status, err: outcome.Err, reload: status < 500, text: text}
	}
	return nil
}

// place is where the page is that asks, or is asked for.
func (rt Route) place(r *http.Request) *live.Place {
	p := &live.Place{Path: sentPath(r), Query: guardOf(r.Context(), rt.kit).pageQuery(), Pattern: pattern(r), Action: rt.action}
	if names := rt.def.Address.PathNames(); len(names) > 0 {
		p.Params = make(map[string]string, len(names))
		for _, name := range names {
			p.Params[name] = r.PathValue(name)
		}
	}
	return p
}

// input is what the page takes from the request's address.
func (rt Route) input(r *http.Request) params.Input {
	q := r.URL.Query()
	q.Del(protocol.KitParam)
	return params.Input{Path: r.PathValue, Action: rt.action, Query: q}
}

// visited reports whether a visit is from a page whose address may change, as far as the ticket can be read.
func (rt Route) visited(g *guard) bool {
	t, err := g.openTicket()
	return t.moves != "" || err != nil && rt.def.HandleParams != nil
}

// serveVisit shows an address in the view of the page that asks for it. An address of another page is loaded. It
// reports false for one that the user has gone back to and that has to be loaded, by htmx.
func (rt Route) serveVisit(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	if t, err := guardOf(r.Context(), rt.kit).openTicket(); err != nil || t.moves != rt.def.FullName() {
		return !isRestore(r) && load(w, r)
	}
	v, ref := rt.admit(r)
	if ref != nil {
		if isRestore(r) {
			return false
		}
		rt.refuse(w, r, ref)
		return true
	}
	if !v.HasHooks(rt.hooks(r)) { // the page is to pass those of this address
		return !isRestore(r) && load(w, r)
	}
	if err := rt.kit.tooOften(v); err != nil {
		if isStep(r) { // the browser shows the address already: it loads the page, which has bounds of its own
			return !isRestore(r) && load(w, r)
		}
		v.NoteNotice()
		rt.answer(w, r, live.Outcome{Err: err}, false)
		return true
	}
	to, before := rt.place(r), v.Place().Address()
	if rt.kit.based && v.Place().Path != to.Path { // what is bound has the path of the page
		return !isRestore(r) && load(w, r)
	}
	ctx := context.WithValue(context.WithoutCancel(r.Context()), limit.VisitKey{}, true)
	outcome := v.MoveTo(live.Event{Context: ctx, Input: rt.input(r)}, r.Context(), to, isStep(r))
	if outcome.Err != nil {
		if isRestore(r) {
			return false
		}
		v.NoteNotice()
	}
	end, top := to.Address(), r.Header.Get("HX-Target") == visitTarget
	if m := outcome.Move; m != nil { // the address that was asked for has never been shown
		end, top = m.Address, top || m.Top
		outcome.Move = &live.Move{Address: end, Replace: isStep(r)}
	}
	// What a request says that has waited is older than the view.
	if outcome.Err == nil && !isStep(r) {
		shown := addressShown(r)
		switch again := v.NoteAsked(shown, before); {
		case end == before && end == shown:
			h.Set("HX-Push-Url", "false") // the browser shows it already
			outcome.Move = nil
		case again && shown != "":
			outcome.Move = &live.Move{Address: end, Replace: true}
		}
	}
	rt.answer(w, r, outcome, top)
	return true
}

// load has the page that asks for an address load it. It reports false if it can't.
func load(w http.ResponseWriter, r *http.Request) bool {
	to, err := protocol.LocalAddress(r.URL.RequestURI())
	if err != nil {
		return false
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("HX-Redirect", to.String())
	w.WriteHeader(http.StatusNoContent)
	return true
}

// hasLeft answers a connection that is opened again as it was opened first, by a page whose address has changed since:
// with an element that opens one where the page is now. It reports false for any other.
//
// The application's middleware is not asked: it would see where the page was.
func (g *guard) hasLeft() bool {
	if !g.connecting {
		return false
	}
	text := g.r.Header.Get("Last-Event-ID")
	path, query, ok := shownAt(g.r)
	t, err := g.openTicket()
	if err != nil || t.moves == "" || !ok || !live.ParsePosition(text, "").HasLeft(&live.Place{Path: path, Query: query}) {
		return false
	}
	address := protocol.ConnectionQuery + "&" + protocol.AfterParam + "=" + text
	if g.kit.based {
		address = g.kit.address(g.r) + address
	}
	_ = sse.Reply(g.ResponseWriter, patch.AppendReplace(nil, protocol.ConnectionID, protocol.ConnectionElement(address, protocol.Stamp(g.nonce()), strings.Contains(t.keeps, keepsConnection)))) // nobody is left to tell
	return true
}
