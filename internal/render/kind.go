package render

import (
	"context"
	"io"
	"reflect"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/state"
)

// Kind describes the type of a component, or of a page, which is the outermost component. It is
// immutable. Callbacks get the component's value, and the writer through which they set keys.
type Kind struct {
	Type   reflect.Type
	Name   string // in addresses of events and messages
	Events map[string]Event
	Render func(value any) templ.Component
	// Mount, Update and Close are nil if the type has no such method.
	Mount  func(value any, w state.Writer) error
	Update func(value any, w state.Writer, before any) error
	Close  func(value any, w state.Writer)
	// Durable are the keys that are durable in pages or components of the type, though not by themselves.
	Durable map[*scope.Key]*scope.Codec

	slots binder              // nil without slots
	equal func(a, b any) bool // of props; nil: always new
}

// Event decodes what the browser has sent to a method.
type Event func(in params.Input) (Invocation, error)

// Invocation is a method with what was decoded for it.
type Invocation struct {
	// Name is that of the method with its type, for logs.
	Name string
	// Run calls the method.
	Run func(value any, w state.Writer) error
	// Receive takes what was posted, in a callback of its own before that of Run, which runs only if
	// run is true. An error is the event's, but what Receive has set stays. Nil: there is only Run.
	Receive func(w state.Writer) (run bool, err error)
	// Done is called in the callback of Run once that has succeeded, if Receive is there.
	Done func(w state.Writer) (accepted bool, err error)
}

// FindProps sets how props of the kind are compared and which slots they have.
func (k *Kind) FindProps() {
	if k.slots = binderOf(k.Type, map[reflect.Type]bool{}); k.slots == nil {
		k.equal = scope.EqualFor(k.Type)
	}
}

// is reports whether the kind is that of a type, or of a pointer to it, or implements it.
func (k *Kind) is(t reflect.Type) bool {
	return k.Type == t || k.Type.Kind() == reflect.Pointer && k.Type.Elem() == t || t.Kind() == reflect.Interface && k.Type.Implements(t)
}

// Only is the value of a page that shows nothing but Content. It is for tests.
type Only struct {
	Page    any
	Content templ.Component
}

// Render is part of templ.Component.
func (o Only) Render(ctx context.Context, w io.Writer) error { return o.Content.Render(ctx, w) }
