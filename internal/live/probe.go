package live

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/render"
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

// WithProbe returns a context whose requests note the views that they mount in p.
func WithProbe(ctx context.Context, p *Probe) context.Context {
	return context.WithValue(ctx, probeKey{}, p)
}

// ProbeOf returns the request's probe; nil without one.
func ProbeOf(ctx context.Context) *Probe {
	p, _ := ctx.Value(probeKey{}).(*Probe)
	return p
}

// View returns the view of the page with a ticket, as last mounted; nil if there is none.
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

// TakeFailures returns the failures since its last call that users do not see: panics, failed
// renderings, errors of callbacks without a status below 500.
func (p *Probe) TakeFailures() []error {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.failures
	p.failures = nil
	return f
}

// Fail notes a failure. A nil Probe notes nothing.
func (p *Probe) Fail(err error) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failures = append(p.failures, err)
}

// Note notes the view that was mounted for a ticket. endSession ends the session of its page, as
// the application does elsewhere. A nil Probe notes nothing.
func (p *Probe) Note(v *View, ticket string, endSession func(context.Context) error) {
	if p == nil || ticket == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.views == nil {
		p.views = make(map[string]*Probed)
	}
	p.views[ticket] = &Probed{v, endSession}
	v.probe.Store(p)
	if v.dropped != nil {
		p.failures = append(p.failures, v.dropped)
	}
}

// NoteFailure notes a failure in the probe, if there is one.
func (v *View) NoteFailure(err error) {
	if errors.Is(err, fault.ErrGone) {
		return
	}
	if code, _ := fault.StatusOf(err); code >= 500 {
		v.probe.Load().Fail(err)
	}
}

// NoteDropped notes what is wrong with the page's HTML, for the probe that there will be.
func (v *View) NoteDropped(err error) {
	if !v.mounted.Load() {
		v.dropped = err
	}
	v.NoteFailure(err)
}

// Probed is a living view as a test sees it.
type Probed struct {
	*View
	// EndSession destroys the session of the page, as the application does elsewhere.
	EndSession func(context.Context) error
}

// ask calls f when it is the view's turn, and waits for its answer. It reports false if the view has
// ended or ctx is over; f may still run then.
func ask[T any](ctx context.Context, v *View, f func(t *render.Tree) T) (answer T, ok bool) {
	answers := make(chan T, 1)
	if !v.postInternal(func(v *View, _ uint64) { answers <- f(v.tree) }) {
		return answer, false
	}
	select {
	case answer = <-answers:
		return answer, true
	case <-ctx.Done():
		return answer, false
	}
}

// Newest waits until the view has emptied its mailbox. It returns the id of the
// newest message, and whether a connection is open that has taken it. It reports false if
// the view has ended or ctx is over.
func (p *Probed) Newest(ctx context.Context) (id string, sent, ok bool) {
	type newest struct {
		id   string
		sent bool
	}
	v := p.View
	n, ok := ask(ctx, v, func(*render.Tree) newest {
		return newest{v.idOf(v.delivery.seq), v.openConn() != nil && !v.delivery.unknown && v.delivery.isUpToDate()}
	})
	return n.id, n.sent, ok
}

// Reading returns a context that reads the view's keys as they are now.
func (p *Probed) Reading() context.Context { return Reading(p.tree.Root()) }

// ReadingOf returns a context that reads the keys as the component of a type with an id sees them;
// nil if there is none, and then the names of the components that there are.
func (p *Probed) ReadingOf(ctx context.Context, t reflect.Type, id string) (reading context.Context, others []string) {
	type found struct {
		reading context.Context
		others  []string
	}
	all, _ := ask(ctx, p.View, func(tree *render.Tree) (all found) {
		for _, c := range tree.All()[1:] {
			if c.Is(t) && c.ID() == id {
				return found{reading: Reading(c)}
			}
			all.others = append(all.others, c.NameWithID())
		}
		return all
	})
	slices.Sort(all.others)
	return all.reading, all.others
}

// EventsOf lists what the browser may call of the component at an address, "" for the page. It
// reports false if no component has it.
func (p *Probed) EventsOf(address string) ([]string, bool) {
	c := p.tree.Root()
	if address != "" {
		c = p.tree.Lookup(address)
	}
	if c == nil {
		return nil, false
	}
	return eventsOf(c.Kind()), true
}

// Working names the background tasks that run, that wait for the connection, and whose results are
// not taken yet.
func (p *Probed) Working(ctx context.Context) []string {
	names, _ := ask(ctx, p.View, func(t *render.Tree) (names []string) {
		for _, c := range t.All() {
			if w := workOf(c); w != nil {
				names = append(names, w.names()...)
			}
		}
		return names
	})
	p.mu.Lock()
	apart := p.tasks
	p.mu.Unlock()
	names = append(names, apart.names()...)
	slices.Sort(names)
	return names
}

// names names the tasks.
func (w *work) names() (names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for t := range w.all {
		name := t.name
		if slices.Contains(w.waiting, t) {
			name += " (which waits for the connection)"
		}
		names = append(names, name)
	}
	return names
}

// Faults returns the errors of components that can't be shown.
func (p *Probed) Faults(ctx context.Context) []error {
	errs, _ := ask(ctx, p.View, func(t *render.Tree) (all []error) {
		for _, c := range t.All() {
			switch err := c.Fault(); {
			case err == nil:
			case strings.HasPrefix(err.Error(), c.Name()):
				all = append(all, err)
			default:
				all = append(all, fmt.Errorf("%s: %w", c.Name(), err))
			}
		}
		return all
	})
	return errs
}

// Streams lists the streams that the page shows.
func (p *Probed) Streams(ctx context.Context) []render.ShownStream {
	streams, _ := ask(ctx, p.View, (*render.Tree).Streams)
	return streams
}

// ErrTwoBindings reports an element with two bindings to a test.
var ErrTwoBindings = errors.New("handlers: browsers drop all but the first binding of an element")

// Kept reports whether the state of the view's durable keys is kept, and what of it the page was sent; nil: nothing.
func (p *Probed) Kept(ctx context.Context) (inPage *string, ok bool) {
	k := p.Keeper()
	if k == nil {
		return nil, true
	}
	_, _ = ask(ctx, p.View, func(*render.Tree) bool { return true }) // a turn saves after its answer
	return k.Kept()
}
