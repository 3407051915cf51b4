package handlers

import (
	"bytes"
	"errors"
	"html"
	"net/http"

	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/sse"
)

// What pages are told that cannot go on as they are.
var (
	// reloadMessage makes the page load itself anew.
	reloadMessage = leaveFor("")
	// notLive is for a page that would only reload itself again and again.
	notLive = "This page is not live, and reloading it did not help. Please try again in a minute."
	// noSession is for a browser that does not send the session's cookie: it does not take
	// cookies, or not over plain HTTP, or the session has expired.
	noSession = "This page is not live, because the browser sends no session cookie. Reload it; if that does not help, use HTTPS and allow cookies."
	// endMessage tells a page whose view was evicted while it was watched, which only
	// happens to a session that has too many pages open.
	endMessage = farewell("This page is no longer live, because too many are open. Reload it to go on.")
	// elsewhereMessage tells a page that another one has taken over its view.
	elsewhereMessage = farewell("This page is open elsewhere by now, and is no longer live here. Reload it to go on.")
)

// leaveMessage takes the stream away from a page.
var leaveMessage = []byte(`<hx-partial id="` + protocol.StreamID + `" hx-swap="delete"></hx-partial>`)

// farewell takes the stream away and says why.
func farewell(text string) []byte {
	return patch.AppendText(bytes.Clone(leaveMessage), protocol.NoticeID, text)
}

// leaveFor takes the stream away and makes the page go to an address that safeURL has let
// through, or load itself anew.
func leaveFor(to string) []byte { return append(goTo(to), leaveMessage...) }

// goTo is leaveFor without an end of the stream, for a page that may come back.
func goTo(to string) []byte {
	content := "0"
	if to != "" {
		content += ";url=" + to
	}
	return []byte(`<hx-partial id="` + protocol.NoticeID + `" hx-swap="innerHTML"><meta http-equiv="refresh" content="` + html.EscapeString(content) + `"></hx-partial>`)
}

// refuse answers an event that reaches no view.
func (rt Route) refuse(w http.ResponseWriter, r *http.Request, ref *refusal) {
	k := rt.kit
	if ref.away != nil {
		rt.redirectEvent(w, r, ref.away)
		return
	}
	k.log.Warn("sideband: event refused", "view", rt.def.Name(), "path", r.URL.Path, "status", ref.status, "err", ref.err)
	text := ref.text
	if text == "" {
		text = refusals[ref.status]
	}
	if ref.reload {
		if k.mayReload(w, r) {
			w.Header().Set("HX-Refresh", "true")
		} else {
			text = notLive
		}
	}
	if k.config.Development && r.Header.Get("HX-Request") != "" && r.Header.Get(protocol.TicketHeader) == "" {
		k.log.Error("sideband: an event came without the page's ticket: an hx-headers attribute replaces the page's own; write hx-headers:append",
			"view", rt.def.Name(), "element", r.Header.Get("HX-Source"))
	}
	writeNotice(w, ref.status, text)
}

// writeNotice answers an event with nothing but a text for the page's notice.
func writeNotice(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(patch.AppendText(nil, protocol.NoticeID, text)) // nobody is left to tell
}

var refusals = map[int]string{
	http.StatusBadRequest:            "That could not be read. Please reload the page.",
	http.StatusForbidden:             "This page belongs to another session. Please reload it.",
	http.StatusNotFound:              "The page has no such action.",
	http.StatusConflict:              "This page belongs to another address. Please reload it.",
	http.StatusGone:                  "This page has ended. Please reload it.",
	http.StatusRequestEntityTooLarge: "That is too much to send at once.",
	http.StatusUnsupportedMediaType:  "That can't be sent in this form.",
	http.StatusTooManyRequests:       "Too much at once. Please try again in a moment.",
	http.StatusInternalServerError:   "Something went wrong. Please try again.",
	http.StatusServiceUnavailable:    "The server is busy. Please try again in a moment.",
}

// refuseStream answers a stream that reaches no view. Browsers understand an event
// stream alone: what is final is a message in one; what may pass has an error status,
// with which htmx tries again, after longer and longer pauses.
func (rt Route) refuseStream(w http.ResponseWriter, r *http.Request, ref *refusal) {
	k := rt.kit
	if ref.away != nil {
		id, _ := k.sessions.Current(r.Context())
		_ = sse.Reply(w, leaveFor(k.departure(k.address(r), ref.away, id, guardOf(r.Context(), k).ticket.query))) // nobody is left to tell
		return
	}
	k.log.Info("sideband: stream refused", "view", rt.def.Name(), "path", r.URL.Path, "status", ref.status, "err", ref.err)
	answer := reloadMessage
	switch {
	case !ref.reload:
		w.Header().Set("Retry-After", "1")
		http.Error(w, refusals[http.StatusServiceUnavailable], ref.status)
		return
	case errors.Is(ref.err, errUnowned): // a browser that takes no cookies does not count reloads either
		answer = farewell(noSession)
	case !k.mayReload(w, r):
		answer = farewell(notLive)
	}
	_ = sse.Reply(w, answer) // nobody is left to tell
}
