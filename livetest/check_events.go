package livetest

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/live"
)

// sent is an event that is bound in a page's HTML.
type sent struct {
	name, to string // to is the address of a component, "" of the page
	element  string // for messages
}

// appendSent looks for events in an element's bindings to its own page.
func appendSent(list []sent, at string, n *html.Node) []sent {
	for _, a := range n.Attr {
		if !strings.Contains(a.Val, "event=") {
			continue
		}
		switch a.Key {
		case "hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "action", "formaction":
		default:
			continue
		}
		u, err := url.Parse(a.Val)
		if err != nil || u.Path != "" && u.Path != at || !u.Query().Has("event") {
			continue
		}
		list = append(list, sent{u.Query().Get("event"), u.Query().Get("to"), tagOf(n) + inside(n)})
	}
	return list
}

// checkEvents looks for events that the page does not take. was is what it was like before
// its HTML was looked at.
func (p *Page) checkEvents(at string, view *live.Probed, was now, list []sent) {
	f := p.site.found
	for _, s := range list {
		events, placed := view.EventsOf(s.to)
		switch {
		case slices.Contains(events, s.name):
		case placed && s.to == "":
			f.add(UnknownEvents, "%s: %q of %s; the page takes %s", at, s.name, s.element, cmp.Or(strings.Join(events, ", "), "none"))
		case placed:
			f.add(UnknownEvents, "%s: %q of %s; %s takes %s", at, s.name, s.element, s.to, cmp.Or(strings.Join(events, ", "), "none"))
		case p.shows(view, was):
			f.add(UnknownEvents, "%s: %q of %s; it is for %s, which is not rendered", at, s.name, s.element, s.to)
		}
	}
}

// shows reports whether the page still is what the view shows: else components may have
// gone of which it does not know.
func (p *Page) shows(view *live.Probed, was now) bool {
	ctx, cancel := context.WithTimeout(context.Background(), p.site.Patience)
	defer cancel()
	id, sent, ok := view.Newest(ctx)
	return was.live && ok && sent && reached(was.lastID, id) && reached(id, was.lastID)
}
