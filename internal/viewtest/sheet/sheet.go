// Package sheet has a page of forms that are recovered.
package sheet

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Log is what the page's events were told, for all views of a test.
type Log struct {
	mu    sync.Mutex
	lines []string
}

func (l *Log) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// Lines returns the lines that begin with a prefix.
func (l *Log) Lines(prefix string) (lines []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		if strings.HasPrefix(line, prefix) {
			lines = append(lines, line)
		}
	}
	return lines
}

// Reset forgets the lines.
func (l *Log) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = nil
}

// Fields are those of the page's form.
type Fields struct {
	Name  string   `form:"name"`
	Note  string   `form:"note"`
	Mail  bool     `form:"mail"`
	Kind  string   `form:"kind"`
	Lines []string `form:"line"`
	Lock  string   `form:"lock"`
}

func (f Fields) equal(o Fields) bool {
	return slices.Equal(f.Lines, o.Lines) && fmt.Sprint(f) == fmt.Sprint(o)
}

// Text is the field of a small form.
type Text struct {
	Text string `form:"text"`
}

// The keys of the page and, last, of a card.
var (
	Filled = state.NewKey[Fields]("filled").WithEqual(Fields.equal)
	Saved  = state.NewKey[int]("saved")
	Extra  = state.NewKey[bool]("extra")
	Cards  = state.NewKey[[]Card]("cards").WithEqual(slices.Equal[[]Card])
	Named  = state.NewKey[string]("named")
	Memos  = state.NewStream[Card]("memos", Card.key)
	Body   = state.NewKey[string]("body")
)

// Page has a form of its own, named "sheet", forms of components in rows and in items of a stream, one
// that names another event for its recovery and one that is not recovered.
type Page struct{ Log *Log }

// Mount begins with a form that is not filled in.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, Filled.To(Fields{Lines: []string{""}}), Saved.To(0), Extra.To(false), Named.To(""),
		Cards.To([]Card{{ID: "1"}, {ID: "2"}}))
	Memos.Append(s, Card{ID: "m"})
	return nil
}

// Change takes what was filled in.
func (p Page) Change(s *views.Socket, f Fields) error {
	p.Log.add("change %s/%s/%v/%s/%s%s", f.Name, f.Note, f.Mail, f.Kind, strings.Join(f.Lines, ","), f.Lock)
	if f.Name == "refused" {
		return views.Error(422, "Not that name.")
	}
	Filled.Set(s, f)
	return nil
}

// AddLine adds a line to the form.
func (p Page) AddLine(s *views.Socket, f Fields) error {
	p.Log.add("add")
	f.Lines = append(slices.Clone(f.Lines), "")
	Filled.Set(s, f)
	return nil
}

// Save takes the form and begins another one.
func (p Page) Save(s *views.Socket, f Fields) error {
	p.Log.add("save %s", f.Name)
	Saved.Update(s, func(n int) int { return n + 1 })
	Filled.Set(s, Fields{Lines: []string{""}})
	return nil
}

// ShowExtra shows a form that Mount does not show.
func (Page) ShowExtra(s *views.Socket, _ views.NoParams) error { Extra.Set(s, true); return nil }

// Restore recovers the form that names another event.
func (p Page) Restore(s *views.Socket, t Text) error {
	p.Log.add("restore %s", t.Text)
	Named.Set(s, "restored "+t.Text)
	return nil
}

// Type is what recovers small forms that name no other event.
func (p Page) Type(_ *views.Socket, t Text) error { p.Log.add("type %s", t.Text); return nil }

// Card is a component with a form.
type Card struct {
	ID  string
	Log *Log
}

func (c Card) key() string { return c.ID }

// Change takes what was filled in.
func (c Card) Change(s *views.Socket, t Text) error {
	c.Log.add("card %s %s", c.ID, t.Text)
	Body.Set(s, t.Text)
	return nil
}
