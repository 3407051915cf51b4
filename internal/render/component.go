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

	// For package live, and only its worker: the last savepoint since which the component's keys
	// were changed, and its background tasks.
	Savepoint uint64
	Tasks     any

	// Worker state.
	value      any             // its props, with slots bound to the parent
	props      any             // as the parent gave them; nil with slots or children
	before     any             // the props before, until Update has run; nil: Update is not due
	children   templ.Component // nil without
	index      int             // in tree.all
	outerScope *scope.Scope    // the parent's, where reads continue
	region     *region         // as last shown: its own or, if it has none, the enclosing one
	round      uint64          // the last rendering that it was part of
	mounted    bool
	shown      bool  // in a rendering that the page shows
	changed    bool  // since it was shown; set by change
	touched    bool  // it is in tree.touched
	moved      bool  // to another parent, so that reads inside may give other values
	remount    bool  // it is remounted at its next rendering; set by Fail
	failed     bool  // the page shows the placeholder
	fault      error // why

	late atomic.Bool // a callback was abandoned in the middle of a rendering

	// Guarded by tree.mu.
	parent *Component // the component whose template renders it
	ended  bool
	ends   []*Ending
}

// Ending is a function to call at the end of a component, once.
type Ending struct {
	over atomic.Bool
	F    func()
}

// Run calls F, unless it was stopped or has run.
func (e *Ending) Run() {
	if e.Stop() {
		e.F()
	}
}

// Stop stops it. It reports whether this call has done so.
func (e *Ending) Stop() bool { return e.over.CompareAndSwap(false, true) }

// Tree returns the tree that the component belongs to.
func (c *Component) Tree() *Tree { return c.tree }

// Kind returns its kind.
func (c *Component) Kind() *Kind { return c.kind }

// ID returns the id that it is rendered with, "" of the page.
func (c *Component) ID() string { return c.id }

// Name returns the component's name for messages and logs.
func (c *Component) Name() string { return c.name }

// Scope returns the scope of its keys.
func (c *Component) Scope() *scope.Scope { return c.scope }

// Value returns its props, on which its callbacks are called.
func (c *Component) Value() any { return c.value }

// IsMounted reports whether Mount has run.
func (c *Component) IsMounted() bool { return c.mounted }

// IsPage reports whether it is the page.
func (c *Component) IsPage() bool { return c == c.tree.root }

// Parent returns the component whose template renders it; nil for the page. Only the worker may call
// it.
func (c *Component) Parent() *Component { return c.parent }

// Fault returns why it can't be shown; nil if it can.
func (c *Component) Fault() error { return c.fault }

// AddressOf returns the address by which events and messages find a component.
func AddressOf(kind, id string) string { return kind + "." + id }

// Address returns the address by which events and messages find the component.
func (c *Component) Address() string { return AddressOf(c.kind.Name, c.id) }

// EventAddress returns the address of the component in an event; "" for the page.
func (c *Component) EventAddress() string {
	if c.parent == nil {
		return ""
	}
	return c.Address()
}

// Is reports whether the component is of a type, or points to one.
func (c *Component) Is(t reflect.Type) bool { return c.kind.is(t) }

// Nearest returns c or the innermost enclosing component that is of the type; nil without one. Only
// the worker may call it.
func (c *Component) Nearest(t reflect.Type) *Component {
	for c != nil && !c.Is(t) {
		c = c.parent
	}
	return c
}

// Receiver finds the receiver of messages of a type: the component with the id, or else from or the
// nearest enclosing component; a nil from is the page. It returns fault.ErrGone if the view or from has
// ended. found is nil if no component is there, or none has the type. Safe for concurrent use.
func (t *Tree) Receiver(from *Component, id string, typ reflect.Type, kind string) (found *Component, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.ended:
		return nil, fault.ErrGone
	case id != "":
		if c := t.byAddress[AddressOf(kind, id)]; c != nil && c.Is(typ) {
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

// OnEnd adds functions to call when the component ends, or calls them if it has ended. Safe for
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

// Forget removes a function that OnEnd has added. Safe for concurrent use.
func (c *Component) Forget(e *Ending) {
	c.tree.mu.Lock()
	defer c.tree.mu.Unlock()
	c.ends = slices.DeleteFunc(c.ends, func(x *Ending) bool { return x == e })
}

// reset makes the component unmounted again, and runs what waits for its end.
func (c *Component) reset() {
	c.tree.mu.Lock()
	ends := c.ends
	c.ends = nil
	c.tree.mu.Unlock()
	c.tree.RunEnds(ends)
	c.outerScope = c.parent.scope
	c.newScope()
	c.mounted, c.remount = false, false
	c.change()
}

// newScope gives the component an empty scope.
func (c *Component) newScope() {
	c.scope = scope.New(c.name, c.outerScope)
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
	c.remount = true
	c.touch()
}

// FailLate has the component's next rendering fail, because a callback of it was abandoned in the
// middle of one. Safe for concurrent use.
func (c *Component) FailLate() { c.late.Store(true) }

// renderContext is the context of a component's templates. It has no deadline and no values of a
// request.
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
