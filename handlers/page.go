package handlers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/sideband-go/sideband/internal/csp"
	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/flash"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/session"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// servePage mounts the view and answers the page that shows it.
func (rt Route) servePage(w http.ResponseWriter, r *http.Request) {
	k := rt.kit
	if k.identity(r) != "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	if isRestore(r) {
		shown := rt.stillShown(r)
		if !shown && k.config.Commands { // its messages would have another nonce than the document
			w.Header().Set("HX-Refresh", "true")
		}
		if shown || k.config.Commands {
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	if id, ok := k.sessions.Current(r.Context()); ok && !rt.def.Static {
		k.keepSweeping() // what is known of the session, also if no view is kept
		if !k.mounts.rate.Allow(id) {
			increment(&k.stats.SessionMountsRefused)
			w.Header().Set("Retry-After", "10")
			k.errorPage(w, r, http.StatusTooManyRequests, k.config.Texts.TooManyPages)
			return
		}
	}
	if next := rt.follower(r); next != nil {
		if next.Connected() { // the page is there: it was asked for twice
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("HX-Push-Url", "false")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("HX-Replace-Url", next.Place().Address())
	}
	v := k.views.New(rt.def)
	if v == nil {
		k.busyPage(w, r, k.config.Texts.GoingDown)
		return
	}
	redirects := rt.arrived(r)
	v.SetRedirects(redirects)
	kept := false
	defer func() {
		if !kept { // something of the application's has panicked
			v.End(nil)
		}
	}()
	sh, away, err := rt.mountPage(v, r)
	switch {
	case away != nil && !rt.leadsOn(r, redirects, away):
		v.End(nil)
		k.errorPage(w, r, http.StatusLoopDetected, k.config.Texts.RedirectLoop)
		return
	case away != nil:
		v.End(nil)
		rt.redirect(w, r, away)
		return
	case errors.Is(err, errBusy):
		v.End(nil)
		k.busyPage(w, r, k.config.Texts.Busy)
		return
	case err != nil:
		k.spoilStash(v, err)
		v.End(nil)
		status, text := rt.failure(r, "mount", err)
		retryAfter(w.Header(), err)
		k.errorPage(w, r, status, text)
		return
	}
	if rt.def.Static || r.Method == http.MethodHead {
		v.End(nil)
	} else if err := k.keep(w, r, v, &sh); errors.Is(err, session.ErrEnded) {
		v.End(nil)
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Location", "?"+guardOf(r.Context(), k).sent) // the browser has a newer cookie by now, or none
		w.WriteHeader(http.StatusSeeOther)
		return
	} else if errors.Is(err, state.ErrClosed) {
		v.End(nil)
		k.busyPage(w, r, k.config.Texts.GoingDown)
		return
	} else if err != nil {
		v.End(nil)
		k.logFailure(r, "page", rt.def.Name(), err)
		k.busyPage(w, r, k.config.Texts.Busy)
		return
	}
	kept = true
	if (isNavigation(r) || isRestore(r)) && sh.Ticket != "" {
		guardOf(r.Context(), k).leaveBehind(v)
	}
	if v.ShowsFlash() && isSeen(r) {
		guardOf(r.Context(), k).carry(nil) // it is said
	}
	k.writePage(w, r, http.StatusOK, rt.def.Name(), sh)
}

var errBusy = errors.New("handlers: too many views are being mounted")

// mountPage runs Mount and renders the view, when it is its turn.
func (rt Route) mountPage(v *live.View, r *http.Request) (shell, *live.Departure, error) {
	if !rt.def.Static {
		k := rt.kit
		recovered := rt.keepDurable(v, r, nil)
		end, ok := rt.begin(r)
		if !ok {
			increment(&k.stats.MountsRefused)
			return shell{}, nil, errBusy
		}
		defer end()
		increment(&k.stats.Mounts)
		recovered()
	}
	var carried []flash.Message
	if isSeen(r) {
		carried = guardOf(r.Context(), rt.kit).carried()
	}
	outcome := rt.mount(v, r, carried)
	if m := outcome.Move; m != nil && outcome.Err == nil {
		to, err := protocol.LocalAddress(m.Address)
		return shell{}, &live.Departure{To: to}, err
	}
	return shell{Title: v.Title(), Content: outcome.Ops, KeepConnection: rt.def.KeepsConnection, Nonce: v.Nonce()}, outcome.Departure, outcome.Err
}

// isSeen reports whether what the page shows is likely to be read now.
func isSeen(r *http.Request) bool { return r.Method == http.MethodGet && !isPrefetch(r) }

// keep puts a mounted view into the store and its ticket into the page. A view that is
// not kept, because nobody may ever look at its page, is remounted when the page
// opens its connection.
func (k *Kit) keep(w http.ResponseWriter, r *http.Request, v *live.View, sh *shell) error {
	g := guardOf(r.Context(), k)
	id, created, err := k.sessions.Ensure(w, r, g.stale)
	if errors.Is(err, session.ErrEnded) && !k.mayReload(w, r) {
		id, err = k.sessions.Replace(w, r)
		created = err == nil
	}
	if err != nil {
		return fmt.Errorf("handlers: session: %w", err)
	}
	g.saved = g.saved || created
	now := time.Now()
	o := live.Owner{Identity: k.identity(r), Session: id}
	owner, err := k.sessions.Owner(r.Context(), id, o.Identity)
	if err != nil {
		return fmt.Errorf("handlers: session: %w", err)
	}
	t := ticket{
		view: v.ID(), owner: owner, issued: now,
		version: k.version(), pattern: pattern(r), path: r.URL.EscapedPath(), query: g.pageQuery(),
	}
	if d := v.Definition(); d.HandleParams != nil {
		t.moves = d.FullName()
		if d.KeepsConnection {
			t.keeps = keepsConnection
		}
	}
	if sh.Stash = k.askable(v); sh.Stash {
		t.keeps += keepsState
	}
	if sent := sentPath(r); sent != t.path {
		t.sent = sent
	}
	sh.Ticket, err = k.sealTicket(t)
	if errors.Is(err, errTicketSize) {
		k.log.Warn("sideband: the address is too long for a live page; it is served without", "view", v.Definition().Name(), "length", len(r.URL.Path)+len(g.sent))
		v.End(nil)
		return nil
	}
	if err != nil {
		return err
	}
	sh.View, sh.Unscripted, sh.Moves = v.ID(), v.Unscripted(), t.moves != ""
	sh.Connection = v.FirstConnectionAddress()
	k.bindStash(v, o)
	switch err = v.Keep(o); {
	case errors.Is(err, state.ErrPending):
		increment(&k.stats.Unkept)
		v.End(nil)
	case errors.Is(err, state.ErrFull):
		increment(&k.stats.StoreFull)
		return fmt.Errorf("handlers: %w", err)
	case errors.Is(err, fault.ErrGone): // it was restarted meanwhile: its page remounts it
	case err != nil:
		return fmt.Errorf("handlers: %w", err)
	default:
		k.probe(r, v, sh.Ticket)
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
	v := guardOf(r.Context(), rt.kit).takeView()
	return v != nil && v.Definition() == rt.def
}

// writePage renders the document of a view, then writes it.
func (k *Kit) writePage(w http.ResponseWriter, r *http.Request, status int, view string, sh shell) {
	if sh.Ticket != "" && sh.Unscripted.Fields {
		sh.Content = protocol.PutTicket(sh.Content, protocol.ViewText(sh.View), sh.Ticket)
	}
	sh.Script, sh.Stylesheet = k.asset("htmx-sse.js"), k.asset("sideband.css")
	if k.config.Commands {
		sh.Script, sh.Stylesheet = k.asset("htmx-csp-sse.js"), k.asset("sideband-commands.css")
		if sh.Nonce == "" {
			sh.Nonce = newNonce()
		}
	}
	sh.Scripts = *k.scripts.Load()
	sh.Icon = k.asset("icon.svg")
	sh.Lost = k.asset(protocol.LostFile)
	sh.Failed = k.asset(protocol.FailedFile)
	sh.Texts = &k.config.Texts
	sh.OwnStyles = !takesStyles(k.config.Security.ContentSecurityPolicy)
	if isNavigation(r) && sh.Ticket == "" && load(w, r) { // an error page
		return
	}
	var b bytes.Buffer
	if err := k.layout(r, sh.document(), &b); err != nil {
		if browserLeft(r) {
			return
		}
		k.log.ErrorContext(r.Context(), "sideband: layout", fault.WithStack([]any{"err", err}, err)...)
		http.Error(w, k.config.Texts.Failed, http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") != "no-store" {
		h.Set("Cache-Control", "private, no-cache")
	}
	h.Add("Vary", protocol.TicketHeader)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	if p := k.config.Security.ContentSecurityPolicy; p != "-" {
		h.Set("Content-Security-Policy", p)
	}
	allowNonce(h, sh.Nonce)
	if k.config.Development {
		k.warnBlocked(view, csp.Parse(h.Values("Content-Security-Policy")...), r.Host, b.Bytes())
		k.warnNonce(view, sh.Nonce, b.Bytes())
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
			err = fault.NewPanic(p)
		}
	}()
	return k.config.Layout(d).Render(r.Context(), w)
}

// errorPage answers with a page that says what is wrong, in the application's layout.
func (k *Kit) errorPage(w http.ResponseWriter, r *http.Request, status int, text string) {
	var b bytes.Buffer
	_ = errorContent(status, text, k.config.Texts.StartPage).Render(r.Context(), &b) // a buffer takes everything
	w.Header().Set("Cache-Control", "no-store")
	k.writePage(w, r, status, "error page", shell{Title: k.config.TitlePrefix + text + k.config.TitleSuffix, Content: b.Bytes()})
}

// busyPage is an error page for what may go better in a moment.
func (k *Kit) busyPage(w http.ResponseWriter, r *http.Request, text string) {
	w.Header().Set("Retry-After", "1")
	k.errorPage(w, r, http.StatusServiceUnavailable, text)
}
