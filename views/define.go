package views

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Definition is a registered view: the value, its events and how it is mounted. It
// is immutable.
type Definition struct {
	view   any
	typ    reflect.Type
	events map[string]*event
	kind   *kind // of the page as a component
	mount  func(s *Socket, in Input) error
	static bool
	keeps  bool // its stream stays open while its page is hidden
}

// pageKind is what there is to know of a page as a component.
func pageKind(t reflect.Type, events map[string]*event) *kind {
	return &kind{typ: t, events: events, closes: t.Implements(closerType)}
}

// event is a method that the browser may call.
type event struct {
	name   string
	method reflect.Value
	decode decoder
	// direct calls the method without reflection. Only a binding knows the types, so it
	// is there once the event was bound.
	direct atomic.Pointer[func(view any, s *Socket, p any) error]
}

// Define registers a view. It panics on what the compiler can't find, with a
// message that says the mend.
func Define[Q any](v View[Q]) *Definition {
	t := reflect.TypeOf(v)
	query := newParamsDecoder(reflect.TypeFor[Q](), fmt.Sprintf("%v.Mount", t))
	_, isStatic := any(v).(static)
	d := &Definition{view: v, typ: t, events: eventsOf(t), static: isStatic}
	d.kind = pageKind(t, d.events)
	if k, ok := any(v).(keeper); ok {
		d.keeps = k.KeepConnection()
	}
	d.mount = func(s *Socket, in Input) error {
		q, err := query(in)
		if err != nil {
			return err
		}
		return v.Mount(s, q.Interface().(Q))
	}
	return d
}

// Static reports whether the view was made by the function Static.
func (d *Definition) Static() bool { return d.static }

// KeepsConnection reports whether the view's stream stays open while its page is hidden.
func (d *Definition) KeepsConnection() bool { return d.keeps }

// Name is the type of the view.
func (d *Definition) Name() string { return d.typ.String() }

// Events lists what the browser may call, in order.
func (d *Definition) Events() []string {
	var names []string
	for n := range d.events {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

var eventTables sync.Map // reflect.Type → map[string]*event

// eventsOf lists the exported methods of the shape func(*Socket, P) error.
func eventsOf(t reflect.Type) map[string]*event {
	if m, ok := eventTables.Load(t); ok {
		return m.(map[string]*event)
	}
	table := map[string]*event{}
	codes := map[uintptr]string{}
	for m := range t.Methods() {
		shaped := m.Type.NumIn() == 3 && m.Type.In(1) == reflect.TypeFor[*Socket]() &&
			m.Type.NumOut() == 1 && m.Type.Out(0) == reflect.TypeFor[error]()
		if lifecycle[m.Name] {
			if shaped && m.Name != "Mount" && (m.Name != "Update" || m.Type.In(2) != t) {
				panic(fmt.Sprintf("views: %v.%s has the shape of an event, but the name is the kit's: rename it", t, m.Name))
			}
			continue
		}
		if !shaped {
			continue
		}
		pc := m.Func.Pointer()
		if other, dup := codes[pc]; dup {
			panic(fmt.Sprintf("views: the methods %s and %s of %v can't be told apart", other, m.Name, t))
		}
		codes[pc] = m.Name
		p := m.Type.In(2)
		table[m.Name] = &event{name: m.Name, method: m.Func, decode: newDecoder(p, fmt.Sprintf("%v.%s", t, m.Name))}
	}
	got, _ := eventTables.LoadOrStore(t, table)
	return got.(map[string]*event)
}

var wireNames sync.Map // code pointer of a method expression → wireName

type wireName struct {
	view reflect.Type
	url  string // "?event=Add"
}

// wireNameOf finds the exported method of V that h is.
func wireNameOf[V, P any](h func(V, *Socket, P) error) wireName {
	pc := reflect.ValueOf(h).Pointer()
	if n, ok := wireNames.Load(pc); ok {
		return n.(wireName)
	}
	t := reflect.TypeFor[V]()
	for name, ev := range eventsOf(t) {
		if ev.method.Pointer() == pc {
			n := wireName{t, "?event=" + name}
			direct := func(view any, s *Socket, p any) error { return h(view.(V), s, p.(P)) }
			ev.direct.Store(&direct)
			wireNames.Store(pc, n)
			return n
		}
	}
	panic(fmt.Sprintf("views: the browser can send to exported methods of %v only, written %v.Method; %s is none", t, t, funcName(h)))
}

// funcName is a function's name without its package path.
func funcName(f any) string {
	fn := runtime.FuncForPC(reflect.ValueOf(f).Pointer())
	if fn == nil {
		return "function"
	}
	name := fn.Name()
	return name[strings.LastIndexByte(name, '/')+1:]
}
