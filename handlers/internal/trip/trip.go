// Package trip is a page for the tests of package handlers that says things and sends its
// browser elsewhere.
package trip

import (
	"errors"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var steps = state.NewKey[int]("steps")

// Page is the page. What its callbacks do is the test's to say; nil does nothing.
type Page struct {
	OnMount   func(s *views.Socket) error
	OnConnect func(s *views.Socket) error
	OnPart    func(s *views.Socket) error // in the Mount of a component that is placed after step 1
	Does      func(s *views.Socket) error // Act, and act
	Rendered  func()
	Refs      chan views.Ref
}

// Mount does what OnMount says.
func (p Page) Mount(s *views.Socket, _ views.NoParams) error {
	steps.Set(s, 0)
	return do(p.OnMount, s)
}

// Connect tells the test which view has connected.
func (p Page) Connect(s *views.Socket) error {
	if p.Refs != nil {
		p.Refs <- s.Ref()
	}
	return do(p.OnConnect, s)
}

func do(f func(s *views.Socket) error, s *views.Socket) error {
	if f == nil {
		return nil
	}
	return f(s)
}

// Step goes one step on.
func (Page) Step(s *views.Socket, _ views.NoParams) error {
	steps.Update(s, func(n int) int { return n + 1 })
	return nil
}

// Act does what the test says.
func (p Page) Act(s *views.Socket, _ views.NoParams) error { return p.Does(s) }

// Fail says something, and fails.
func (Page) Fail(s *views.Socket, _ views.NoParams) error {
	s.Flash(views.FlashInfo, "never said")
	return errors.New("no")
}

// Act makes a view do what Does says, as a message.
func Act(r views.Ref) error { return views.Send(r, Page.act, views.NoParams{}) }

func (p Page) act(s *views.Socket, _ views.NoParams) error { return p.Does(s) }

func (p Page) rendered() string {
	if p.Rendered != nil {
		p.Rendered()
	}
	return ""
}

type part struct{ page *Page }

func (c part) Mount(s *views.Socket) error { return do(c.page.OnPart, s) }

// Say says something, from within a component.
func (part) Say(s *views.Socket, text string) error {
	s.Flash(views.FlashSuccess, text)
	return nil
}

// Go sends the browser elsewhere.
func (Page) Go(s *views.Socket, to string) error { return s.Redirect(to) }

// Say says something.
func (Page) Say(s *views.Socket, text string) error {
	s.Flash(views.FlashSuccess, text)
	return nil
}
