package views

import (
	"fmt"
	"hash/fnv"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/state"
)

// Optional methods of pages and components.
type (
	connecter interface{ Connect(s *Socket) error }
	closer    interface{ Close(s *Socket) }
	keeper    interface{ KeepConnection() bool }
	mounter   interface{ Mount(s *Socket) error }
	renderer  interface{ Render() templ.Component }
	durable   interface{ DurableKeys() []state.DurableKey }
)

// reserved are the method names that the kit calls itself.
var reserved = map[string]bool{
	"Mount": true, "Connect": true, "HandleParams": true, "Update": true, "Close": true, "Render": true,
	"KeepConnection": true, "DurableKeys": true,
}

func init() {
	live.Face.Define = define
	live.Face.Ref = func(r live.Ref) any { return Ref{r} }
	live.Face.Socket = func(cb *live.Callback) any { return socketOf(cb) }
}

// define makes the definition of a page. It panics on what the compiler can't find, with a
// message that says how to fix it.
func define(view any, q reflect.Type, mount func(socket, params any) error) *live.Definition {
	t := reflect.TypeOf(view)
	address := params.NewAddress(q, fmt.Sprintf("%v.Mount", t))
	_, isStatic := view.(static)
	d := &live.Definition{Value: view, Kind: newKind(t), Static: isStatic, Address: address}
	handle := handleParams(view, q)
	d.Mount = func(w state.Writer, in params.Input) error {
		p, err := address.Read(in)
		if err != nil {
			return err
		}
		if err := mount(socketOf(w), p.Interface()); err != nil || handle == nil {
			return err
		}
		return w.(*live.Callback).Pass(live.KindParams, "HandleParams", func() error { return handle(w, p) })
	}
	if handle != nil {
		d.HandleParams = func(w state.Writer, in params.Input) error {
			p, err := address.Read(in)
			if err != nil {
				return err
			}
			return handle(w, p)
		}
	}
	if c, ok := view.(connecter); ok {
		d.Connect = func(w state.Writer) error { return c.Connect(socketOf(w)) }
	}
	if k, ok := view.(keeper); ok {
		d.KeepsConnection = k.KeepConnection()
	}
	return d
}

// handleParams returns the page's HandleParams; nil without one.
func handleParams(view any, q reflect.Type) func(w state.Writer, p reflect.Value) error {
	t := reflect.TypeOf(view)
	m, ok := t.MethodByName("HandleParams")
	if !ok {
		return nil
	}
	if f := m.Type; f.NumIn() != 3 || f.In(1) != reflect.TypeFor[*Socket]() || f.In(2) != q || f.NumOut() != 1 || f.Out(0) != reflect.TypeFor[error]() {
		panic(fmt.Sprintf("views: %v.HandleParams is %v: it is to be func(s *views.Socket, q %v) error, with what Mount takes", t, f, q))
	}
	return func(w state.Writer, p reflect.Value) error { return callMethod(m.Func, view, w, p) }
}

// newKind finds out what pages and components of a type have in common.
func newKind(t reflect.Type) *render.Kind {
	k := &render.Kind{Type: t, Name: kindName(t), Events: map[string]render.Event{}}
	for name, e := range eventsOf(t) {
		k.Events[name] = e.call
	}
	if t.Implements(reflect.TypeFor[durable]()) {
		k.Durable = durableKeys(t)
	}
	k.Render = func(value any) templ.Component { return value.(renderer).Render() }
	if t.Implements(reflect.TypeFor[closer]()) {
		k.Close = func(value any, w state.Writer) { value.(closer).Close(socketOf(w)) }
	}
	return k
}

// durableKeys returns the keys that a type lists as durable. The list is that of its zero value.
func durableKeys(t reflect.Type) map[*scope.Key]*scope.Codec {
	v := reflect.Zero(t)
	if t.Kind() == reflect.Pointer {
		v = reflect.New(t.Elem())
	}
	all := map[*scope.Key]*scope.Codec{}
	for _, key := range v.Interface().(durable).DurableKeys() {
		k, codec := key.Codec()
		all[k] = codec
	}
	return all
}

var kinds sync.Map // reflect.Type → *render.Kind

// kindOf finds out what components of a type are. It panics on what the compiler can't find.
func kindOf(t reflect.Type) *render.Kind {
	if k, ok := kinds.Load(t); ok {
		return k.(*render.Kind)
	}
	k := newKind(t)
	k.FindProps()
	if _, ok := t.MethodByName("HandleParams"); ok {
		panic(fmt.Sprintf("views: %v.HandleParams: only a page has parameters: pass them to its components as fields", t))
	}
	if m, ok := t.MethodByName("Mount"); ok {
		if !t.Implements(reflect.TypeFor[mounter]()) {
			panic(fmt.Sprintf("views: %v.Mount is %v: a component's is func(s *views.Socket) error", t, m.Type))
		}
		k.Mount = func(value any, w state.Writer) error { return value.(mounter).Mount(socketOf(w)) }
	}
	if m, ok := t.MethodByName("Update"); ok {
		if f := m.Type; f.NumIn() != 3 || f.In(1) != reflect.TypeFor[*Socket]() || f.In(2) != t || f.NumOut() != 1 || f.Out(0) != reflect.TypeFor[error]() {
			panic(fmt.Sprintf("views: %v.Update is %v: it is to be func(s *views.Socket, before %v) error", t, m.Type, t))
		}
		k.Update = func(value any, w state.Writer, before any) error {
			return callMethod(m.Func, value, w, reflect.ValueOf(before))
		}
	}
	got, _ := kinds.LoadOrStore(t, k)
	return got.(*render.Kind)
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

func callMethod(method reflect.Value, value any, w state.Writer, p reflect.Value) error {
	out := method.Call([]reflect.Value{reflect.ValueOf(value), reflect.ValueOf(socketOf(w)), p})
	err, _ := out[0].Interface().(error)
	return err
}

// event is a method that the browser may call.
type event struct {
	name   string // for logs: "counter.Page.Add"
	method reflect.Value
	decode params.Decoder
	// receives says that the parameter is a [Parameter], which decode does not fill.
	receives bool
	// direct calls the method without reflection. Only a binding knows the types, so it
	// is there once the event was bound.
	direct atomic.Pointer[func(value any, s *Socket, p any) error]
}

// call decodes what was sent.
func (e *event) call(in params.Input) (render.Invocation, error) {
	i := render.Invocation{Name: e.name}
	p, err := e.decode(in)
	if err != nil {
		return i, err
	}
	i.Run = func(value any, w state.Writer) error {
		if direct := e.direct.Load(); direct != nil {
			return (*direct)(value, socketOf(w), p.Interface())
		}
		return callMethod(e.method, value, w, p)
	}
	if e.receives {
		p := p.Interface().(Parameter)
		i.Receive = func(w state.Writer) (bool, error) {
			return p.Receive(socketOf(w), Posted{Fields: in.Fields, Source: in.Source})
		}
		i.Done = func(w state.Writer) (bool, error) { return p.Done(socketOf(w)) }
	}
	return i, nil
}

// decoderOf returns what makes the parameter of an event.
func decoderOf(p reflect.Type, where string) (decode params.Decoder, receives bool) {
	if p.Kind() != reflect.Pointer || !p.Implements(reflect.TypeFor[Parameter]()) {
		return params.NewDecoder(p, where), false
	}
	return func(params.Input) (reflect.Value, error) { return reflect.New(p.Elem()), nil }, true
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
		if reserved[m.Name] {
			if shaped && m.Name != "Mount" && m.Name != "HandleParams" && (m.Name != "Update" || m.Type.In(2) != t) {
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
		name := fmt.Sprintf("%v.%s", t, m.Name)
		decode, receives := decoderOf(p, name)
		table[m.Name] = &event{name: name, method: m.Func, decode: decode, receives: receives}
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
			direct := func(value any, s *Socket, p any) error { return h(value.(V), s, p.(P)) }
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
