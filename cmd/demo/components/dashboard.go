package components

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Widget is a part of the dashboard. Any live component will do: which one it is, is found
// out while the page is used.
type Widget struct {
	ID    int
	Label string
	Shows views.LiveComponent
}

// kinds are the widgets that there are.
var kinds = []struct {
	name string
	of   func(label string) views.LiveComponent
}{
	{"Clock", func(label string) views.LiveComponent { return Clock{label} }},
	{"Counter", func(label string) views.LiveComponent { return Counter{label} }},
	{"Note", func(label string) views.LiveComponent { return Note{label} }},
}

const maxWidgets = 12

// Full is whether there is no place left.
var Full = state.Field(Widgets, func(all []Widget) bool { return len(all) >= maxWidgets })

// Focus says which button the page gives the focus to, since the one that had it has gone
// with its widget. The button's id has the time in it: elements that are new can ask for
// the focus, and no others.
type Focus struct {
	Button string
	Time   int
}

// Focused is the last time.
var Focused = state.NewKey[Focus]("focused")

// on is the id of a button.
func (f Focus) on(button string) string {
	if f.Button != button {
		return button
	}
	return fmt.Sprintf("%s-%d", button, f.Time)
}

// The buttons that may have the focus.
func adding(kind string) string { return "add-" + strings.ToLower(kind) }

func (w Widget) removing() string { return fmt.Sprintf("remove-%d", w.ID) }

// AddWidget puts a widget of this kind at the dashboard's end, if there is a place. The page
// says when there is none; a click may be on its way then.
func (Page) AddWidget(s *views.Socket, kind string) error {
	all := Widgets.Get(s)
	if len(all) >= maxWidgets {
		return nil
	}
	for _, k := range kinds {
		if k.name == kind {
			id := LastID.Get(s) + 1
			label := fmt.Sprintf("%s %d", kind, id)
			LastID.Set(s, id)
			Widgets.Set(s, append(slices.Clone(all), Widget{id, label, k.of(label)}))
			return nil
		}
	}
	return views.ErrNotFound
}

// MoveBack moves a widget one place towards the beginning. It keeps what it knows.
func (Page) MoveBack(s *views.Socket, id int) error { return move(s, id, -1) }

// MoveOn moves a widget one place towards the end.
func (Page) MoveOn(s *views.Socket, id int) error { return move(s, id, +1) }

// RemoveWidget ends a widget. The focus goes to the next one, or to where there are new ones.
func (Page) RemoveWidget(s *views.Socket, id int) error {
	all := Widgets.Get(s)
	i := slices.IndexFunc(all, func(w Widget) bool { return w.ID == id })
	if i < 0 {
		return nil
	}
	all = slices.Delete(slices.Clone(all), i, i+1)
	next := adding(kinds[0].name)
	if len(all) > 0 {
		next = all[min(i, len(all)-1)].removing()
	}
	state.Assign(s, Widgets.To(all), Focused.To(Focus{next, Focused.Get(s).Time + 1}))
	return nil
}

// move does nothing to a widget that is gone, or has nowhere to go.
func move(s *views.Socket, id, by int) error {
	all := slices.Clone(Widgets.Get(s))
	from := slices.IndexFunc(all, func(w Widget) bool { return w.ID == id })
	to := from + by
	if from < 0 || to < 0 || to >= len(all) {
		return nil
	}
	all[from], all[to] = all[to], all[from]
	Widgets.Set(s, all)
	return nil
}
