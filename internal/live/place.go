package live

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/state"
)

// Place is where a page is. It is immutable.
type Place struct {
	Path    string // as browsers know it, escaped
	Query   string
	Pattern string            // of the route
	Params  map[string]string // in the path
	Action  string            // what the route is called
}

// Address returns the address of the page.
func (p *Place) Address() string {
	if p.Query == "" {
		return p.Path
	}
	return p.Path + "?" + p.Query
}

// Resolve returns an address, which may be a query alone, as seen from the place.
func (p *Place) Resolve(address string) string {
	if strings.HasPrefix(address, "?") {
		return p.Path + address
	}
	return address
}

// Param returns a parameter in the path.
func (p *Place) Param(name string) string { return p.Params[name] }

// Mark tells the place from others in the ids of messages: they say whether the page's address has changed since its
// connection was opened.
func (p *Place) Mark() string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(p.Address())) // it never fails
	return strconv.FormatUint(uint64(h.Sum32()), 36)
}

// route is what addresses of a page are written with.
type route struct {
	path, pattern string
	address       *params.Address
	view          *View
}

// routeKey holds the page's route, if its address can change: what is rendered with it depends on it.
var routeKey = state.NewKey[route]("sideband route")

// setRoute sets the route of a place.
func (v *View) setRoute(cb *Callback, at *Place) {
	if v.def.HandleParams != nil {
		routeKey.Set(cb, route{at.Path, at.Pattern, v.def.Address, v})
	}
}

// PathOf returns the path of the page of a rendering or a callback, if its address can change; else "".
func PathOf(ctx context.Context) string { return routeKey.Get(ctx).path }

// AddressOf returns the address of the page of a rendering or a callback for parameters.
func AddressOf(ctx context.Context, q any) (string, error) {
	r := routeKey.Get(ctx)
	if r.address == nil {
		return "", ErrNoHandleParams
	}
	return r.address.Write(r.pattern, r.path, q)
}

// WarnOfAddress logs, once for each view, that values make no address.
func WarnOfAddress(ctx context.Context, err error) {
	if v := routeKey.Get(ctx).view; v != nil && !v.warnedOfAddress.Swap(true) {
		v.host.Log.Warn("sideband: a link leads nowhere: its values make no address of the page", "view", v.def.Name(), "err", err)
	}
}

// maxPatches is how many HandleParams in a row may patch the address.
const maxPatches = 10

var (
	errPatches = errors.New("views: HandleParams patches the address again and again")
	// ErrNoHandleParams is returned for a patch of a page that has no HandleParams.
	ErrNoHandleParams = errors.New("views: the page has no method HandleParams, so that its address can't be patched")
)

// Move is a change of the page's address that the page has yet to be told.
type Move struct {
	Address string
	Replace bool   // the newest entry of the browser's history
	Top     bool   // scrolls to the top
	there   bool   // the view is at that address, or will be before it is rendered
	from    *Place // what the browser shows
}

// traversal is a step back or forward through the browser's history, until the page goes elsewhere.
type traversal struct {
	asked     string // the address that it led to
	told      bool   // a control has sent an event since
	overtaken bool   // perhaps, by a visit from that address
}

// repeats reports whether an event is none of the user's: a step takes the focus from a field that is typed in, and the
// field then sends once more what it has sent before the step.
func (v *View) repeats(p *patch.Posted) bool {
	if v.traversal == nil || v.traversal.told || p == nil || p.Left {
		return false
	}
	v.traversal.told = true
	return v.delivery.hasTyped(p)
}

// isPast reports whether the event that the callback belongs to was triggered at an address that the user has left by a
// step since.
func (v *View) isPast() bool {
	t := v.turn.Load()
	return v.traversal != nil && t != nil && t.at != "" && t.at != v.traversal.asked && t.at != v.Place().Address()
}

// asking is that the page has asked for an address, to which the view went.
type asking struct {
	from  string // what the browser has shown
	known bool   // the view was there
	at    *Place
	when  time.Time
}

// askedFor is how long a page may wait for an answer: what it asks for later is no second click.
const askedFor = 15 * time.Second

// NoteAsked notes that the page has asked for the address where the view is now, while the browser has shown from and the
// view was at before. It reports whether it has done so before: by a second click, before the first one was answered. Safe
// for concurrent use.
func (v *View) NoteAsked(from, before string) (again bool) {
	now := &asking{from, from == before, v.Place(), time.Now()}
	last := v.asked.Swap(now)
	return last != nil && last.from == now.from && last.at == now.at && now.when.Sub(last.when) < askedFor
}

// hasOvertaken reports whether the page may have asked for where the view is after it had asked for an address by a step
// back or forward, which comes only now: the browser has shown that address, and the view did not know. Where a <base>
// may act, a page can't be asked for its address.
func (v *View) hasOvertaken(step string) bool {
	last := v.asked.Load()
	return v.address == "" && last != nil && !last.known && last.from == step && last.at == v.Place() && time.Since(last.when) < askedFor
}

// Place returns where the page is; nil before Mount. Safe for concurrent use.
func (v *View) Place() *Place { return v.place.Load() }

// MoveTo runs HandleParams for the address that the page asks for, and shows what that has changed. Nothing runs if
// the view is there already, or request is done: the user has gone on. isStep says that the user has gone back or
// forward to it.
func (v *View) MoveTo(e Event, request context.Context, to *Place, isStep bool) Outcome {
	var t *traversal
	if isStep {
		t = &traversal{asked: to.Address(), overtaken: v.hasOvertaken(to.Address())}
	}
	c := v.handleParams(to, e.Input, t)
	c.kind = ActivityParams
	run := c.Run
	c.Run = func(cb *Callback) error {
		if request.Err() != nil {
			return nil
		}
		return run(cb)
	}
	return v.wait(job{ctx: e.Context, call: c})
}

// handleParams returns the callback that takes the page to another address, for a step through the history if t is not nil.
func (v *View) handleParams(to *Place, in params.Input, t *traversal) Call {
	return Call{Name: v.def.Name() + ".HandleParams", Run: func(cb *Callback) error {
		cb.traversal = t
		if at := v.Place(); at != nil && at.Address() == to.Address() {
			return nil
		}
		cb.place = to
		v.setRoute(cb, to)
		if !cb.IsHooked() {
			return v.def.HandleParams(cb, in)
		}
		return cb.Pass(KindParams, "HandleParams", func() error { return v.def.HandleParams(cb, in) })
	}}
}

// Patch changes the page's address once the callback has succeeded.
func (cb *Callback) Patch(m Move) error {
	cb.Check()
	if cb.view.def.HandleParams == nil {
		return ErrNoHandleParams
	}
	cb.patch = &m
	return nil
}

// move applies what a callback has said of the page's address. If it only changes the query, HandleParams runs in the
// same turn. The page asks for one with another path, so that it goes through the application's middleware.
func (v *View) move(cb *Callback) {
	if cb.traversal != nil || cb.place != nil {
		v.traversal = cb.traversal
	}
	if to := cb.place; to != nil {
		v.place.Store(to)
		if cb.patch == nil {
			v.patches = 0
		} else if v.patches++; v.patches > maxPatches {
			v.logFailure(errPatches)
			return
		}
	}
	m := cb.patch
	if m == nil || v.isPast() {
		return
	}
	at := v.Place()
	address, fragment, hasFragment := strings.Cut(m.Address, "#")
	path, query, _ := strings.Cut(address, "?")
	to := *at
	if to.Query = query; path != "" {
		to.Path = path
	}
	if m.Address = to.Address(); hasFragment {
		m.Address += "#" + fragment
	}
	m.from, m.there = at, to.Path == at.Path
	if v.moved != nil { // which the browser has not been told of
		m.from = v.moved.from
	}
	if v.moved = m; !m.there || query == at.Query {
		return
	}
	values, err := url.ParseQuery(query)
	call := v.handleParams(&to, params.Input{Path: to.Param, Action: to.Action, Query: values}, cb.traversal)
	if err != nil {
		call.Run = func(*Callback) error { return fmt.Errorf("%w: the query can't be read", fault.ErrParams) }
	}
	v.inbox = append(v.inbox, call)
}

// takeMove returns what the answer to an event is to say of the page's address; nil if it is not to say anything, or
// the page asks for the address itself, which one without scripts does not.
func (v *View) takeMove(unscripted bool) *Move {
	if m := v.moved; m == nil || !m.there && !unscripted {
		return nil
	}
	return v.endMove()
}

// endMove returns what the browser is to be told of the page's address; nil if it is where it is to be, since another
// entry of the history would be of no use.
func (v *View) endMove() *Move {
	m := v.moved
	if v.moved = nil; m == nil {
		return nil
	}
	if m.there && !v.IsAt(m) { // HandleParams has failed
		m.Address, m.Top = v.Place().Address(), false
	}
	if m.Address == m.from.Address() {
		if !m.Top {
			return nil
		}
		m.Replace = true
	}
	return m
}

// appendMove appends the operations with which the page asks for the address where it is to be or, if the view can't know
// that, for the one where it is.
func (v *View) appendMove(ops []byte) []byte {
	if m := v.endMove(); m != nil {
		return protocol.AppendVisit(ops, m.Address, v.stamp(), m.Replace, m.Top)
	}
	if t := v.traversal; t != nil && t.overtaken {
		t.overtaken = false
		ops = protocol.AppendWhereabouts(ops, v.stamp())
	}
	return ops
}

// IsAt reports whether the page is where a move takes it.
func (v *View) IsAt(m *Move) bool {
	address, _, _ := strings.Cut(m.Address, "#")
	return v.Place().Address() == address
}
