package render

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/scope"
)

// Component is a living part of a view; the page is the outermost one.
type Component struct {
	tree  *Tree
	kind  *Kind
	id    string // "" of the page
	name  string // for messages and logs
	scope *scope.Scope

	// For package live: the last savepoint since which the component's keys were changed, and
	// its background tasks. They are of who runs the view.
	Savepoint uint64
	Tasks     any

	// Of who runs the view.
	value    any             // what it was rendered with, its slots bound to the parent
	props    any             // the same as it was given; nil with slots or children
	before   any             // what Update has not seen yet; nil: nothing
	children templ.Component // nil without
	index    int             // in tree.all
	around   *scope.Scope    // where reads go on: the parent's
	region   *region         // as last shown: its own or, if it can't be rendered by itself, the enclosing one
	round    uint64          // the rendering that has had it last
	mounted  bool
	shown    bool  // in a rendering that the page shows
	changed  bool  // since it was shown; set by change
	touched  bool  // is in tree.touched
	moved    bool  // to another parent, so that what is inside may read otherwise
	renew    bool  // it has failed and is to be remounted; set by Fail
	failed   bool  // what is shown says so
	fault    error // why

	late atomic.Bool // a callback of a rendering was given up

	// Guarded by tree.mu.
	parent *Component // the component in whose template it stands
	ended  bool
	ends   []*Ending
}

// Ending is something to do at the end of a component, once.
type Ending struct {
	over atomic.Bool
	F    func()
}

// Run does it, unless it was stopped or done.
func (e *Ending) Run() {
	if e.Stop() {
		e.F()
	}
}

// Stop reports whether it will not be done any more because of this call.
func (e *Ending) Stop() bool { return e.over.CompareAndSwap(false, true) }

// Tree returns the tree that the component belongs to.
func (c *Component) Tree() *Tree { return c.tree }

// Kind returns what is known of its type.
func (c *Component) Kind() *Kind { return c.kind }

// ID returns the id that it is rendered with, "" of the page.
func (c *Component) ID() string { return c.id }

// Name names the component for messages and logs.
func (c *Component) Name() string { return c.name }

// Scope holds its keys.
func (c *Component) Scope() *scope.Scope { return c.scope }

// Value is what callbacks are called on: what it was rendered with.
func (c *Component) Value() any { return c.value }

// IsMounted reports whether Mount has run.
func (c *Component) IsMounted() bool { return c.mounted }

// IsPage reports whether it is the page.
func (c *Component) IsPage() bool { return c == c.tree.root }

// Parent returns the component in whose template it stands; nil for the page. Only who runs the
// view may ask.
func (c *Component) Parent() *Component { return c.parent }

// Fault returns why it can't be shown; nil if it can.
func (c *Component) Fault() error { return c.fault }

// AddressOf is what events and messages find a component by.
func AddressOf(kind, id string) string { return kind + "." + id }

// Address is what events and messages find the component by.
func (c *Component) Address() string { return AddressOf(c.kind.Name, c.id) }

// EventAddress is the address of the component in an event, "" of the page.
func (c *Component) EventAddress() string {
	if c.parent == nil {
		return ""
	}
	return c.Address()
}

// Is reports whether the component is of a type, or points to one.
func (c *Component) Is(t reflect.Type) bool { return c.kind.is(t) }

// Nearest is the innermost component at or around c that is of the type; nil without one. Only
// who runs the view may ask.
func (c *Component) Nearest(t reflect.Type) *Component {
	for c != nil && !c.Is(t) {
		c = c.parent
	}
	return c
}

// Receiver finds who takes messages of a type: the component with the id, or else the nearest
// one at or around from, nil for the page. It returns fault.ErrGone if the view or from has
// ended. found is nil if no component is there, or none has the type. Safe for concurrent use.
func (t *Tree) Receiver(from *Component, id string, typ reflect.Type, kind string) (found *Component, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.ended:
		return nil, fault.ErrGone
	case id != "":
		if c := t.parts[AddressOf(kind, id)]; c != nil && c.Is(typ) {
			return c, nil
		}
		return nil, nil
	case from == nil:
		from = t.root
	}
	if from.ended {
		return nil, fault.ErrGone
	}
	return from.Nearest(typ), nil
}

// HasEnded reports whether the component has ended. Safe for concurrent use.
func (c *Component) HasEnded() bool {
	c.tree.mu.Lock()
	defer c.tree.mu.Unlock()
	return c.ended
}

// OnEnd notes what is to be done when the component ends, or does it if it has ended. Safe for
// concurrent use.
func (c *Component) OnEnd(list []*Ending) {
	c.tree.mu.Lock()
	ended := c.ended
	if !ended {
		c.ends = append(c.ends, list...)
	}
	c.tree.mu.Unlock()
	if ended {
		c.tree.RunEnds(list)
	}
}

// Forget drops what is not to be done any more. Safe for concurrent use.
func (c *Component) Forget(e *Ending) {
	c.tree.mu.Lock()
	defer c.tree.mu.Unlock()
	c.ends = slices.DeleteFunc(c.ends, func(x *Ending) bool { return x == e })
}

// reset makes the component one that was never mounted. Who waits for its end is notified.
func (c *Component) reset() {
	c.tree.mu.Lock()
	ends := c.ends
	c.ends = nil
	c.tree.mu.Unlock()
	c.tree.RunEnds(ends)
	c.around = c.parent.scope
	c.newScope()
	c.mounted, c.renew = false, false
	c.change()
}

// newScope gives the component keys that it has not set yet.
func (c *Component) newScope() {
	c.scope = scope.New(c.name, c.around)
	c.scope.Watch(c)
}

// ScopeChanged is part of scope.Watcher.
func (c *Component) ScopeChanged() { c.touch() }

// ComparingPanicked is part of scope.Watcher.
func (c *Component) ComparingPanicked(key string, value any) {
	c.tree.guard.Report(fmt.Errorf("%s: comparing values of the key %q: %w", c.name, key, c.tree.guard.Panicked(value)))
}

// touch notes that something in the component may be out of date.
func (c *Component) touch() {
	if !c.touched {
		c.touched = true
		c.tree.touched = append(c.tree.touched, c)
	}
}

// change has the component rendered again.
func (c *Component) change() {
	c.changed = true
	c.touch()
}

// Fail has the component remounted at its next rendering.
func (c *Component) Fail() {
	c.renew = true
	c.touch()
}

// FailLate has the component's rendering fail: a callback of it was given up in the middle of
// one. Safe for concurrent use.
func (c *Component) FailLate() { c.late.Store(true) }

// renderContext is what templates see of a component. It is no event's context: it has
// no deadline and no request's values.
type renderContext struct {
	context.Context
	c *Component
}

type componentKey struct{}

func (r *renderContext) Value(key any) any {
	switch key.(type) {
	case scope.SourceKey:
		p := r.c.tree.pass.Load()
		if p == nil {
			return nil
		}
		return p.sourceOf(r.c)
	case componentKey:
		return r.c
	}
	return r.Context.Value(key)
}

// ComponentOf returns the component whose template has the context. It panics if none has.
func ComponentOf(ctx context.Context) *Component {
	c, _ := ctx.Value(componentKey{}).(*Component)
	if c == nil {
		panic("views: no view in this context: use ctx as a template of the page gets it")
	}
	return c
}
