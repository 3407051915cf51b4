package handlers

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/sse"
	"github.com/sideband-go/sideband/views"
)

// What pages are told that cannot go on as they are.
var (
	// reloadMessage makes the page load itself anew.
	reloadMessage = append(refresh(""), leaveMessage...)
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
var leaveMessage = []byte(`<hx-partial id="` + views.StreamID + `" hx-swap="delete"></hx-partial>`)

// farewell takes the stream away and says why.
func farewell(text string) []byte {
	return patch.AppendText(bytes.Clone(leaveMessage), views.NoticeID, text)
}

const (
	// maxReloads is how often a page may be told to reload itself within reloadWindow.
	maxReloads   = 3
	reloadWindow = time.Minute
	reloadCookie = "sideband-reloads"
	// maxStamps bounds the cookie.
	maxStamps = 12
)

// mayReload reports whether the request's page may be told to reload itself, and
// counts that in a cookie for its path: processes that share nothing, not even their
// secrets, could send a page back and forth for ever.
//
// Each reload leaves a stamp. What goes round in circles has been loaded a moment ago, or
// is the same page again and again, out of a cache. Pages of before that, which a browser
// may have many of at one address, are counted each by itself.
func (k *Kit) mayReload(w http.ResponseWriter, r *http.Request) bool {
	now := time.Now()
	own := ""
	text := r.Header.Get(views.TicketHeader)
	if t, err := k.sealer.open(text); err == nil && now.Sub(t.issued) > reloadWindow {
		sum := sha256.Sum256([]byte(text))
		own = "~" + base64.RawURLEncoding.EncodeToString(sum[:3])
	}
	var recent []string
	count := 0
	if c, err := r.Cookie(reloadCookie); err == nil {
		for stamp := range strings.SplitSeq(c.Value, ".") {
			at, whose, _ := strings.Cut(stamp, "~")
			unix, err := strconv.ParseInt(at, 36, 64)
			if age := now.Unix() - unix; err != nil || age < 0 || age >= int64(reloadWindow/time.Second) || len(stamp) > 20 {
				continue
			}
			recent = append(recent, stamp)
			if whose == "" || "~"+whose == own {
				count++
			}
		}
	}
	if count >= maxReloads {
		k.count.reloadsRefused.Add(1)
		return false
	}
	k.count.reloads.Add(1)
	recent = append(recent, strconv.FormatInt(now.Unix(), 36)+own)
	http.SetCookie(w, &http.Cookie{
		Name: reloadCookie, Value: strings.Join(recent[max(0, len(recent)-maxStamps):], "."), Path: cookiePath(r),
		MaxAge: int(reloadWindow / time.Second), HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
	return true
}

// cookiePath is the page's path as the browser knows it, which a router may have cut. What
// no cookie can have shares the counter of the site.
func cookiePath(r *http.Request) string {
	path := r.URL.EscapedPath()
	if u, err := url.ParseRequestURI(r.RequestURI); err == nil {
		path = u.EscapedPath()
	}
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "; ,") || len(path) > 1000 {
		return "/"
	}
	return path
}

// refuse answers an event that reaches no view.
func (rt Route) refuse(w http.ResponseWriter, r *http.Request, ref *refusal) {
	k := rt.kit
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
	if k.config.Development && r.Header.Get("HX-Request") != "" && r.Header.Get(views.TicketHeader) == "" {
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
	_, _ = w.Write(patch.AppendText(nil, views.NoticeID, text)) // nobody is left to tell
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
