package handlers

import (
	"net/http"

	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/patch"
)

// asked is what a request asks the kit for, as the kit's middleware has found out. The
// parameters of an event or a connection travel in the query; middleware below sees the query of
// their page in its place, from the ticket, so that what it lets through is what runs.
type asked struct {
	sent       string       // the query as the browser sent it
	query      params.Query // the same, read; nil where it does not matter
	connecting bool         // it asks for a page's connection, if a page asks
	again      string       // the id of the view whose page it asks for once more
	file       string       // the id of the page's file that it asks for
	of         string       // the query of the page that asks
	own        bool         // the ticket is of the page at this path, and its query is that of the request
}

// ask finds out what the request asks for. If a page sends an event or asks for its connection,
// the request gets the query with which the page was opened. What the query names besides the
// kit's parameters is nobody's to see: the browser may have made it up.
func (g *guard) ask() {
	r := g.r
	g.sent = r.URL.RawQuery
	if g.outer != nil {
		g.sent, g.again = g.outer.sent, g.outer.again
	}
	named := false
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if isVisit(r) {
			if t, err := g.openTicket(); err == nil && t.moves != "" {
				g.own, g.of = true, g.sent
			}
		}
		if g.sent == "" {
			return
		}
		g.query = params.ParseQuery(g.sent)
		g.connecting = r.Method == http.MethodGet && g.query.Get(protocol.KitParam) == protocol.ConnectionValue && r.Header.Get("Sec-Fetch-Mode") != "navigate"
		named = g.connecting || g.askFile()
		g.askAgain()
	case http.MethodPost:
		if g.text == "" {
			return
		}
		g.query = params.ParseQuery(g.sent)
		named = g.query.Has(protocol.EventParam) || g.query.Has(patch.LeftParam) || g.query.Has(protocol.RecoverParam) || g.query.Has(protocol.StashParam)
	}
	if !named {
		return
	}
	t, err := g.openTicket()
	if err != nil {
		return
	}
	if g.of, g.own = g.pageAt(t); !g.own {
		return
	}
	g.page = *r.URL
	g.page.RawQuery = g.of
	if g.connecting {
		g.page.RawQuery = joinQuery(protocol.KitParam+"="+protocol.ConnectionValue, g.of)
	}
	r.URL = &g.page
	r.Form = nil // which somebody may have read before
}

// pageQuery is the query of the page that is asked for, or that asks.
func (g *guard) pageQuery() string {
	if g.own {
		return g.of
	}
	return g.sent
}

func joinQuery(a, b string) string {
	if b == "" {
		return a
	}
	return a + "&" + b
}

// EventName is the name of the event that a page sends with the request, "" if it is none.
// Middleware below [Kit.Middleware] can't read it in the query, which is that of the page
// there. Whether the page has such an event, and whether the request may send it, is not
// known yet.
func EventName(r *http.Request) string {
	g, _ := r.Context().Value(guardKey{}).(*guard)
	for ; g != nil; g = g.outer {
		if g.own && !g.connecting && r.Method == http.MethodPost {
			return g.query.Get(protocol.EventParam)
		}
	}
	return ""
}
