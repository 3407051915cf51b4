package handlers

import (
	"errors"
	"net/http"

	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/sse"
)

// refuse answers an event that reaches no view.
func (rt Route) refuse(w http.ResponseWriter, r *http.Request, ref *refusal) {
	k := rt.kit
	unscripted := guardOf(r.Context(), k).posted != nil
	if ref.away != nil && !unscripted {
		rt.redirectEvent(w, r, ref.away)
		return
	}
	k.log.WarnContext(r.Context(), "sideband: event refused", "view", rt.def.Name(), "path", r.URL.Path, "status", ref.status, "err", ref.err)
	if unscripted {
		rt.refuseUnscripted(w, r, ref)
		return
	}
	text := ref.text
	if text == "" {
		text = k.config.Texts.Refusal(ref.status)
	}
	if ref.reload && !hasWaited(r) {
		if k.mayReload(w, r) {
			w.Header().Set("HX-Refresh", "true")
		} else {
			text = k.config.Texts.NotLive
		}
	}
	if k.config.Development && r.Header.Get("HX-Request") != "" && r.Header.Get(protocol.TicketHeader) == "" {
		k.log.Error("sideband: an event came without the page's ticket: an hx-headers attribute replaces the page's own; write hx-headers:append",
			"view", rt.def.Name(), "element", r.Header.Get("HX-Source"))
	}
	if ref.ask { // it may have no connection
		fresh := renonced(w.Header(), guardOf(r.Context(), k).nonce())
		writeNotice(w, ref.status, text, protocol.AskStash(k.address(r), protocol.Stamp(fresh))...)
		return
	}
	writeNotice(w, ref.status, text)
}

// hasWaited reports whether an event was triggered at another path than the one that it has come to: it has waited, and
// another page may be shown by now, which is not to be loaded again for it.
func hasWaited(r *http.Request) bool {
	path, _, ok := shownAt(r)
	return ok && path != sentPath(r)
}

// writeNotice answers an event with nothing but a text for the page's notice, and more operations.
func writeNotice(w http.ResponseWriter, status int, text string, more ...byte) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(protocol.AppendNotice(more, text)) // nobody is left to tell
}

// refuseConnection answers a connection that reaches no view. Browsers understand an event
// stream alone: what is final is a message in one; what is transient has an error status,
// with which htmx tries again, after longer and longer pauses.
func (rt Route) refuseConnection(w http.ResponseWriter, r *http.Request, ref *refusal) {
	k := rt.kit
	if ref.away != nil {
		id, _ := k.sessions.Current(r.Context())
		_ = sse.Reply(w, protocol.Leave(k.departure(k.address(r), ref.away, id, guardOf(r.Context(), k).pageQuery()))) // nobody is left to tell
		return
	}
	k.log.InfoContext(r.Context(), "sideband: connection refused", "view", rt.def.Name(), "path", r.URL.Path, "status", ref.status, "err", ref.err)
	answer := k.messages.Reload
	switch {
	case !ref.reload:
		w.Header().Set("Retry-After", "1")
		http.Error(w, k.config.Texts.Busy, ref.status)
		return
	case errors.Is(ref.err, errUnowned): // a browser that takes no cookies does not count reloads either
		answer = k.messages.NoSession
	case !k.mayReload(w, r):
		answer = k.messages.NotLive
	}
	_ = sse.Reply(w, answer) // nobody is left to tell
}
