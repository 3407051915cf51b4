package handlers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/sideband-go/sideband/internal/csp"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/static"
	"github.com/sideband-go/sideband/views"
)

// servePage mounts the view and answers the page that shows it.
func (rt Route) servePage(w http.ResponseWriter, r *http.Request) {
	k := rt.kit
	if k.identity(r) != "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	if r.Header.Get("HX-History-Restore-Request") == "true" && rt.stillShown(r) {
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNoContent) // the page shows it already
		return
	}
	if session, ok := k.sessions.current(r.Context()); ok && !rt.def.Static() {
		k.keepSweeping() // what is known of the session, also if no view is kept
		if !k.mounts.allow(session) {
			increment(&k.stats.SessionMountsRefused)
			w.Header().Set("Retry-After", "10")
			k.errorPage(w, r, http.StatusTooManyRequests, "Too many pages at once. Please try again in a moment.")
			return
		}
	}
	l := newLive(k, rt.def, newID())
	if l == nil {
		k.busyPage(w, r, "The server is going down. Please try again in a moment.")
		return
	}
	kept := false
	defer func() {
		if !kept { // something of the application's has panicked
			l.end(nil)
		}
	}()
	sh, away, err := rt.mountPage(l, r)
	switch {
	case away != nil:
		l.end(nil)
		rt.redirect(w, r, away)
		return
	case errors.Is(err, errBusy):
		l.end(nil)
		k.busyPage(w, r, "The server is busy. Please try again in a moment.")
		return
	case err != nil:
		l.end(nil)
		status, text := rt.failure(r, "mount", err)
		k.errorPage(w, r, status, text)
		return
	}
	if rt.def.Static() || r.Method == http.MethodHead {
		l.end(nil)
	} else if err := k.keep(w, r, l, &sh); errors.Is(err, errStale) {
		l.end(nil)
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Location", "?"+guardOf(r.Context(), k).sent) // the browser has a newer cookie by now, or none
		w.WriteHeader(http.StatusSeeOther)
		return
	} else if err != nil {
		l.end(nil)
		k.logFailure(r, "page", rt.def.Name(), err)
		k.busyPage(w, r, "The server is busy. Please try again in a moment.")
		return
	}
	kept = true
	if l.in.ShowsFlash() && isSeen(r) {
		guardOf(r.Context(), k).carry(nil) // it is said
	}
	k.writePage(w, r, http.StatusOK, rt.def.Name(), sh)
}

var errBusy = errors.New("handlers: too many views are being mounted")

// mountPage runs Mount and renders the view, when it is its turn.
func (rt Route) mountPage(l *live, r *http.Request) (views.Shell, *views.Departure, error) {
	if !rt.def.Static() {
		k := rt.kit
		end, ok := rt.begin(r)
		if !ok {
			increment(&k.stats.MountsRefused)
			return views.Shell{}, nil, errBusy
		}
		defer end()
		increment(&k.stats.Mounts)
	}
	var carried []views.FlashMessage
	if isSeen(r) {
		carried = guardOf(r.Context(), rt.kit).carried()
	}
	res := l.mount(r, carried)
	return views.Shell{Title: l.in.FullTitle(), Content: res.ops, KeepConnection: rt.def.KeepsConnection()}, res.away, res.err
}

// isSeen reports whether what the page shows is likely to be read now.
func isSeen(r *http.Request) bool { return r.Method == http.MethodGet && !isPrefetch(r) }

// keep puts a mounted view into the store and its ticket into the page. A view that is
// not kept, because nobody may ever look at its page, is mounted again when the page
// opens its stream.
func (k *Kit) keep(w http.ResponseWriter, r *http.Request, l *live, sh *views.Shell) error {
	g := guardOf(r.Context(), k)
	session, err := k.sessions.ensure(g, w, r, false)
	if errors.Is(err, errStale) && !k.mayReload(w, r) {
		session, err = k.sessions.ensure(g, w, r, true)
	}
	if err != nil {
		return fmt.Errorf("handlers: session: %w", err)
	}
	now := time.Now()
	l.own(k.identity(r), session, g.pageQuery())
	owner, err := k.sessions.owner(r.Context(), session, l.identity)
	if err != nil {
		return fmt.Errorf("handlers: session: %w", err)
	}
	t := ticket{
		view: l.id, owner: owner, issued: now,
		version: k.config.Version, pattern: pattern(r), path: r.URL.EscapedPath(), query: g.pageQuery(),
	}
	if sent := sentPath(r); sent != t.path {
		t.sent = sent
	}
	sh.Ticket, err = k.sealer.seal(t)
	if errors.Is(err, errTicketSize) {
		k.log.Warn("sideband: the address is too long for a live page; it is served without", "view", l.in.Definition().Name(), "length", len(r.URL.Path)+len(g.sent))
		l.end(nil)
		return nil
	}
	if err != nil {
		return err
	}
	sh.Stream = l.address + streamURL
	l.entry.Bytes = l.bytes.Load()
	switch err = k.store.Add(l.entry, now); {
	case errors.Is(err, state.ErrPending):
		increment(&k.stats.Unkept)
		l.end(nil)
	case errors.Is(err, state.ErrFull):
		increment(&k.stats.StoreFull)
		return fmt.Errorf("handlers: %w", err)
	case err != nil:
		return fmt.Errorf("handlers: %w", err)
	case l.hasEnded(): // it was restarted meanwhile: its page mounts it again
		k.store.Remove(l.entry)
	default:
		l.noteFor(r, sh.Ticket)
		k.keepSweeping()
	}
	return nil
}

// stillShown reports whether the request comes from a page that shows this very
// address, and is alive.
func (rt Route) stillShown(r *http.Request) bool {
	t, ref := rt.open(r)
	if ref != nil || t.query != guardOf(r.Context(), rt.kit).sent {
		return false
	}
	l, _ := rt.resident(t)
	return l != nil
}

// writePage renders the document of a view, then writes it.
func (k *Kit) writePage(w http.ResponseWriter, r *http.Request, status int, view string, sh views.Shell) {
	sh.Script = k.AssetsPath() + "/" + static.Path("htmx-sse.js")
	sh.Stylesheet = k.AssetsPath() + "/" + static.Path("sideband.css")
	sh.Lost = k.AssetsPath() + "/" + static.Path("lost.html")
	sh.Failed = k.AssetsPath() + "/" + static.Path("failed.html")
	sh.OwnStyles = !takesStyles(k.config.Security.ContentSecurityPolicy)
	var b bytes.Buffer
	if err := k.layout(r, sh.Document(), &b); err != nil {
		if r.Context().Err() != nil {
			return // the browser has left
		}
		k.log.Error("sideband: layout", withStack([]any{"err", err}, err)...)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") != "no-store" {
		h.Set("Cache-Control", "private, no-cache")
	}
	h.Add("Vary", views.TicketHeader)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	if p := k.config.Security.ContentSecurityPolicy; p != "-" {
		h.Set("Content-Security-Policy", p)
	}
	if k.config.Development {
		k.warnBlocked(view, csp.Parse(h.Values("Content-Security-Policy")...), r.Host, b.Bytes())
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes()) // nobody is left to tell
	}
}

// layout renders the application's document.
func (k *Kit) layout(r *http.Request, d views.Document, w io.Writer) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = views.NewPanicError(p)
		}
	}()
	return k.config.Layout(d).Render(r.Context(), w)
}

// errorPage answers with a page that says what is wrong, in the application's layout.
func (k *Kit) errorPage(w http.ResponseWriter, r *http.Request, status int, text string) {
	var b bytes.Buffer
	_ = errorContent(status, text).Render(r.Context(), &b) // a buffer takes everything
	w.Header().Set("Cache-Control", "no-store")
	k.writePage(w, r, status, "error page", views.Shell{Title: k.config.TitlePrefix + text + k.config.TitleSuffix, Content: b.Bytes()})
}

// busyPage is an error page for what may go better in a moment.
func (k *Kit) busyPage(w http.ResponseWriter, r *http.Request, text string) {
	w.Header().Set("Retry-After", "1")
	k.errorPage(w, r, http.StatusServiceUnavailable, text)
}
