package handlers

import (
	"net/http"
	"net/url"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/session"
)

// redirect answers a page's own request in whose place another page is to be loaded.
func (rt Route) redirect(w http.ResponseWriter, r *http.Request, d *live.Departure) {
	rt.carry(r, d)
	seeOther(w, d.To.String())
}

// redirectEvent answers an event by whose callback the page leaves.
func (rt Route) redirectEvent(w http.ResponseWriter, r *http.Request, d *live.Departure) {
	rt.carry(r, d)
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if d.Swap != "" && !rt.kit.config.Commands { // else the page would have another nonce than its messages
		rt.writeOps(w, r, http.StatusOK, protocol.AppendNavigation(nil, d.To.String(), d.Swap), patchSwap)
		return
	}
	h.Set("HX-Redirect", d.To.String())
	w.WriteHeader(http.StatusNoContent)
}

// carry gives the response what the next page is to say.
func (rt Route) carry(r *http.Request, d *live.Departure) {
	g := guardOf(r.Context(), rt.kit)
	before := g.carried()
	if list := d.Flash(before); len(list)+len(before) > 0 {
		g.carry(list)
	}
}

func seeOther(w http.ResponseWriter, to string) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// departure is the address with which a connection sends its page away. What the next page is
// to say needs a response that can set a cookie: the page gets it on the way, with a
// sealed address of its own path. query is that of the page, which middleware is to see there.
func (k *Kit) departure(address string, d *live.Departure, id session.ID, query string) string {
	list := d.Flash(nil)
	if len(list) == 0 {
		return d.To.String()
	}
	text, err := k.leaves.Seal(newCarried(id, d.To.String(), list))
	if err != nil {
		k.log.Warn("sideband: the address of a redirect leaves no room for flash messages", "length", len(d.To.String()))
		return d.To.String()
	}
	return address + "?" + joinQuery(protocol.KitParam+"="+protocol.LeaveValue+"&"+protocol.TargetParam+"="+text, query)
}

// serveLeave sends a browser on to where a connection has sent its page. What is not the
// session's goes to the page itself.
func (rt Route) serveLeave(w http.ResponseWriter, r *http.Request) {
	k := rt.kit
	q, _ := url.ParseQuery(guardOf(r.Context(), k).sent) // what can't be read is left out
	c, err := k.openCarried(r.Context(), k.leaves, q.Get(protocol.TargetParam))
	if err != nil {
		k.log.InfoContext(r.Context(), "sideband: leave", "path", r.URL.Path, "err", err)
	}
	if c.to == "" {
		q.Del(protocol.KitParam)
		q.Del(protocol.TargetParam)
		seeOther(w, (&url.URL{RawQuery: q.Encode(), ForceQuery: true}).String())
		return
	}
	if len(c.messages) > 0 {
		guardOf(r.Context(), k).carry(c.messages)
	}
	seeOther(w, c.to)
}
