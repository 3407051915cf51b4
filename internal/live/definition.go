// Package live owns a living view: its mailbox, the turn under way, its connection with what was
// sent and acknowledged, its timers and background tasks. It knows a [Conn] to write to, and no
// HTTP.
//
// A view is driven by its mailbox. At most one goroutine, the worker, empties it:
// it takes an event, or some messages, runs their callbacks as a turn, renders what is out of
// date and sends it. A callback that runs past its deadline is abandoned, and another worker
// goes on with the turn.
package live

import (
	"context"
	"log/slog"
	"reflect"
	"slices"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/state"
)

// Definition is a registered page. It is immutable.
type Definition struct {
	Value any // the page
	Kind  *render.Kind
	// Static pages are rendered once for each request, and have no connection.
	Static bool
	// KeepsConnection says that the connection stays open while the page is hidden.
	KeepsConnection bool
	Mount           func(w state.Writer, in params.Input) error
	// Address reads and writes the addresses of the page.
	Address *params.Address
	// HandleParams runs after Mount, and when the page's address changes. Nil: that never changes.
	HandleParams func(w state.Writer, in params.Input) error
	// Connect runs when the first connection opens. Nil: nothing does.
	Connect func(w state.Writer) error
	// Hooks are those of the route.
	Hooks []*Hook
}

// Face makes values of packages views and handlers, which import this package and set its fields.
var Face struct {
	// Define makes the definition of a views.View[Q]. params is Q, mount its Mount.
	Define func(view any, params reflect.Type, mount func(socket, params any) error) *Definition
	// Hooks makes hooks of a []views.Hook.
	Hooks func(list any) []*Hook
	// Ref makes a views.Ref.
	Ref func(Ref) any
	// Socket makes the *views.Socket of a callback.
	Socket func(*Callback) any
	// Route makes the handlers.Route of a definition for a *handlers.Kit.
	Route func(kit any, def *Definition) any
	// Observe returns the log of a *handlers.Kit, and what has it observed until stop is called.
	Observe func(kit any) (log *slog.Logger, observe func(o Observer) (stop func()))
}

// Name returns the name of the page's type.
func (d *Definition) Name() string { return d.Kind.Type.String() }

// FullName tells the page's type from all others.
func (d *Definition) FullName() string { return d.Kind.Type.PkgPath() + "." + d.Kind.Type.String() }

// Events lists what the browser may call of the page, in order.
func (d *Definition) Events() []string { return eventsOf(d.Kind) }

func eventsOf(k *render.Kind) []string {
	var names []string
	for name := range k.Events {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Only returns a definition of the same page that shows nothing but c and begins with these
// keys; its own Mount, Connect and Close never run. It is for tests.
func (d *Definition) Only(c templ.Component, keys ...state.Assignment) *Definition {
	kind := &render.Kind{Type: d.Kind.Type, Name: d.Kind.Name, Events: map[string]render.Event{}}
	for name, event := range d.Kind.Events {
		kind.Events[name] = func(in params.Input) (render.Invocation, error) {
			invocation, err := event(in)
			run := invocation.Run
			invocation.Run = func(_ any, w state.Writer) error { return run(d.Value, w) }
			return invocation, err
		}
	}
	kind.Render = func(any) templ.Component { return c }
	return &Definition{
		Value: render.Only{Page: d.Value, Content: c}, Kind: kind, Address: d.Address,
		Mount: func(w state.Writer, _ params.Input) error { state.Assign(w, keys...); return nil },
	}
}

// Reading returns a context that reads a component's keys as they are now.
func Reading(c *render.Component) context.Context {
	return context.WithValue(context.Background(), scope.SourceKey{}, c.Scope().Begin().Source())
}
