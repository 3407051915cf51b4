// Package shop is a page for the tests of package views, with regions in regions and
// lists of all kinds.
package shop

import (
	"sync"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Item is compared by value.
type Item struct {
	ID    int
	Label string
}

// Key tells items apart.
func (i Item) Key() int { return i.ID }

// Person is read by one of its fields.
type Person struct {
	Name string
	Age  int
}

// The keys.
var (
	Items    = state.NewKey[[]Item]("items")
	Selected = state.NewKey[int]("selected")
	Heading  = state.NewKey[string]("heading")
	Note     = state.NewKey[string]("note")
	Unit     = state.NewKey[string]("unit")
	Open     = state.NewKey[bool]("open")
	Bare     = state.NewKey[bool]("bare")
	User     = state.NewKey[Person]("user")
	Flash    = state.NewKey[string]("banner").Temporary("")

	name = state.Field(User, func(p Person) string { return p.Name })
)

// Page is the page.
type Page struct{}

// Mount sets all keys.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Shop")
	state.Assign(s, Items.To(nil), Selected.To(0), Heading.To("Shop"), Note.To(""), Unit.To("kg"), Open.To(true), Bare.To(false), User.To(Person{}))
	return nil
}

// Tell is a message of the page.
func Tell(to views.Target, text string) error { return views.Send(to, Page.told, text) }

func (Page) told(s *views.Socket, text string) error {
	Note.Set(s, text)
	return nil
}

var (
	mu     sync.Mutex
	counts = map[string]int{}
)

// Rendered returns how often each part was rendered while f ran.
func Rendered(f func()) map[string]int {
	mu.Lock()
	counts = map[string]int{}
	mu.Unlock()
	f()
	mu.Lock()
	defer mu.Unlock()
	return counts
}

// seen counts that a part of the page is being rendered.
func seen(part string) {
	mu.Lock()
	defer mu.Unlock()
	counts[part]++
}

func mayPanic(s string) string {
	if s == "panic" {
		panic("in a template")
	}
	return s
}
