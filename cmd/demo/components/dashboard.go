package components

import (
	"fmt"
	"net/http"
	"slices"

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

// AddWidget puts a widget of this kind at the dashboard's end.
func (Page) AddWidget(s *views.Socket, kind string) error {
	all := Widgets.Get(s)
	if len(all) >= maxWidgets {
		return views.Status(http.StatusConflict, "The dashboard is full. Remove a widget first.")
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

// RemoveWidget ends a widget.
func (Page) RemoveWidget(s *views.Socket, id int) error {
	Widgets.Set(s, slices.DeleteFunc(slices.Clone(Widgets.Get(s)), func(w Widget) bool { return w.ID == id }))
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
