// Package parts has pages of components for tests.
package parts

import (
	"errors"
	"slices"
	"time"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// The page's keys.
var (
	Title = state.NewKey[string]("title")
	Items = state.NewKey[[]Item]("items").WithEqual(slices.Equal[[]Item])
	Right = state.NewKey[[]Item]("right").WithEqual(slices.Equal[[]Item])
	Away  = state.NewKey[bool]("away")
	Heard = state.NewKey[string]("heard")
)

// The components' keys.
var (
	N      = state.NewKey[int]("n")
	Secret = state.NewKey[string]("secret")
)

// Log is what components' callbacks have said.
type Log struct{ Lines []string }

// Add adds a line.
func (l *Log) Add(line string) {
	if l != nil {
		l.Lines = append(l.Lines, line)
	}
}

// Take returns the lines and forgets them.
func (l *Log) Take() []string {
	lines := l.Lines
	l.Lines = nil
	return lines
}

// Page shows components, placed by Show.
type Page struct {
	Show func() templ.Component
}

// Mount is the page's.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, Title.To("T"), Items.To(nil), Right.To(nil), Away.To(false), Heard.To(""))
	return nil
}

// Render shows the page.
func (p Page) Render() templ.Component { return p.Show() }

// Rename is an event of the page.
func (Page) Rename(s *views.Socket, to string) error { Title.Set(s, to); return nil }

// Hear takes what components tell the page.
func Hear(to views.Target, what string) error { return views.Send(to, Page.heard, what) }

func (Page) heard(s *views.Socket, what string) error {
	Heard.Update(s, func(h string) string { return h + what })
	return nil
}

// Item is a component in a list.
type Item struct {
	ID   string
	Text string
}

// Rendered counts how often items were rendered, by id.
var Rendered = map[string]int{}

// Mount is the item's.
func (i Item) Mount(s *views.Socket) error { N.Set(s, 0); return nil }

// Inc is an event.
func (i Item) Inc(s *views.Socket, by int) error {
	N.Update(s, func(n int) int { return n + by })
	return nil
}

// Grow makes the item show more elements.
func (i Item) Grow(s *views.Socket, to int) error { N.Set(s, to); return nil }

// Counter is a component with all callbacks.
type Counter struct {
	Label string
	Step  int
	log   *Log
}

// NewCounter makes a counter that logs.
func NewCounter(label string, step int, l *Log) Counter { return Counter{label, step, l} }

// Equal makes counters comparable although they hold a log.
func (c Counter) Equal(o Counter) bool { return c.Label == o.Label && c.Step == o.Step }

// Mount is the counter's.
func (c Counter) Mount(s *views.Socket) error {
	c.log.Add("mount " + c.Label)
	N.Set(s, 0)
	s.OnEnd(func() { c.log.Add("end " + c.Label) })
	return nil
}

// Update is told of changed props.
func (c Counter) Update(s *views.Socket, before Counter) error {
	c.log.Add("update " + before.Label + ">" + c.Label)
	if c.Label == "bad" {
		return errors.New("bad label")
	}
	return nil
}

// Close is told of the end.
func (c Counter) Close(*views.Socket) { c.log.Add("close " + c.Label) }

// Inc is an event.
func (c Counter) Inc(s *views.Socket, _ views.NoParams) error {
	N.Update(s, func(n int) int { return n + c.Step })
	return nil
}

// Tell sends to the page.
func (c Counter) Tell(s *views.Socket, what string) error { return Hear(s, what) }

// Boom panics.
func (c Counter) Boom(s *views.Socket, _ views.NoParams) error {
	N.Set(s, 99)
	panic("boom")
}

// Set is a message.
func (c Counter) set(s *views.Socket, n int) error { N.Set(s, n); return nil }

// SetFrom sends a counter a message from outside.
func SetFrom(to views.Target, n int) error { return views.Send(to, Counter.set, n) }

// SetAfter is SetFrom after a second.
func SetAfter(to views.Target, n int) (func() bool, error) {
	return views.SendAfter(to, time.Second, Counter.set, n)
}

// Fragile panics in Render as often as Left says.
type Fragile struct{ Left *int }

// Mount is the component's.
func (f Fragile) Mount(s *views.Socket) error { N.Set(s, 7); return nil }

// Break makes it panic so many times when it is rendered.
func (f Fragile) Break(s *views.Socket, times int) error {
	*f.Left = times
	N.Update(s, func(n int) int { return n + 1 })
	return nil
}

// Breaks decides in a rendering.
func (f Fragile) breaks() bool {
	if *f.Left > 0 {
		*f.Left--
		panic("fragile")
	}
	return false
}

// Box is a component with slots.
type Box struct {
	Header templ.Component
	Cells  []Cell
	Named  map[string]templ.Component
}

// Cell is a slot with an argument.
type Cell struct {
	Label string
	of    func(n int) templ.Component
}

// CellOf makes a cell.
func CellOf(label string, of func(n int) templ.Component) Cell { return Cell{label, of} }

// Mount is the box's; it has a key of the same name as its placer's.
func (Box) Mount(s *views.Socket) error {
	state.Assign(s, Title.To("box"), N.To(0))
	return nil
}

// Inc is an event of the box.
func (Box) Inc(s *views.Socket, _ views.NoParams) error {
	N.Update(s, func(n int) int { return n + 1 })
	return nil
}

// Picker is a component of any type.
type Picker[T any] struct {
	Items  []T
	Label  func(T) string
	Picked func(*views.Socket, T) error
}

// Choose is its event.
func (p Picker[T]) Choose(s *views.Socket, i int) error {
	if i < 0 || i >= len(p.Items) {
		return views.ErrNotFound
	}
	return p.Picked(s, p.Items[i])
}

// Pointer is placed by a pointer.
type Pointer struct{ Label string }

// Mount is the component's.
func (p *Pointer) Mount(s *views.Socket) error { N.Set(s, 1); return nil }

// Inc is an event.
func (p *Pointer) Inc(s *views.Socket, _ views.NoParams) error {
	N.Update(s, func(n int) int { return n + 1 })
	return nil
}

// Field is a component with controls.
type Field struct{ ID string }

// Mount is the field's.
func (Field) Mount(s *views.Socket) error { N.Set(s, 0); return nil }

// Save takes the form.
func (Field) Save(s *views.Socket, text string) error { return Hear(s, text) }

// Tick refuses to be ticked.
func (Field) Tick(s *views.Socket, on bool) error { return nil }

// Input is a component that is part of a form.
type Input struct{ Name string }

// Nest is a component that places itself, for ever.
type Nest struct{}
