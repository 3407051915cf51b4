// Package feed has a page of streams for tests.
package feed

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Line is an item.
type Line struct {
	ID, Text string
	Twin     bool // it has an element of its own inside
}

func lineID(l Line) string { return l.ID }

// The page's keys and streams.
var (
	Lines  = state.NewStream("line", lineID)
	Others = state.NewStream("other", lineID).KeepFirst(4)
	Title  = state.NewKey[string]("title")
	Note   = state.NewKey[string]("note")
	Many   = state.NewStream("many", lineID).KeepLast(50)
	Place  = state.NewKey[string]("place") // where the lines stand: "", "region", "ordered", "deep" or "gone"
	Boxes  = state.NewKey[[]string]("boxes")
	Tick   = state.NewKey[int]("tick") // is read, and shown nowhere
)

// Said is what a box shows; each has its own.
var (
	Said  = state.NewStream("said", lineID).KeepLast(4)
	Times = state.NewKey[int]("times")
)

// Page shows lines.
type Page struct{}

// Mount sets what the page begins with.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, Title.To("T"), Note.To(""), Place.To(""), Boxes.To(nil), Tick.To(0))
	Lines.Append(s, Line{ID: "first", Text: "one"})
	return nil
}

// Box is a component with a stream of its own.
type Box struct{ Label string }

// Mount gives each box a line.
func (b Box) Mount(s *views.Socket) error {
	Times.Set(s, 0)
	Said.Append(s, Line{ID: b.Label + "-hello", Text: b.Label})
	return nil
}

// Say is an event: lines as "id=text;id=", of which those without a text are taken away.
func (b Box) Say(s *views.Socket, lines string) error {
	for line := range strings.SplitSeq(lines, ";") {
		if id, text, _ := strings.Cut(line, "="); text == "" {
			Said.DeleteID(s, id)
		} else {
			Said.Append(s, Line{ID: id, Text: text})
		}
	}
	Times.Update(s, func(n int) int { return n + 1 })
	return nil
}

// Alike is a component whose items have the same ids wherever it stands.
type Alike struct{}

// Mount gives it a line.
func (Alike) Mount(s *views.Socket) error {
	Lines.Append(s, Line{ID: "a", Text: "A"})
	return nil
}

// Fuse is called by what Fragile shows.
var Fuse = func() {}

// Fragile is a component that may fail, with another one inside.
type Fragile struct{}

// Mount gives it a line.
func (Fragile) Mount(s *views.Socket) error {
	Said.Append(s, Line{ID: "own", Text: "own"})
	return nil
}

// Rendered counts how often a Page or Deck was rendered.
var Rendered int

// Custom is a page that shows what it is given.
type Custom struct{ Show func() templ.Component }

// Mount gives it two lines.
func (Custom) Mount(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, Title.To("T"))
	Lines.Append(s, Line{ID: "a", Text: "A"}, Line{ID: "b", Text: "B"})
	return nil
}

// Render shows it.
func (c Custom) Render() templ.Component { return c.Show() }
