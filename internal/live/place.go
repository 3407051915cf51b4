package live

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/url"
	"strconv"
	"strings"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/state"
)

// Place is where a page is. It is immutable.
type Place struct {
	Path    string // as browsers know it, escaped
	Query   string
	Pattern string            // of the route
	Params  map[string]string // in the path
}

// Address returns the address of the page.
func (p *Place) Address() string {
	if p.Query == "" {
		return p.Path
	}
	return p.Path + "?" + p.Query
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
}

// routeKey holds the page's route, if its address can change: what is rendered with it depends on it.
var routeKey = state.NewKey[route]("sideband route")

// setRoute sets the route of a place.
func (v *View) setRoute(cb *Callback, at *Place) {
	if v.def.HandleParams != nil {
		routeKey.Set(cb, route{at.Path, at.Pattern, v.def.Address})
	}
}

// AddressOf returns the address of the page of a rendering or a callback for parameters.
func AddressOf(ctx context.Context, q any) (string, error) {
	r := routeKey.Get(ctx)
	if r.address == nil {
		return "", ErrNoHandleParams
	}
	return r.address.Write(r.pattern, r.path, q)
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
	Replace bool // the newest entry of the browser's history
	there   bool // the view is at that address, or will be before it is rendered
}

// Place returns where the page is; nil before Mount. Safe for concurrent use.
func (v *View) Place() *Place { return v.place.Load() }

// MoveTo runs HandleParams for the address that the page asks for, and shows what that has changed. Nothing runs if
// the view is there already, or request is done: the user has gone on.
func (v *View) MoveTo(e Event, request context.Context, to *Place) Outcome {
	c := v.handleParams(to, e.Input)
	run := c.Run
	c.Run = func(cb *Callback) error {
		if request.Err() != nil {
			return nil
		}
		return run(cb)
	}
	return v.wait(job{ctx: e.Context, call: c})
}

// handleParams returns the callback that takes the page to another address.
func (v *View) handleParams(to *Place, in params.Input) Call {
	return Call{Name: v.def.Name() + ".HandleParams", Run: func(cb *Callback) error {
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
func (cb *Callback) Patch(to protocol.Address, replace bool) error {
	cb.Check()
	if cb.view.def.HandleParams == nil {
		return ErrNoHandleParams
	}
	cb.patch = &Move{Address: to.String(), Replace: replace}
	return nil
}

// move applies what a callback has said of the page's address. If it only changes the query, HandleParams runs in the
// same turn. The page asks for one with another path, so that it goes through the application's middleware.
func (v *View) move(cb *Callback) {
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
	if m == nil {
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
	} else if to.Path == at.Path && query == at.Query { // a second entry of the history would be of no use
		if v.moved != nil && !v.moved.there {
			v.moved = nil
		}
		return
	}
	v.moved = m
	if m.there = to.Path == at.Path; !m.there || query == at.Query {
		return
	}
	values, err := url.ParseQuery(query)
	call := v.handleParams(&to, params.Input{Path: to.Param, Query: values})
	if err != nil {
		call.Run = func(*Callback) error { return fmt.Errorf("%w: the query can't be read", fault.ErrParams) }
	}
	v.inbox = append(v.inbox, call)
}

// takeMove returns what the answer to an event is to say of the page's address; nil if it is not to say anything, or
// the page asks for the address itself, which one without scripts does not.
func (v *View) takeMove(unscripted bool) *Move {
	m := v.moved
	if m == nil || !m.there && !unscripted {
		return nil
	}
	if v.moved = nil; m.there && !v.IsAt(m) { // HandleParams has failed
		return nil
	}
	return m
}

// appendMove appends the operations with which the page asks for the address where it is to be.
func (v *View) appendMove(ops []byte) []byte {
	if m := v.moved; m != nil {
		if v.moved = nil; m.there && !v.IsAt(m) {
			return ops
		}
		ops = protocol.AppendVisit(ops, m.Address, m.Replace)
	}
	return ops
}

// IsAt reports whether the page is where a move takes it.
func (v *View) IsAt(m *Move) bool {
	address, _, _ := strings.Cut(m.Address, "#")
	return v.Place().Address() == address
}
