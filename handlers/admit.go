package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// refusal is why a request does not reach its view.
type refusal struct {
	status int
	err    error
	reload bool             // only a page that is loaded anew can go on
	text   string           // for the user; "" for the one of the status
	away   *views.Departure // where Mount sends the page; nil if it does not
}

var errUnowned = errors.New("handlers: the request has no session")

func refused(status int, format string, args ...any) *refusal {
	return &refusal{status: status, err: fmt.Errorf("handlers: "+format, args...), reload: true}
}

// declined refuses a request whose page can go on as it is.
func declined(status int, err error) *refusal { return &refusal{status: status, err: err} }

// unowned refuses a request without a session, or with the cookie of one that has ended.
func (k *Kit) unowned(r *http.Request) *refusal {
	if cookie, _ := k.sessions.cookie(r); cookie != "" {
		return refused(http.StatusForbidden, "the request's session has ended")
	}
	return &refusal{status: http.StatusForbidden, err: errUnowned, reload: true}
}

// clockSkew is how far the clocks of processes that share secrets may differ.
const clockSkew = 5 * time.Minute

// admit finds the living view that the request's ticket names, remounting it if
// this process does not have it. What can be wrong: 400 a ticket that is missing or
// damaged, 403 another session's or another user's, 409 another address's, 410 too old
// to be remounted.
func (rt Route) admit(r *http.Request) (*live, *refusal) {
	l, ref := rt.named(r)
	if ref != nil {
		if ref.reload {
			increment(&rt.kit.stats.TicketsRefused)
		}
		return nil, ref
	}
	if l.ready != nil {
		if ref := l.awaitReady(r.Context()); ref != nil {
			return nil, ref
		}
	}
	return l, nil
}

// awaitReady waits until a view that another request remounts is there. Whoever mounts it
// has a deadline.
func (l *live) awaitReady(ctx context.Context) *refusal {
	select {
	case <-l.ready:
		return l.failure
	default:
	}
	if l.awaiting.Add(1) > int64(l.kit.config.Limits.Queue) {
		l.awaiting.Add(-1)
		increment(&l.kit.stats.QueueFull)
		return declined(http.StatusTooManyRequests, errors.New("handlers: too many requests wait for a view that is being remounted"))
	}
	defer l.awaiting.Add(-1)
	select {
	case <-l.ready:
		return l.failure
	case <-ctx.Done():
		return declined(http.StatusServiceUnavailable, fmt.Errorf("handlers: the browser has left: %w", ctx.Err()))
	}
}

// named is the view of the request's ticket. One that is being remounted may not be ready.
func (rt Route) named(r *http.Request) (*live, *refusal) {
	t, ref := rt.open(r)
	if ref != nil {
		return nil, ref
	}
	if g := guardOf(r.Context(), rt.kit); !g.own { // middleware has not seen the page's query
		if r.Method == http.MethodPost && !g.query.Has(eventParam) {
			return nil, declined(http.StatusNotFound, fmt.Errorf("handlers: %w: none is named", views.ErrNoEvent))
		}
		return nil, refused(http.StatusConflict, "the ticket is for another address")
	}
	if l, ref := rt.resident(t); l != nil || ref != nil {
		return l, ref
	}
	return rt.remount(r, t)
}

// open opens the request's ticket and compares it with the request.
func (rt Route) open(r *http.Request) (ticket, *refusal) {
	t, err := guardOf(r.Context(), rt.kit).openTicket()
	if err != nil {
		return t, &refusal{status: http.StatusBadRequest, err: err, reload: true}
	}
	if time.Until(t.issued) > clockSkew {
		return t, refused(http.StatusBadRequest, "the ticket is from the future: %v", t.issued)
	}
	session, ok := rt.kit.sessions.current(r.Context())
	if !ok {
		return t, rt.kit.unowned(r)
	}
	if !rt.kit.sessions.owns(r.Context(), t, session, rt.kit.identity(r)) {
		return t, refused(http.StatusForbidden, "the ticket is another session's or user's")
	}
	if t.path != r.URL.EscapedPath() || t.pattern != pattern(r) {
		return t, refused(http.StatusConflict, "the ticket is for another address")
	}
	return t, nil
}

// resident returns the view if it is here; both results are nil if it is not.
func (rt Route) resident(t ticket) (*live, *refusal) {
	e := rt.kit.store.Get(t.view)
	switch {
	case e == nil:
		return nil, nil
	case e.Value.(*live).hasEnded(): // and is about to leave the store
		rt.kit.store.Remove(e)
		return nil, nil
	}
	return rt.of(e)
}

func (rt Route) of(e *state.Entry) (*live, *refusal) {
	l := e.Value.(*live)
	if l.in.Definition() != rt.def {
		return nil, refused(http.StatusConflict, "the ticket is for another view")
	}
	return l, nil
}

// remount mounts the view of a ticket again, under its id, as the page was opened.
// Requests that come at the same time wait for the first one's Mount.
func (rt Route) remount(r *http.Request, t ticket) (*live, *refusal) {
	k := rt.kit
	if t.version != k.config.Version {
		return nil, refused(http.StatusGone, "the ticket is of version %.40q", t.version)
	}
	if age := time.Since(t.issued); age > k.config.Security.TicketLife {
		return nil, refused(http.StatusGone, "the ticket is %v old", age.Round(time.Second))
	}
	session, ok := k.sessions.current(r.Context())
	if !ok {
		return nil, k.unowned(r)
	}
	if !k.mounts.excused(t.view, time.Now()) && !k.mounts.allow(session) {
		increment(&k.stats.SessionMountsRefused)
		return nil, declined(http.StatusTooManyRequests, errors.New("handlers: the session mounts too many views"))
	}
	identity := k.identity(r) // it may panic: no view is there yet
	l := newLive(k, rt.def, t.view)
	if l == nil {
		return nil, declined(http.StatusServiceUnavailable, errShutDown)
	}
	l.epoch, l.ready, l.out.lost = newEpoch(), make(chan struct{}), true
	l.own(identity, session, t.query)
	taken, err := k.store.Restore(l.entry, time.Now())
	if taken != nil {
		l.end(nil)
		return rt.of(taken)
	}
	if err != nil {
		l.end(nil)
		increment(&k.stats.StoreFull)
		return nil, declined(http.StatusServiceUnavailable, fmt.Errorf("handlers: %w", err))
	}
	k.keepSweeping()
	failure := declined(http.StatusInternalServerError, errBroken) // if something panics
	defer func() {
		if l.failure = failure; failure != nil {
			k.store.Remove(l.entry)
		}
		close(l.ready)
	}()
	failure = rt.mountAgain(l, r)
	if _, ok := k.sessions.current(r.Context()); failure == nil && !ok { // it has ended meanwhile
		failure = k.unowned(r)
	}
	if failure == nil {
		l.noteFor(r, r.Header.Get(views.TicketHeader))
	}
	return l, nil
}

func (rt Route) mountAgain(l *live, r *http.Request) *refusal {
	k := rt.kit
	end, ok := rt.begin(r)
	if !ok {
		increment(&k.stats.MountsRefused)
		return declined(http.StatusServiceUnavailable, errors.New("handlers: too many views are being mounted"))
	}
	defer end()
	increment(&k.stats.Remounts)
	res := l.mount(r, nil)
	if res.away != nil {
		return &refusal{status: http.StatusSeeOther, err: errors.New("handlers: Mount redirects"), away: res.away}
	}
	err := res.err
	if err == nil {
		return nil
	}
	// A page that is not found or not allowed any more is loaded anew and says so; what
	// fails for the moment is tried again.
	status, text := rt.failure(r, "mount again", err)
	return &refusal{status: status, err: err, reload: status < 500 && status != http.StatusTooManyRequests, text: text}
}

// own notes whose view it is.
func (l *live) own(identity string, session [16]byte, query string) {
	l.identity, l.query = identity, query
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entry = &state.Entry{ID: l.id, Session: string(session[:]), Scope: l.in.Scope(), Value: l}
}

// identity is who the application says has sent the request.
func (k *Kit) identity(r *http.Request) string {
	if k.config.Identity == nil {
		return ""
	}
	return k.config.Identity(r)
}
