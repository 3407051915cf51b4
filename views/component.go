package views

import (
	"context"
	"fmt"
	"hash/fnv"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/scope"
)

// LiveComponent is a part of a page with keys of its own. Its fields are its props: what
// who places it says. See [Live].
//
// Optional methods, found once for each type C:
//
//	Mount(s *Socket) error             once, when it is placed for the first time
//	Update(s *Socket, before C) error  after Mount, with the zero C, and whenever its props
//	                                   have changed, with those before
//	Close(s *Socket)                   it has left the page, or the view ends
//
// Exported methods func(*Socket, P) error are its events, as those of pages are; others
// take messages. What its callbacks set is its own; reads look into the components and
// the page around it, too.
type LiveComponent interface{ Render() templ.Component }

type mounter interface{ Mount(s *Socket) error }

var closerType = reflect.TypeFor[closer]()

// kind is what is known of the type of a component.
type kind struct {
	typ    reflect.Type
	name   string // as events name it
	events map[string]*event
	update reflect.Value       // of the method, if it has one
	equal  func(a, b any) bool // of props; nil: always new
	slots  binder              // nil without slots
	closes bool
}

var kinds sync.Map // reflect.Type → *kind

func kindOf(t reflect.Type) *kind {
	if k, ok := kinds.Load(t); ok {
		return k.(*kind)
	}
	k := &kind{typ: t, name: kindName(t), events: eventsOf(t), slots: binderOf(t, map[reflect.Type]bool{})}
	if k.slots == nil {
		k.equal = scope.EqualFor(t)
	}
	k.closes = t.Implements(closerType)
	if m, ok := t.MethodByName("Mount"); ok && !t.Implements(reflect.TypeFor[mounter]()) {
		panic(fmt.Sprintf("views: %v.Mount is %v: a component's is func(s *views.Socket) error", t, m.Type))
	}
	if m, ok := t.MethodByName("Update"); ok {
		if f := m.Type; f.NumIn() != 3 || f.In(1) != reflect.TypeFor[*Socket]() || f.In(2) != t || f.NumOut() != 1 || f.Out(0) != reflect.TypeFor[error]() {
			panic(fmt.Sprintf("views: %v.Update is %v: it is to be func(s *views.Socket, before %v) error", t, m.Type, t))
		}
		k.update = m.Func
	}
	got, _ := kinds.LoadOrStore(t, k)
	return got.(*kind)
}

// kindName is short also for generic types, whose full names hold paths.
func kindName(t reflect.Type) string {
	name := strings.TrimPrefix(t.String(), "*")
	if i := strings.IndexByte(name, '['); i >= 0 {
		h := fnv.New32a()
		_, _ = h.Write([]byte(name)) // it never fails
		name = fmt.Sprintf("%s-%08x", name[:i], h.Sum32())
	}
	return name
}

// component is a living part of a view; the page is the outermost one.
type component struct {
	in    *Instance
	kind  *kind
	id    string // "" of the page
	name  string // for messages and logs
	scope *scope.Scope

	// Of who runs the view.
	value    any             // what it was placed with, its slots bound to who placed it
	props    any             // the same as it was given; nil with slots or children
	before   any             // what Update has not been told of yet; nil: nothing
	children templ.Component // nil without
	index    int             // in in.all
	around   *scope.Scope    // where reads go on: that of who placed it
	region   *region         // as last shown: its own or, if it can't be rendered by itself, the one around it
	round    uint64          // the rendering that placed it last
	noted    uint64          // the turn that can take back what it knows
	mounted  bool
	shown    bool  // in a rendering that the page shows
	changed  bool  // since it was shown; set by change
	touched  bool  // is in in.touched
	moved    bool  // to another one around, so that what is inside may read otherwise
	renew    bool  // it has failed: it is to be mounted anew; set by fail
	failed   bool  // what is shown says so
	fault    error // why
	work     *work // nil if nothing was ever started

	late atomic.Bool // a callback of a rendering was given up

	// Guarded by in.mu.
	outer *component // who placed it
	ended bool
	ends  []*ending
}

// address is what events and messages find a component by.
func address(name, id string) string { return name + "." + id }

func (c *component) address() string { return address(c.kind.name, c.id) }

// is reports whether the component is a V, or points to one.
func (c *component) is(t reflect.Type) bool {
	return c.kind.typ == t || c.kind.typ.Kind() == reflect.Pointer && c.kind.typ.Elem() == t
}

// as is the component's value as a V.
func as[V any](c *component) (V, bool) {
	switch v := c.value.(type) {
	case V:
		return v, true
	case *V:
		return *v, true
	case alone:
		page, ok := v.page.(V)
		return page, ok
	}
	var none V
	return none, false
}

// nearest is the innermost component at or around c that is of the type; nil without one.
// The caller holds in.mu, or runs the view.
func (c *component) nearest(t reflect.Type) *component {
	for c != nil && !c.is(t) {
		c = c.outer
	}
	return c
}

// reset makes the component one that was never mounted. Who waits for its end is told.
func (c *component) reset() {
	c.in.mu.Lock()
	ends := c.ends
	c.ends = nil
	c.in.mu.Unlock()
	for _, e := range ends {
		c.in.guard(e.run)
	}
	c.around = c.outer.scope
	c.newScope()
	c.mounted, c.renew = false, false
	c.change()
}

// newScope gives the component keys that it has not set yet.
func (c *component) newScope() {
	c.scope = scope.New(c.name, c.around)
	c.scope.Watch(c)
}

// onEnd notes what is to be done when the component ends, or does it if it has ended.
func (c *component) onEnd(list []*ending) {
	c.in.mu.Lock()
	ended := c.ended
	if !ended {
		c.ends = append(c.ends, list...)
	}
	c.in.mu.Unlock()
	if ended {
		for _, e := range list {
			c.in.guard(e.run)
		}
	}
}

// forget drops what is not to be done any more.
func (c *component) forget(e *ending) {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	c.ends = slices.DeleteFunc(c.ends, func(x *ending) bool { return x == e })
}

// renderContext is what templates see of a component. It is no event's context: it has
// no deadline and no request's values.
type renderContext struct {
	context.Context
	c *component
}

type componentKey struct{}

func (r *renderContext) Value(key any) any {
	switch key.(type) {
	case scope.SourceKey:
		p := r.c.in.pass.Load()
		if p == nil {
			return nil
		}
		return p.sourceOf(r.c)
	case componentKey:
		return r.c
	}
	return r.Context.Value(key)
}

func componentOf(ctx context.Context) *component {
	c, _ := ctx.Value(componentKey{}).(*component)
	if c == nil {
		panic("views: no view in this context: use ctx as a template of the page gets it")
	}
	return c
}

// ID is the id that the component around was placed with, "" in the page itself. The
// component's outermost element usually has it.
func ID(ctx context.Context) string { return componentOf(ctx).id }

type atKey struct{}

// At returns a context for bindings to the component that is placed with the id, wherever
// it stands: @views.OnClick(views.At(ctx, "notice"), Notice.Hide).
func At(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, atKey{}, id)
}
