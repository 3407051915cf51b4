// Package hostile has errors, values and a page for the tests of package handlers whose
// methods panic, or do worse, when they are called.
package hostile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Nil is an error whose nil pointer is returned by mistake.
type Nil struct{ inner error }

// Error works, as such methods often do.
func (*Nil) Error() string { return "failed" }

// Unwrap panics for nil.
func (e *Nil) Unwrap() error { return e.inner }

// Mute is an error whose every method panics.
type Mute struct{}

// Error panics.
func (Mute) Error() string { panic("Error") }

// Is panics.
func (Mute) Is(error) bool { panic("Is") }

// As panics.
func (Mute) As(any) bool { panic("As") }

// LogValue panics.
func (Mute) LogValue() slog.Value { panic("LogValue") }

// Endless is an error that wraps itself.
type Endless struct{}

// Error works.
func (Endless) Error() string { return "endless" }

// Unwrap never comes to an end.
func (e Endless) Unwrap() error { return e }

// Many is an error that can't be compared and wraps one that panics.
type Many []error

// Error works.
func (Many) Error() string { return "many" }

// Unwrap returns what panics.
func (m Many) Unwrap() []error { return append(m, (*Nil)(nil)) }

// Errors are all of them, by name.
func Errors() map[string]error {
	return map[string]error{
		"a nil pointer": (*Nil)(nil), "one that panics": Mute{}, "endless": Endless{}, "many": Many{nil},
		"wrapped": fmt.Errorf("outer: %w", (*Nil)(nil)), "joined": errors.Join(errors.New("fine"), Mute{}),
	}
}

// Value panics when it is compared, if either is Bad.
type Value struct {
	N   int
	Bad bool
}

// Spoiled makes all values bad.
var Spoiled atomic.Bool

// Equal panics for a bad one.
func (v Value) Equal(o Value) bool {
	if v.Bad || o.Bad || Spoiled.Load() {
		panic("Equal")
	}
	return v.N == o.N
}

// String panics.
func (v Value) String() string { panic("String") }

// Text can be sent by a browser, and panics when it is read or written.
type Text struct{ S string }

// UnmarshalText panics.
func (*Text) UnmarshalText([]byte) error { panic("UnmarshalText") }

// MarshalText panics.
func (Text) MarshalText() ([]byte, error) { panic("MarshalText") }

// Keys of the page.
var (
	Count = state.NewKey[int]("count")
	Val   = state.NewKey[Value]("value")
	Any   = state.NewKey[any]("any")
	Work  = state.NewAsync[int]("work")
)

// Query is what Mount takes.
type Query struct {
	T Text `query:"t"`
}

// Hooks are what a test has the page do.
type Hooks struct {
	Mount, Act, Connect, Close func(s *views.Socket) error
	Render                     func(ctx context.Context) templ.Component
}

// Page does what its hooks say.
type Page struct{ *Hooks }

// Mount sets Count and does what the hook says.
func (p Page) Mount(s *views.Socket, _ Query) error {
	Count.Set(s, 0)
	return do(p.Hooks.Mount, s)
}

// Connect does what the hook says.
func (p Page) Connect(s *views.Socket) error { return do(p.Hooks.Connect, s) }

// Close does what the hook says.
func (p Page) Close(s *views.Socket) { _ = do(p.Hooks.Close, s) }

// Act does what the hook says.
func (p Page) Act(s *views.Socket, _ views.NoParams) error { return do(p.Hooks.Act, s) }

// Send has the page do in a message what the hook says.
func (p Page) Send(s *views.Socket, _ views.NoParams) error {
	return views.Send(s, Page.Act, struct{}{})
}

// Take takes a value.
func (Page) Take(*views.Socket, Text) error { return nil }

// Add counts.
func (Page) Add(s *views.Socket, n int) error {
	Count.Update(s, func(c int) int { return c + n })
	return nil
}

func do(f func(s *views.Socket) error, s *views.Socket) error {
	if f == nil {
		return nil
	}
	return f(s)
}

// Render shows Count, and what the hook says.
func (p Page) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := fmt.Fprintf(w, `<p id="count">Count: %d</p>`, Count.Get(ctx)); err != nil {
			return err
		}
		if p.Hooks.Render == nil {
			return nil
		}
		return p.Hooks.Render(ctx).Render(ctx, w)
	})
}

// Part is a component that does what its hooks say.
type Part struct {
	*PartHooks
	V Value
}

// PartHooks are what a test has the component do.
type PartHooks struct {
	Mount, Update, Close func(s *views.Socket) error
	Render               func(ctx context.Context, w io.Writer) error
}

// Equal compares the parts by their value.
func (p Part) Equal(o Part) bool { return p.V.Equal(o.V) }

// Mount does what the hook says.
func (p Part) Mount(s *views.Socket) error { return do(p.PartHooks.Mount, s) }

// Update does what the hook says.
func (p Part) Update(s *views.Socket, _ Part) error { return do(p.PartHooks.Update, s) }

// Close does what the hook says.
func (p Part) Close(s *views.Socket) { _ = do(p.PartHooks.Close, s) }

// Take takes a value.
func (Part) Take(*views.Socket, Text) error { return nil }

// Render does what the hook says.
func (p Part) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if p.PartHooks.Render != nil {
			return p.PartHooks.Render(ctx, w)
		}
		_, err := io.WriteString(w, `<p id="part">part</p>`)
		return err
	})
}
