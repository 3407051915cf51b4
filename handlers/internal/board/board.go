// Package board is a page of a stream for the tests of package handlers, with the list
// that it shows.
package board

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Line is an item.
type Line struct{ ID, Text string }

// The page's keys.
var (
	Lines = state.NewStream("line", func(l Line) string { return l.ID })
	Note  = state.NewKey[string]("note")
)

// Change is what happens to the list.
type Change struct {
	Kind  string // append, prepend, insert, delete, update or reset
	At    int
	Lines []Line

	number int // of the change, from 1
}

// List is what pages show. All pages are told of changes.
type List struct {
	mu     sync.Mutex
	lines  []Line
	number int
	pages  []views.Ref

	changes int               // that there were
	added   map[views.Ref]int // the last that a page has made by an event of its own
	shown   map[views.Ref]int // the last that a page has shown with all before it, see Page.changed

	rendered atomic.Int64
}

// Rendered is how many items were rendered.
func (l *List) Rendered() int { return int(l.rendered.Load()) }

// Lines returns the list.
func (l *List) Lines() []Line {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}

// Ref is the page that was mounted last.
func (l *List) Ref() views.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pages[len(l.pages)-1]
}

// Do changes the list, and tells the pages but one.
func (l *List) Do(c Change, but views.Ref) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.apply(c)
	l.changes++
	c.number = l.changes
	if but != (views.Ref{}) {
		if l.added == nil {
			l.added, l.shown = map[views.Ref]int{}, map[views.Ref]int{}
		}
		l.added[but] = c.number
	}
	l.pages = slices.DeleteFunc(l.pages, func(r views.Ref) bool {
		return r != but && views.Send(r, Page.changed, c) != nil && len(l.pages) > 1
	})
}

func (l *List) apply(c Change) {
	at := func(id string) int { return slices.IndexFunc(l.lines, func(x Line) bool { return x.ID == id }) }
	i := c.At
	switch c.Kind {
	case "reset":
		l.lines = nil
		i = 0
	case "append":
		i = len(l.lines)
	case "prepend":
		i = 0
	}
	i = min(i, len(l.lines))
	for _, x := range c.Lines {
		switch j := at(x.ID); {
		case c.Kind == "delete" && j >= 0:
			l.lines = slices.Delete(l.lines, j, j+1)
		case c.Kind == "delete":
		case j >= 0:
			l.lines[j] = x
		case c.Kind != "update":
			l.lines = slices.Insert(l.lines, i, x)
			i++
		}
	}
}

// isLate reports whether a page has shown a later change than this one.
func (l *List) isLate(page views.Ref, number int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return number < max(l.added[page], l.shown[page]+1)
}

// Page shows a list.
type Page struct {
	List *List
	// Large is how much text each item has beside its own.
	Large string
}

// Mount begins with the list as it is.
func (p Page) Mount(s *views.Socket, _ views.NoParams) error {
	l := p.List
	l.mu.Lock()
	defer l.mu.Unlock()
	ref := s.Ref()
	l.pages = append(l.pages, ref)
	Lines.Append(s, l.lines...)
	Note.Set(s, "")
	return nil
}

// changed takes a change. The list may have had it before a line that the page has added itself meanwhile: then the page
// shows the list as it is.
func (p Page) changed(s *views.Socket, c Change) error {
	if l, ref := p.List, s.Ref(); l.isLate(ref, c.number) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if c.number > l.shown[ref] {
			l.shown[ref] = l.changes
			Lines.Reset(s, l.lines...)
		}
		return nil
	}
	switch c.Kind {
	case "reset":
		Lines.Reset(s, c.Lines...)
	case "append":
		Lines.Append(s, c.Lines...)
	case "prepend":
		Lines.Prepend(s, c.Lines...)
	case "insert":
		Lines.InsertAt(s, c.At, c.Lines...)
	case "delete":
		for _, x := range c.Lines {
			Lines.Delete(s, x)
		}
	case "update":
		for _, x := range c.Lines {
			Lines.Update(s, x)
		}
	}
	return nil
}

// Add is an event that adds a line.
func (p Page) Add(s *views.Socket, text string) error {
	p.List.mu.Lock()
	p.List.number++
	line := Line{ID: fmt.Sprint("event ", p.List.number), Text: text}
	p.List.mu.Unlock()
	ref := s.Ref()
	s.OnCommit(func() { p.List.Do(Change{Kind: "append", Lines: []Line{line}}, ref) })
	Lines.Append(s, line)
	return nil
}

// Write is an event that has nothing to do with the list.
func (p Page) Write(s *views.Socket, text string) error {
	Note.Update(s, func(n string) string { return n + text })
	return nil
}
