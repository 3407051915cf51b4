package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/flash"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
)

// refusal is why a request does not reach its view.
type refusal struct {
	status int
	err    error
	reload bool            // the page can go on only after a reload
	text   string          // for the user; "" for the one of the status
	away   *live.Departure // where Mount sends the page; nil if it does not
	ask    bool            // the page is asked for its state
}

// Error is why, for the log.
func (ref *refusal) Error() string { return ref.err.Error() }

var errUnowned = errors.New("handlers: the request has no session")

func refused(status int, format string, args ...any) *refusal {
	return &refusal{status: status, err: fmt.Errorf("handlers: "+format, args...), reload: true}
}

// declined refuses a request whose page can go on as it is.
func declined(status int, err error) *refusal { return &refusal{status: status, err: err} }

// unowned refuses a request without a session, or with the cookie of one that has ended.
func (k *Kit) unowned(r *http.Request) *refusal {
	if k.sessions.HasCookie(r) {
		return refused(http.StatusForbidden, "the request's session has ended")
	}
	return &refusal{status: http.StatusForbidden, err: errUnowned, reload: true}
}

// clockSkew is how far the clocks of processes that share secrets may differ.
const clockSkew = 5 * time.Minute

// admit finds the living view that the request's ticket names, remounting it if
// this process does not have it. What can be wrong: 403 a ticket that is missing, damaged, another
// session's or another user's, 409 another address's, 410 too old to be remounted.
func (rt Route) admit(r *http.Request) (*live.View, *refusal) {
	v, ref := rt.named(r)
	if ref != nil {
		if ref.reload {
			increment(&rt.kit.stats.TicketsRefused)
		}
		return nil, ref
	}
	err := v.Await(r.Context())
	if err == nil {
		if ref := rt.follow(v, r); ref != nil {
			return nil, ref
		}
		return v, nil
	}
	if ref, ok := errors.AsType[*refusal](err); ok {
		return nil, ref
	}
	if errors.Is(err, fault.ErrFull) {
		return nil, declined(http.StatusTooManyRequests, errors.New("handlers: too many requests wait for a view that is being remounted"))
	}
	return nil, declined(http.StatusServiceUnavailable, fmt.Errorf("handlers: the browser has left: %w", err))
}

// named is the view of the request's ticket. One that is being remounted may not be ready.
func (rt Route) named(r *http.Request) (*live.View, *refusal) {
	t, ref := rt.open(r)
	if ref != nil {
		return nil, ref
	}
	g := guardOf(r.Context(), rt.kit)
	if !g.own { // middleware has not seen the page's query
		if r.Method == http.MethodPost && !g.query.Has(protocol.EventParam) && !g.answers {
			return nil, declined(http.StatusNotFound, fmt.Errorf("handlers: %w: none is named", fault.ErrNoEvent))
		}
		return nil, refused(http.StatusConflict, "the ticket is for another address")
	}
	if v := g.takeView(); v != nil {
		g.remember(v)
		return rt.own(v)
	}
	if rt.asksPage(g, t) {
		return rt.answeredPage(r, t)
	}
	return rt.remount(r, t)
}

// mayRemount refuses a ticket that is too old for it.
func (rt Route) mayRemount(t *ticket) *refusal {
	k := rt.kit
	if t.version != k.version() {
		return refused(http.StatusGone, "the ticket is of version %.40q", t.version)
	}
	if age := time.Since(t.issued); age > k.config.Security.TicketLife {
		return refused(http.StatusGone, "the ticket is %v old", age.Round(time.Second))
	}
	return nil
}

// open opens the request's ticket and compares it with the request.
func (rt Route) open(r *http.Request) (*ticket, *refusal) {
	g := guardOf(r.Context(), rt.kit)
	t, err := g.openTicket()
	if err != nil && g.posted != nil && g.posted.tooLarge {
		return t, declined(http.StatusRequestEntityTooLarge, errors.New("handlers: the body is too large to look for a ticket in it"))
	}
	if err != nil {
		return t, &refusal{status: http.StatusForbidden, err: err, reload: true}
	}
	if time.Until(t.issued) > clockSkew {
		return t, refused(http.StatusForbidden, "the ticket is from the future: %v", t.issued)
	}
	id, ok := rt.kit.sessions.Current(r.Context())
	if !ok {
		return t, rt.kit.unowned(r)
	}
	if !rt.kit.sessions.Owns(r.Context(), t.owner, id, rt.kit.identity(r)) {
		return t, refused(http.StatusForbidden, "the ticket is another session's or user's")
	}
	if t.moves != "" && t.moves != rt.def.FullName() || t.moves == "" && (t.path != r.URL.EscapedPath() || t.pattern != pattern(r)) {
		return t, refused(http.StatusConflict, "the ticket is for another address")
	}
	return t, nil
}

// own refuses a view of another type.
func (rt Route) own(v *live.View) (*live.View, *refusal) {
	if d := v.Definition(); d != rt.def && (d.HandleParams == nil || d.FullName() != rt.def.FullName()) {
		return nil, refused(http.StatusConflict, "the ticket is for another view")
	}
	return v, nil
}

// remount mounts the view of a ticket again, under its id, as the page was opened.
// Requests that come at the same time wait for the first one's Mount.
func (rt Route) remount(r *http.Request, t *ticket) (*live.View, *refusal) {
	k := rt.kit
	if ref := rt.mayRemount(t); ref != nil {
		return nil, ref
	}
	id, ok := k.sessions.Current(r.Context())
	if !ok {
		return nil, k.unowned(r)
	}
	if !k.mounts.exempts.Use(t.view, time.Now()) && !k.mounts.rate.Allow(id) {
		increment(&k.stats.SessionMountsRefused)
		return nil, declined(http.StatusTooManyRequests, errors.New("handlers: the session mounts too many views"))
	}
	identity := k.identity(r) // it may panic: no view is there yet
	v, mount, err := k.views.Restore(rt.def, t.view, live.Owner{Identity: identity, Session: id})
	switch {
	case err != nil:
		increment(&k.stats.StoreFull)
		return nil, declined(http.StatusServiceUnavailable, fmt.Errorf("handlers: %w", err))
	case v == nil:
		return nil, declined(http.StatusServiceUnavailable, errShutDown)
	case !mount:
		return rt.own(v)
	}
	k.keepSweeping()
	failure := declined(http.StatusInternalServerError, live.ErrBroken) // if something panics
	defer func() {
		if failure != nil {
			v.Restored(failure)
		} else {
			v.Restored(nil)
		}
	}()
	if k.disconnects.Load() != guardOf(r.Context(), k).disconnects {
		// Disconnect has not seen this view: the application's middleware has to say once more who asks.
		failure = declined(http.StatusServiceUnavailable, errors.New("handlers: pages were disconnected meanwhile"))
		return v, nil
	}
	failure = rt.mountAgain(v, r, t)
	if _, ok := k.sessions.Current(r.Context()); failure == nil && !ok { // it has ended meanwhile
		failure = k.unowned(r)
	}
	if failure == nil {
		g := guardOf(r.Context(), k)
		g.remember(v)
		k.probe(r, v, g.text)
	}
	return v, nil
}

func (rt Route) mountAgain(v *live.View, r *http.Request, t *ticket) *refusal {
	k := rt.kit
	recovered := rt.keepDurable(v, r, t)
	end, ok := rt.begin(r)
	if !ok {
		increment(&k.stats.MountsRefused)
		return declined(http.StatusServiceUnavailable, errors.New("handlers: too many views are being mounted"))
	}
	defer end()
	increment(&k.stats.Remounts)
	recovered()
	outcome := rt.mount(v, r, nil)
	if outcome.Departure != nil {
		return &refusal{status: http.StatusSeeOther, err: errors.New("handlers: Mount redirects"), away: outcome.Departure}
	}
	err := outcome.Err
	if err == nil {
		return nil
	}
	k.spoilStash(v, err)
	// A page that is not found or not allowed any more is reloaded and says so; what
	// fails for the moment is tried again.
	status, text := rt.failure(r, "remount", err)
	return &refusal{status: status, err: err, reload: status < 500 && status != http.StatusTooManyRequests, text: text}
}

// mount runs Mount with the parameters that middleware has let through, and renders the page
// if it is the first time. carried is what the page before wanted to be shown.
func (rt Route) mount(v *live.View, r *http.Request, carried []flash.Message) live.Outcome {
	v.SetHooks(rt.hooks(r))
	v.SetNonce(rt.nonceOf(v, r))
	return v.Mount(context.WithoutCancel(r.Context()), rt.place(r), rt.kit.address(r), rt.input(r), carried)
}

// probe tells the request's probe, if it has one, of a view that was mounted.
func (k *Kit) probe(r *http.Request, v *live.View, ticket string) {
	p := live.ProbeOf(r.Context())
	if p == nil {
		return
	}
	token := k.sessions.StoreToken(r.Context())
	p.Note(v, ticket, func(ctx context.Context) error { return k.sessions.Destroy(ctx, token) })
}

// identity is who the application says has sent the request.
func (k *Kit) identity(r *http.Request) string {
	if k.config.Identity == nil {
		return ""
	}
	return k.config.Identity(r)
}
