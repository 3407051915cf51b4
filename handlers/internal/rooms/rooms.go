// Package rooms is a page for the tests of package handlers, with callbacks that
// fail in every way.
package rooms

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// The keys.
var (
	Room  = state.NewKey[string]("room")
	Count = state.NewKey[int]("count")
	Agree = state.NewKey[bool]("agree")
	Text  = state.NewKey[string]("text")
	Extra = state.NewKey[any]("extra") // for what a test looks for
)

// Query is what Mount takes.
type Query struct {
	Room string `path:"room"`
	From int    `query:"from"`
}

// Page is the page. Its channels let a test hold callbacks back.
type Page struct {
	Inside chan context.Context // gets the context of a callback in Hold
	GoOn   chan struct{}        // lets Hold return
	Closed chan struct{}        // gets one when a view closes
	Ref    chan views.Ref       // gets the view when it connects
	Keep   bool                 // keeps the stream of a hidden page
	// Before, if set, begins each Mount, and may fail it.
	Before func(s *views.Socket, room string) error
	// Does is what Act does.
	Does func(s *views.Socket) error
}

// Mount refuses the rooms none and secret.
func (p Page) Mount(s *views.Socket, q Query) error {
	if p.Before != nil {
		if err := p.Before(s, q.Room); err != nil {
			return err
		}
	}
	switch q.Room {
	case "none":
		return views.ErrNotFound
	case "secret":
		return views.ErrForbidden
	case "broken":
		return errors.New("a secret of the database")
	}
	s.SetTitle("Room " + q.Room)
	state.Assign(s, Room.To(q.Room), Count.To(q.From), Agree.To(false), Text.To(""))
	return nil
}

// KeepConnection is what Keep says.
func (p Page) KeepConnection() bool { return p.Keep }

// Connect tells the test which view has connected.
func (p Page) Connect(s *views.Socket) error {
	if p.Ref != nil {
		p.Ref <- s.Ref()
	}
	return nil
}

// Close tells the test.
func (p Page) Close(*views.Socket) {
	if p.Closed != nil {
		p.Closed <- struct{}{}
	}
}

// Add counts.
func (p Page) Add(s *views.Socket, n int) error {
	Count.Update(s, func(c int) int { return c + n })
	return nil
}

// Hold waits until the test lets it go, whatever its context says, and counts then.
func (p Page) Hold(s *views.Socket, _ views.NoParams) error {
	Count.Update(s, func(c int) int { return c + 100 })
	p.Inside <- s
	<-p.GoOn
	Count.Update(s, func(c int) int { return c + 100 })
	return nil
}

// Fail sets and fails.
func (Page) Fail(s *views.Socket, how string) error {
	Count.Set(s, -1)
	switch how {
	case "panic":
		panic("a secret of the handler")
	case "forbidden":
		return views.ErrForbidden
	case "render":
		Text.Set(s, "panic")
		return nil
	}
	return errors.New("a secret of the handler")
}

// Act does what the test says.
func (p Page) Act(s *views.Socket, _ views.NoParams) error { return p.Does(s) }

// Check refuses the box.
func (Page) Check(*views.Socket, bool) error { return nil }

// Write takes a text.
func (Page) Write(s *views.Socket, text string) error {
	Text.Set(s, text)
	return nil
}

// Shout makes capitals of a text.
func (Page) Shout(s *views.Socket, text string) error {
	Text.Set(s, strings.ToUpper(text))
	return nil
}

// Ticks sends itself messages.
func (p Page) Ticks(s *views.Socket, n int) error {
	for range n {
		if err := views.Send(s, Page.tick, 1); err != nil {
			return err
		}
	}
	return nil
}

func (p Page) tick(s *views.Socket, n int) error { return p.Add(s, n) }

// Loop never stops by itself.
func (p Page) Loop(s *views.Socket, _ views.NoParams) error { return views.Send(s, Page.again, 1) }

func (p Page) again(s *views.Socket, n int) error {
	if err := p.Add(s, n); err != nil {
		return err
	}
	return views.Send(s, Page.again, n)
}

// Say sets the text.
func Say(to views.Target, text string) error { return views.Send(to, Page.Write, text) }

// Tick counts n in the view.
func Tick(to views.Target, n int) error { return views.Send(to, Page.tick, n) }

// TickAfter counts n later.
func TickAfter(to views.Target, d time.Duration, n int) (func() bool, error) {
	return views.SendAfter(to, d, Page.tick, n)
}

// Pair is posted as two fields.
type Pair struct {
	A int    `form:"a"`
	B string `form:"b"`
}

// Both takes both.
func (Page) Both(s *views.Socket, p Pair) error {
	Count.Set(s, p.A)
	Text.Set(s, p.B)
	return nil
}

func mayPanic(s string) string {
	if s == "panic" {
		panic("a secret of the template")
	}
	return s
}

// TickEvery counts n at each interval while a browser watches.
func TickEvery(to views.Target, d time.Duration, n int) (func() bool, error) {
	return views.SendEvery(to, d, Page.tick, n)
}
