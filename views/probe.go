package views

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/state"
)

// What this file has is for tests of pages. Unless it says so, it belongs to who runs the view.

// Reading returns a context that reads what the view's keys hold at this moment. Safe for
// concurrent use.
func (in *Instance) Reading() context.Context { return reading(in.root) }

// ReadingOf is Reading as the component of a type sees the keys that is placed with the
// id, nil if there is none.
func (in *Instance) ReadingOf(t reflect.Type, id string) context.Context {
	c := in.lookup(address(kindName(t), id))
	if c == nil || !c.is(t) {
		return nil
	}
	return reading(c)
}

func reading(c *component) context.Context {
	return context.WithValue(context.Background(), scope.SourceKey{}, c.scope.Begin().Source())
}

// Placed names the components that are placed.
func (in *Instance) Placed() []string {
	var names []string
	for _, c := range in.all[1:] {
		names = append(names, c.name)
	}
	slices.Sort(names)
	return names
}

// EventsOf lists what the browser may call of the component at an address, "" for the
// page. It reports false if no component has it. Safe for concurrent use.
func (in *Instance) EventsOf(address string) (names []string, ok bool) {
	c := in.root
	if address != "" {
		c = in.lookup(address)
	}
	if c == nil {
		return nil, false
	}
	for name := range c.kind.events {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, true
}

// Working names what runs beside the view, or waits for the stream to do so, and what has
// run without its result being taken.
func (in *Instance) Working() []string {
	var names []string
	for _, c := range in.all {
		w := c.work
		if w == nil {
			continue
		}
		w.mu.Lock()
		for t := range w.all {
			name := t.name
			if slices.Contains(w.waiting, t) {
				name += " (which waits for the stream)"
			}
			names = append(names, name)
		}
		w.mu.Unlock()
	}
	slices.Sort(names)
	return names
}

// Faults says why components that are placed can't be shown.
func (in *Instance) Faults() []error {
	var all []error
	for _, c := range in.all {
		switch {
		case c.fault == nil:
		case strings.HasPrefix(c.fault.Error(), c.name):
			all = append(all, c.fault)
		default:
			all = append(all, fmt.Errorf("%s: %w", c.name, c.fault))
		}
	}
	return all
}

// ShownStream is a stream as the page shows it.
type ShownStream struct {
	Name string
	IDs  []string // of the items' elements, in order
}

// Streams lists the streams that the page shows.
func (in *Instance) Streams() []ShownStream {
	var all []ShownStream
	for ref, s := range in.streams {
		shown := ShownStream{Name: ref.Name()}
		for _, id := range s.ids {
			shown.IDs = append(shown.IDs, ref.DOMIDOf(id))
		}
		all = append(all, shown)
	}
	return all
}

// Alone returns a definition of the same page that shows nothing but c and begins with
// these keys; its own Mount, Connect and Close never run.
func (d *Definition) Alone(c templ.Component, keys ...state.Assignment) *Definition {
	only := &Definition{view: alone{d.view, c}, typ: d.typ, events: make(map[string]*event, len(d.events))}
	only.kind = pageKind(d.typ, only.events)
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

// alone stands for a page of which nothing but a part is shown.
type alone struct {
	page    any
	content templ.Component
}

func (a alone) Render() templ.Component { return a.content }
