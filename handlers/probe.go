package handlers

import (
	"context"
	"net/http"
	"sync"

	"github.com/sideband-go/sideband/views"
)

// Probe finds the living views behind pages. It is for tests: package livetest hands one
// to the server with the requests' contexts. Make one with new; its methods may be
// called from any goroutine.
type Probe struct {
	mu    sync.Mutex
	views map[string]*Probed // by the ticket of their page
}

type probeKey struct{}

// WithProbe returns a context whose requests tell p of the views that they mount.
func WithProbe(ctx context.Context, p *Probe) context.Context {
	return context.WithValue(ctx, probeKey{}, p)
}

// View is the view of the page with a ticket, as it was mounted last; nil if there is none.
func (p *Probe) View(ticket string) *Probed {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.views[ticket]
}

// Forget returns all views, and forgets them.
func (p *Probe) Forget() []*Probed {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []*Probed
	for _, v := range p.views {
		all = append(all, v)
	}
	clear(p.views)
	return all
}

// noteFor tells the request's probe, if it has one, of a view that was mounted.
func (l *live) noteFor(r *http.Request, ticket string) {
	p, ok := r.Context().Value(probeKey{}).(*Probe)
	if !ok || ticket == "" {
		return
	}
	s := l.kit.sessions
	v := &Probed{l, s.stored(s.manager.Token(r.Context()))}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.views == nil {
		p.views = make(map[string]*Probed)
	}
	p.views[ticket] = v
}

// Probed is a living view as a test sees it.
type Probed struct {
	live    *live
	session string
}

// Newest waits until the view has done what waits for it. It returns the id of the
// newest message, and whether a stream is open that has taken it. It reports false if
// the view has ended or ctx is over.
func (p *Probed) Newest(ctx context.Context) (id string, sent, ok bool) {
	type answer struct {
		id   string
		sent bool
	}
	done := make(chan answer, 1)
	if !p.live.must(func(l *live, _ uint64) {
		st := l.openStream()
		done <- answer{l.idOf(l.out.seq), st != nil && !l.out.lost && l.out.sent == l.out.seq}
	}) {
		return "", false, false
	}
	select {
	case a := <-done:
		return a.id, a.sent, true
	case <-ctx.Done():
		return "", false, false
	}
}

// Ref names the view.
func (p *Probed) Ref() views.Ref { return p.live.in.Ref() }

// Reading returns a context that reads what the view's keys hold at this moment.
func (p *Probed) Reading() context.Context { return p.live.in.Reading() }

// Definition is what the view was made from.
func (p *Probed) Definition() *views.Definition { return p.live.in.Definition() }

// EndSession destroys the session of the page, as the application does elsewhere.
func (p *Probed) EndSession(ctx context.Context) error {
	return p.live.kit.sessions.store.DeleteCtx(ctx, p.session)
}

// End ends the view, as if it had expired, and waits until nothing of it runs.
func (p *Probed) End(ctx context.Context) {
	l := p.live
	l.kit.store.Remove(l.entry)
	l.end(nil)
	done := make(chan struct{})
	l.mu.Lock()
	l.enqueue(job{run: func(*live, uint64) { close(done) }})
	l.mu.Unlock()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// Alone makes the handler of a definition, without what [View] checks and logs. It is
// for tests.
func Alone(k *Kit, def *views.Definition) Route { return Route{k, def} }
