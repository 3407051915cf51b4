package handlers

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/sse"
)

// A page that keeps its state itself is asked for it before its view is remounted. Its connection is
// answered with the question and ends when the view is there, so that the page connects again; events
// wait. The page's answer is a POST of its own, which remounts the view.

// askWait is how long an event, or the connection that has asked, waits for a page's state.
const askWait = 5 * time.Second

var errStash = errors.New("handlers: the page's state is damaged")

// asking are the views whose pages are asked, by their ids. Each is here as long as a request waits for it.
type asking struct {
	mu  sync.Mutex
	all map[string]*question
}

type question struct {
	answered chan struct{} // closed when the view was remounted, or could not be
	waiting  int
}

// await returns a channel that is closed when the page of a view has answered. over is for when the caller does not
// wait any more. It returns nil if so many wait already.
func (a *asking) await(view string, most int) (answered <-chan struct{}, over func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.all == nil {
		a.all = map[string]*question{}
	}
	q := a.all[view]
	if q == nil {
		q = &question{answered: make(chan struct{})}
		a.all[view] = q
	}
	if q.waiting >= most {
		return nil, nil
	}
	q.waiting++
	return q.answered, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if q.waiting--; q.waiting == 0 && a.all[view] == q {
			delete(a.all, view)
		}
	}
}

// answered lets the requests go on that wait for a view.
func (a *asking) answered(view string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if q := a.all[view]; q != nil {
		close(q.answered)
		delete(a.all, view)
	}
}

// asksPage reports whether the page of a request is asked for its state before its view is remounted.
func (rt Route) asksPage(g *guard, t *ticket) bool {
	return rt.kit.stashes.writer == nil && strings.Contains(t.keeps, keepsState) && g.posted == nil && !g.answers
}

// askable reports whether the page of a view that was opened keeps its state itself: if it has durable keys with values,
// or another page of its type had. Others are never asked for any.
func (k *Kit) askable(v *live.View) bool {
	pk, ok := v.Keeper().(*pageKeeper)
	if !ok {
		return false
	}
	name := v.Definition().FullName()
	if v.HasDurableState() {
		k.stashes.types.Store(name, nil)
	} else if _, known := k.stashes.types.Load(name); !known {
		return false
	}
	pk.mu.Lock()
	pk.askable = true
	pk.mu.Unlock()
	return true
}

// errAsk says that the page has to be asked first.
var errAsk = errors.New("handlers: the page has not sent its state yet")

// answeredPage waits until the page of a view that is not here has sent its state, and returns the view.
func (rt Route) answeredPage(r *http.Request, t *ticket) (*live.View, *refusal) {
	k := rt.kit
	if ref := rt.mayRemount(t); ref != nil {
		return nil, ref
	}
	ask := declined(http.StatusServiceUnavailable, errAsk)
	ask.ask = true
	if guardOf(r.Context(), k).connecting {
		return nil, ask
	}
	answered, over := k.stashes.asking.await(t.view, k.config.Limits.Queue)
	if answered == nil {
		increment(&k.stats.QueueFull)
		return nil, declined(http.StatusTooManyRequests, errors.New("handlers: too many requests wait for the state of a page"))
	}
	defer over()
	ctx, cancel := context.WithTimeout(r.Context(), askWait)
	defer cancel()
	select {
	case <-answered:
	case <-ctx.Done():
	}
	if v := k.views.Get(t.view); v != nil {
		return rt.own(v)
	}
	return nil, ask
}

// askPage answers a connection by asking the page for its state, and ends it when the view is there.
func (rt Route) askPage(w http.ResponseWriter, r *http.Request) {
	k := rt.kit
	t, err := guardOf(r.Context(), k).openTicket()
	if err != nil {
		return // which was found out before
	}
	answered, over := k.stashes.asking.await(t.view, k.config.Limits.Queue)
	if answered == nil {
		rt.refuseConnection(w, r, declined(http.StatusTooManyRequests, errors.New("handlers: too many requests wait for the state of a page")))
		return
	}
	defer over()
	if sse.ReplyOpen(w, protocol.AskStash(k.address(r), protocol.Stamp(guardOf(r.Context(), k).nonce()))) != nil {
		return // nobody is left to tell
	}
	ctx, cancel := context.WithTimeout(r.Context(), askWait)
	defer cancel()
	select {
	case <-answered:
	case <-ctx.Done():
	}
}

// serveStash takes the state that a page has been asked for, and remounts its view.
func (rt Route) serveStash(w http.ResponseWriter, r *http.Request) {
	k := rt.kit
	g := guardOf(r.Context(), k)
	fields, status, err := k.readFields(w, r, nil)
	if err != nil {
		increment(&k.stats.BodiesRefused)
		rt.refuse(w, r, declined(status, err))
		return
	}
	g.answers, g.stash = true, fields.Get(protocol.StashField)
	_, ref := rt.admit(r)
	if t, err := g.openTicket(); err == nil {
		k.stashes.asking.answered(t.view)
	}
	if ref != nil {
		rt.refuse(w, r, ref)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}
