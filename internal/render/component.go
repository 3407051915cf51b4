package render

import (
	"context"
	"fmt"
	"hash/maphash"
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
	id    string       // "" of the page
	scope *scope.Scope // whose parent is that of the parent component

	// For package live, and only its worker: the last savepoint since which the component's keys
	// were changed.
	Savepoint uint64

	// Worker state.
	value   any     // its props, with slots bound to the parent
	before  any     // the props before, until Update has run; nil: Update is not due
	region  *region // as last shown: its own or, if it has none, the enclosing one
	index   int32   // in tree.all
	round   uint32  // the last rendering that it was part of
	mounted bool
	plain   bool // value has no slots, and there is no content between the braces
	shown   bool // in a rendering that the page shows
	changed bool // since it was shown; set by change
	touched bool // it is in tree.touched
	moved   bool // to another parent, so that reads inside may give other values
	remount bool // it is remounted at its next rendering; set by Fail

	ended  bool        // guarded by tree.mu
	late   atomic.Bool // a callback was abandoned in the middle of a rendering
	parent *Component  // the component whose template renders it; guarded by tree.mu
	rare   atomic.Pointer[rare]
}

// rare is what few components have. A page may have thousands of components.
type rare struct {
	children templ.Component // between the braces; nil without
	fault    error           // why the page shows the placeholder; nil: it does not
	tasks    any             // for package live
	ends     []*Ending       // guarded by tree.mu
}

// noRare is what a component has that has none of it.
var noRare rare

// rarely returns what few components have, to be read.
func (c *Component) rarely() *rare {
	if r := c.rare.Load(); r != nil {
		return r
	}
	return &noRare
}

// toRare returns what few components have, to be changed.
func (c *Component) toRare() *rare {
	if c.rare.Load() == nil {
		c.rare.CompareAndSwap(nil, new(rare))
	}
	return c.rare.Load()
}

// Tasks returns what SetTasks has set; nil if nothing. Only the worker may call either.
func (c *Component) Tasks() any { return c.rarely().tasks }

// SetTasks sets the component's background tasks, for package live.
func (c *Component) SetTasks(tasks any) { c.toRare().tasks = tasks }

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

// Name returns the component's name for messages and logs, which its id is no part of.
func (c *Component) Name() string {
	if c.IsPage() {
		return c.tree.name
	}
	return c.kind.Type.String()
}

// NameWithID returns the name with the id, for tests of the application.
func (c *Component) NameWithID() string {
	if c.IsPage() {
		return c.tree.name
	}
	return fmt.Sprintf("%v %.40q", c.kind.Type, c.id)
}

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
func (c *Component) Fault() error { return c.rarely().fault }

// AddressOf returns the address by which events and messages find a component.
func AddressOf(kind, id string) string { return kind + "." + id }

// addressSeed is for hashes of addresses, by which a tree finds components: the addresses
// themselves would take more memory.
var addressSeed = maphash.MakeSeed()

// addressHash is the hash of AddressOf(kind, id).
func addressHash(kind, id string) uint64 {
	var h maphash.Hash
	h.SetSeed(addressSeed)
	_, _ = h.WriteString(kind) // it never fails, like the others
	_ = h.WriteByte('.')
	_, _ = h.WriteString(id)
	return h.Sum64()
}

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
		if c := t.find(kind, id); c != nil && c.Is(typ) {
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

// OnEnd adds functions to call when the component ends, or calls them if it has ended. Those that were
// stopped are left out. Safe for concurrent use.
func (c *Component) OnEnd(list []*Ending) {
	c.tree.mu.Lock()
	list = slices.DeleteFunc(list, func(e *Ending) bool { return e.over.Load() })
	ended := c.ended
	if !ended {
		r := c.toRare()
		r.ends = append(r.ends, list...)
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
	if r := c.rare.Load(); r != nil {
		r.ends = slices.DeleteFunc(r.ends, func(x *Ending) bool { return x == e })
	}
}

// reset makes the component unmounted again, and runs what waits for its end.
func (c *Component) reset() {
	c.tree.mu.Lock()
	ends := c.takeEnds()
	c.tree.mu.Unlock()
	c.tree.RunEnds(ends)
	c.scope = scope.New(c, c.parent.scope)
	c.mounted, c.remount = false, false
	c.change()
}

// takeEnds takes what waits for the component's end. The caller holds tree.mu.
func (c *Component) takeEnds() []*Ending {
	r := c.rare.Load()
	if r == nil {
		return nil
	}
	ends := r.ends
	r.ends = nil
	return ends
}

// ScopeChanged is part of scope.Owner.
func (c *Component) ScopeChanged() { c.touch() }

// ComparingPanicked is part of scope.Owner.
func (c *Component) ComparingPanicked(key string, value any) {
	c.tree.guard.Report(fmt.Errorf("%s: comparing values of the key %q: %w", c.Name(), key, c.tree.guard.Panicked(value)))
}

// RecoveringFailed is part of scope.Owner.
func (c *Component) RecoveringFailed(key string, err error) {
	c.tree.guard.Report(fmt.Errorf("%s: the stored value of the durable key %q is not of its type any more: %w", c.Name(), key, err))
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

// IsServed reports whether the rendering under way is that of a page that is being served, which a
// browser without JavaScript may read.
func IsServed(ctx context.Context) bool {
	p := ComponentOf(ctx).tree.pass.Load()
	return p != nil && p.served
}

// NonceOf returns the nonce of the page whose template has the context; "" for none.
func NonceOf(ctx context.Context) string {
	c, _ := ctx.Value(componentKey{}).(*Component)
	if c == nil {
		return ""
	}
	return c.tree.nonce
}

// ComponentOf returns the component whose template has the context. It panics if none has.
func ComponentOf(ctx context.Context) *Component {
	c, _ := ctx.Value(componentKey{}).(*Component)
	if c == nil {
		panic("views: no view in this context: use ctx as a template of the page gets it")
	}
	return c
}
