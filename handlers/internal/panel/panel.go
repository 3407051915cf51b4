// Package panel has a page of components for tests.
package panel

import (
	"context"
	"errors"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// The keys of the page and its parts.
var (
	Said   = state.NewKey[string]("said")
	Dials  = state.NewKey[int]("dials")
	Reload = state.NewKey[bool]("reload")
	Turned = state.NewKey[int]("turned")
	Notes  = state.NewStream("notes", func(text string) string { return text })
	Noting = state.NewKey[bool]("noting")
)

// Page shows dials. Stuck is called by the Mount and Update of the last one.
type Page struct {
	Stuck  func(ctx context.Context)
	Closed func(name string)
	Begun  func(view views.Ref)               // by Mount
	Heard  func(s *views.Socket, what string) // of what dials say
	Turns  func(name string)                  // by a dial that is turned
}

// Mount is the page's.
func (p Page) Mount(s *views.Socket, _ views.NoParams) error {
	if p.Begun != nil {
		p.Begun(s.Ref())
	}
	state.Assign(s, Said.To(""), Dials.To(2), Reload.To(false), Noting.To(false))
	return nil
}

// Close is the page's.
func (p Page) Close(*views.Socket) { p.closed("page") }

func (p Page) closed(name string) {
	if p.Closed != nil {
		p.Closed(name)
	}
}

// Keep sets how many dials there are.
func (Page) Keep(s *views.Socket, n int) error { Dials.Set(s, n); return nil }

// Load shows the part whose callbacks get stuck.
func (Page) Load(s *views.Socket, on bool) error { Reload.Set(s, on); return nil }

// Say shows a text.
func (Page) Say(s *views.Socket, text string) error { Said.Set(s, text); return nil }

// Note adds to the notes, which are shown from then on.
func (Page) Note(s *views.Socket, text string) error {
	Noting.Set(s, true)
	Notes.Append(s, text)
	return nil
}

func (p Page) said(s *views.Socket, what string) error {
	if p.Heard != nil {
		p.Heard(s, what)
	}
	Said.Update(s, func(x string) string { return x + what })
	return nil
}

// Dial tells the page of its birth.
type Dial struct {
	Name string
	page Page
}

// Equal makes dials comparable.
func (d Dial) Equal(o Dial) bool { return d.Name == o.Name }

// Mount is the dial's.
func (d Dial) Mount(s *views.Socket) error {
	Turned.Set(s, 0)
	return views.Send(s, Page.said, d.Name)
}

// Close is the dial's.
func (d Dial) Close(*views.Socket) { d.page.closed(d.Name) }

// Turn is an event.
func (d Dial) Turn(s *views.Socket, by int) error {
	if d.page.Turns != nil {
		d.page.Turns(d.Name)
	}
	Turned.Update(s, func(n int) int { return n + by })
	return nil
}

// Fail is an event that fails, or panics.
func (d Dial) Fail(s *views.Socket, hard bool) error {
	Turned.Set(s, 99)
	if hard {
		panic("dial")
	}
	return errors.New("dial")
}

// Stuck is a part whose Mount gets stuck.
type Stuck struct{ page Page }

// Mount is the part's.
func (p Stuck) Mount(s *views.Socket) error {
	p.page.Stuck(s)
	Turned.Set(s, 1)
	return nil
}
