package handlers

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/static"
	"github.com/sideband-go/sideband/views"
)

// servePage mounts the view and answers the page that shows it.
func (rt Route) servePage(w http.ResponseWriter, r *http.Request) {
	k := rt.kit
	if r.Header.Get("HX-History-Restore-Request") == "true" && rt.stillShown(r) {
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNoContent) // the page shows it already
		return
	}
	l := newLive(k, rt.def)
	if l == nil {
		w.Header().Set("Retry-After", "1")
		k.errorPage(w, r, http.StatusServiceUnavailable, "The server is going down. Please try again in a moment.")
		return
	}
	res := l.mount(r)
	if res.err != nil {
		l.end()
		code, text := views.StatusOf(res.err)
		k.logFailure(r, "mount", rt.def.Name(), res.err)
		k.errorPage(w, r, code, text)
		return
	}
	sh := views.Shell{Title: l.in.FullTitle(), Content: res.ops}
	switch {
	case rt.def.Static() || r.Method == http.MethodHead:
		l.end()
	default:
		if err := k.keep(w, r, l, &sh); err != nil {
			l.end()
			code := http.StatusServiceUnavailable
			if !errors.Is(err, state.ErrFull) {
				code = http.StatusInternalServerError
			}
			k.logFailure(r, "page", rt.def.Name(), err)
			k.errorPage(w, r, code, "The server is busy. Please try again in a moment.")
			return
		}
	}
	k.writePage(w, r, http.StatusOK, sh)
}

// keep puts a mounted view into the store and its ticket into the page.
func (k *Kit) keep(w http.ResponseWriter, r *http.Request, l *live, sh *views.Shell) error {
	token, err := k.sessions.ensure(w, r)
	if err != nil {
		return fmt.Errorf("handlers: session: %w", err)
	}
	l.session = sessionHash(token)
	now := time.Now()
	sh.Ticket, err = k.sealer.seal(ticket{view: l.id, session: l.session, issued: now, pattern: pattern(r), path: r.URL.Path})
	if errors.Is(err, errTicketSize) {
		k.log.Warn("sideband: the address is too long for a live page; it is served without", "view", l.in.Definition().Name(), "length", len(r.URL.Path))
		l.end()
		return nil
	}
	if err != nil {
		return err
	}
	sh.Stream = streamURL
	l.entry = &state.Entry{ID: l.id, Session: string(l.session[:]), Scope: l.in.Scope(), Value: l}
	if err := k.store.Add(l.entry, now); err != nil {
		return fmt.Errorf("handlers: %w", err)
	}
	k.keepSweeping()
	return nil
}

// stillShown reports whether the request comes from a page that shows this very address.
func (rt Route) stillShown(r *http.Request) bool {
	l, _, err := rt.find(r)
	return err == nil && l != nil
}

// writePage renders the document, then writes it.
func (k *Kit) writePage(w http.ResponseWriter, r *http.Request, status int, sh views.Shell) {
	sh.Script = k.AssetsPath() + "/" + static.Path("htmx-sse.js")
	sh.Stylesheet = k.AssetsPath() + "/" + static.Path("sideband.css")
	var b bytes.Buffer
	if err := k.config.Layout(sh.Document()).Render(r.Context(), &b); err != nil {
		if r.Context().Err() != nil {
			return // the browser has left
		}
		k.log.Error("sideband: layout", "err", err)
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
	if p := k.config.ContentSecurityPolicy; p != "-" {
		h.Set("Content-Security-Policy", p)
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes()) // nobody is left to tell
	}
}

// errorPage answers with a page that says what is wrong, in the application's layout.
func (k *Kit) errorPage(w http.ResponseWriter, r *http.Request, status int, text string) {
	var b bytes.Buffer
	_ = errorContent(status, text).Render(r.Context(), &b) // a buffer takes everything
	w.Header().Set("Cache-Control", "no-store")
	k.writePage(w, r, status, views.Shell{Title: k.config.TitlePrefix + text + k.config.TitleSuffix, Content: b.Bytes()})
}

// logFailure logs what a user does not get to see.
func (k *Kit) logFailure(r *http.Request, what, view string, err error) {
	code, _ := views.StatusOf(err)
	args := []any{"view", view, "path", r.URL.Path, "err", err}
	if p, ok := errors.AsType[*views.PanicError](err); ok {
		args = append(args, "stack", string(p.Stack))
	}
	if code < 500 {
		k.log.Info("sideband: "+what, args...)
		return
	}
	k.log.Error("sideband: "+what, args...)
}
