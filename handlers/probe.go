package handlers

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"sync"

	"github.com/sideband-go/sideband/views"
)

// Probe finds the living views behind pages. It is for tests: package livetest hands one
// to the server with the requests' contexts. Make one with new; its methods may be
// called from any goroutine.
type Probe struct {
	mu       sync.Mutex
	views    map[string]*Probed // by the ticket of their page
	failures []error
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

// TakeFailures returns what has failed since it was called last in a way that users do
// not get to see: panics, renderings, errors of callbacks without a status below 500.
func (p *Probe) TakeFailures() []error {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.failures
	p.failures = nil
	return f
}

func (p *Probe) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failures = append(p.failures, err)
}

// noteFailure tells the request's probe, if it has one, of a failure.
func noteFailure(ctx context.Context, err error) {
	if p, ok := ctx.Value(probeKey{}).(*Probe); ok {
		p.fail(err)
	}
}

// noteFailure tells the probe, if there is one, of a failure where no request waits.
func (l *live) noteFailure(err error) {
	if errors.Is(err, views.ErrGone) {
		return
	}
	if code, _ := views.StatusOf(err); code < http.StatusInternalServerError {
		return
	}
	if p := l.probe.Load(); p != nil {
		p.fail(err)
	}
}

// noteFor tells the request's probe, if it has one, of a view that was mounted.
func (l *live) noteFor(r *http.Request, ticket string) {
	p, ok := r.Context().Value(probeKey{}).(*Probe)
	if !ok || ticket == "" {
		return
	}
	v := &Probed{l, l.kit.sessions.StoreToken(r.Context())}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.views == nil {
		p.views = make(map[string]*Probed)
	}
	p.views[ticket] = v
	l.probe.Store(p)
	if l.dropped != nil {
		p.failures = append(p.failures, l.dropped)
	}
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

// ask calls f when it is the view's turn, and waits for that. It reports false if the view
// has ended or ctx is over.
func (p *Probed) ask(ctx context.Context, f func(*views.Instance)) bool {
	done := make(chan struct{})
	if !p.live.must(func(l *live, _ uint64) {
		defer close(done)
		f(l.in)
	}) {
		return false
	}
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}

// ReadingOf is Reading as the component of a type sees the keys that is placed with the
// id; nil if there is none, and then the names of those that there are.
func (p *Probed) ReadingOf(ctx context.Context, t reflect.Type, id string) (reading context.Context, placed []string) {
	type answer struct {
		reading context.Context
		placed  []string
	}
	a := make(chan answer, 1)
	if !p.ask(ctx, func(in *views.Instance) {
		if c := in.ReadingOf(t, id); c != nil {
			a <- answer{c, nil}
		} else {
			a <- answer{nil, in.Placed()}
		}
	}) {
		return nil, nil
	}
	got := <-a
	return got.reading, got.placed
}

// Working names the functions that run beside the view, or wait for the stream to do so.
func (p *Probed) Working(ctx context.Context) []string {
	names := make(chan []string, 1)
	if !p.ask(ctx, func(in *views.Instance) { names <- in.Working() }) {
		return nil
	}
	return <-names
}

// Faults says why components that are placed can't be shown.
func (p *Probed) Faults(ctx context.Context) []error {
	all := make(chan []error, 1)
	if !p.ask(ctx, func(in *views.Instance) { all <- in.Faults() }) {
		return nil
	}
	return <-all
}

// Streams lists the streams that the page shows.
func (p *Probed) Streams(ctx context.Context) []views.ShownStream {
	all := make(chan []views.ShownStream, 1)
	if !p.ask(ctx, func(in *views.Instance) { all <- in.Streams() }) {
		return nil
	}
	return <-all
}

// EventsOf lists the events of the component at an address, "" for the page. It reports
// false if no component has it.
func (p *Probed) EventsOf(address string) ([]string, bool) { return p.live.in.EventsOf(address) }

// Ref names the view.
func (p *Probed) Ref() views.Ref { return p.live.in.Ref() }

// Reading returns a context that reads what the view's keys hold at this moment.
func (p *Probed) Reading() context.Context { return p.live.in.Reading() }

// Definition is what the view was made from.
func (p *Probed) Definition() *views.Definition { return p.live.in.Definition() }

// EndSession destroys the session of the page, as the application does elsewhere.
func (p *Probed) EndSession(ctx context.Context) error {
	return p.live.kit.sessions.Destroy(ctx, p.session)
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
