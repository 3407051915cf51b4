// Package logs is a log of 100,000 lines, of which the page has 200 at most: those that
// one looks at, and some around them. Where the others would be there are gaps of the same
// height, so that lines come and go without anything moving, also with a scrollbar that is dragged
// from one end to the other. All of it is HTML and CSS; the page has no script of its own.
package logs

import (
	"time"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What a page of the log knows. Of the lines it keeps the ids alone: they are sent once.
var (
	Lines  = state.NewStream("line", Line.Key)
	Window = state.NewKey[Span]("window") // which lines are in the page
	Total  = state.NewKey[int]("total")   // how many there are
	Pane   = state.NewKey[Scroller]("pane")

	Following = state.NewKey[bool]("following")
	ticking   = state.NewKey[func() bool]("ticking") // ends it
)

// Span is a part of the log, by indexes: To is not in it.
type Span struct{ From, To int }

// Scroller is the element that scrolls. A browser shows the start of a new one, or the end
// if it grows upwards: so the page jumps by having another one.
type Scroller struct {
	Number int
	AtEnd  bool
}

const (
	begin     = 100_000 // lines
	shown     = 2 * unit
	maxShown  = 200
	newLines  = 500 * time.Millisecond
	maxFollow = 1_000_000 // lines: the page follows no further
)

// Page is the log. Each tab has one of its own, and new lines only while it follows.
type Page struct{}

// Mount shows the start.
func (p Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Logs")
	state.Assign(s, Total.To(begin), Pane.To(Scroller{}), Following.To(false), ticking.To(nil))
	show(s, 0, shown)
	return nil
}

// show shows these lines in place of what is there.
func show(s *views.Socket, from, to int) {
	to = min(max(to, shown), Total.Get(s))
	from = max(min(from, to-shown), 0)
	Window.Set(s, Span{from, to})
	Lines.Reset(s, lines(from, to)...)
}

// Earlier comes when the beginning of the lines is near: it adds what is before them. from
// is where they began when the browser saw that.
func (Page) Earlier(s *views.Socket, from int) error {
	w := Window.Get(s)
	if from != w.From {
		return nil // they have come meanwhile
	}
	w.From = max(w.From-unit, 0)
	Lines.Prepend(s, lines(w.From, from)...)
	Lines.TrimEnd(s, maxShown)
	w.To = min(w.To, w.From+maxShown)
	Window.Set(s, w)
	if w.To < Total.Get(s) {
		unfollow(s) // who goes back does not want what is new
	}
	return nil
}

// Later comes when the end of the lines is near.
func (Page) Later(s *views.Socket, to int) error {
	w := Window.Get(s)
	if to != w.To {
		return nil
	}
	extend(s, min(w.To+unit, Total.Get(s)))
	return nil
}

// extend adds the lines up to to.
func extend(s *views.Socket, to int) {
	w := Window.Get(s)
	Lines.Append(s, lines(w.To, to)...)
	Lines.TrimStart(s, maxShown)
	Window.Set(s, Span{max(w.From, to-maxShown), to})
}

// Reach comes when a gap is in view that begins at from: it shows the middle of it. That is
// nearer to what the browser looks at than what it shows now, by half at least; the gaps
// around it are smaller, and one of them comes into view next, until there is none.
func (Page) Reach(s *views.Socket, from int) error {
	w, total := Window.Get(s), Total.Get(s)
	for _, g := range append(above(w.From), below(w.To, total)...) {
		if g.from == from {
			middle := (g.from + g.to) / 2
			unfollow(s)
			show(s, middle-shown/2, middle+shown/2)
			break
		}
	}
	return nil
}

// JumpToStart shows the first lines.
func (Page) JumpToStart(s *views.Socket, _ views.NoParams) error {
	unfollow(s)
	Pane.Update(s, func(p Scroller) Scroller { return Scroller{Number: p.Number + 1} })
	show(s, 0, shown)
	return nil
}

// JumpToEnd shows the last lines.
func (Page) JumpToEnd(s *views.Socket, _ views.NoParams) error {
	Pane.Update(s, func(p Scroller) Scroller { return Scroller{Number: p.Number + 1, AtEnd: true} })
	show(s, Total.Get(s)-shown, Total.Get(s))
	return nil
}

// Follow begins to follow new lines, and ends it.
func (p Page) Follow(s *views.Socket, _ views.NoParams) error {
	if Following.Get(s) {
		unfollow(s)
		return nil
	}
	stop, err := views.SendEvery(s, newLines, Page.tick, views.NoParams{})
	if err != nil {
		return err
	}
	state.Assign(s, Following.To(true), ticking.To(stop))
	return p.JumpToEnd(s, views.NoParams{})
}

func unfollow(s *views.Socket) {
	if stop := ticking.Get(s); stop != nil {
		stop()
	}
	state.Assign(s, Following.To(false), ticking.To(nil))
}

// tick brings one to three new lines. While the end is in the page they are added to it,
// and a browser that looks at the end goes on doing so.
func (Page) tick(s *views.Socket, _ views.NoParams) error {
	old := Total.Get(s)
	if !Following.Get(s) || old >= maxFollow {
		unfollow(s)
		return nil
	}
	total := old + 1 + old%3
	Total.Set(s, total)
	if Window.Get(s).To == old {
		extend(s, total)
	}
	return nil
}
