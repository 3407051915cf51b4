package views

import (
	"context"
	"reflect"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/state"
)

// Reading returns a context that reads what the view's keys hold at this moment, for
// tests of pages. Safe for concurrent use.
func (in *Instance) Reading() context.Context {
	return context.WithValue(context.Background(), state.SourceKey{}, in.root.scope.Begin().Source())
}

// Alone returns a definition of the same page that shows nothing but c and begins with
// these keys; its own Mount, Connect and Close never run. Bindings to its events work, but it takes no
// messages. It is for tests of a page's parts.
func (d *Definition) Alone(c templ.Component, keys ...state.Assignment) *Definition {
	a := alone{c}
	only := &Definition{view: a, typ: d.typ, events: make(map[string]*event, len(d.events))}
	for name, ev := range d.events {
		page := d.view
		direct := func(_ any, s *Socket, p any) error { return ev.call(page, s, reflect.ValueOf(p)) }
		e := &event{name: ev.name, method: ev.method, decode: ev.decode}
		e.direct.Store(&direct)
		only.events[name] = e
	}
	only.mount = func(s *Socket, _ Input) error {
		state.Assign(s, keys...)
		return nil
	}
	return only
}

type alone struct{ content templ.Component }

func (a alone) Render() templ.Component { return a.content }
