// Package commands is a page with what browsers do at once, without a request: commands of package client, which need a kit
// that takes them.
package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sideband-go/sideband/client"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Path is where the page is.
const Path = "/commands"

// Toast is a notice that all open pages show.
type Toast struct {
	ID   int
	Text string
}

// What the page knows.
var (
	Now     = state.NewKey[time.Time]("now")
	Name    = state.NewKey[string]("name")
	Renamed = state.NewKey[int]("renamed") // how often: each name has a field of its own, which Escape takes back to it
	Toasts  = state.NewKey[[]Toast]("toasts").WithEqual(slices.Equal)
	Chosen  = state.NewKey[int]("chosen")
)

const second = time.Second

// Rows and Columns are the size of the grid.
const (
	Rows    = 1000
	Columns = 4
)

// Page is the page.
type Page struct{ toasts pubsub.Topic[string] }

// New returns the page, whose toasts reach all that are open.
func New(bus *pubsub.Bus) Page { return Page{pubsub.NewTopic[string](bus, "toasts")} }

// Mount begins with a name to edit.
func (p Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Commands")
	state.Assign(s, Now.To(time.Now()), Name.To("Double-click me"), Renamed.To(0), Toasts.To(nil), Chosen.To(-1))
	return pubsub.Subscribe(s, p.toasts, Page.toasted)
}

// Connect starts the ticking.
func (Page) Connect(s *views.Socket) error {
	_, err := views.SendEvery(s, time.Second, Page.tick, views.NoParams{})
	return err
}

func (Page) tick(s *views.Socket, _ views.NoParams) error {
	Now.Set(s, time.Now())
	return nil
}

// maxName bounds the name, in bytes.
const maxName = 60

// Rename takes the name that was typed.
func (Page) Rename(s *views.Socket, name string) error {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > maxName {
		return views.Error(400, "A name has 1 to 60 letters.")
	}
	Name.Set(s, name)
	Renamed.Update(s, func(n int) int { return n + 1 })
	return nil
}

// Tell shows a toast in all pages.
func (p Page) Tell(s *views.Socket, _ views.NoParams) error {
	return p.toasts.Publish(s, "It is "+time.Now().Format("15:04:05")+" for everybody.")
}

// maxToasts is how many a page shows.
const maxToasts = 3

func (Page) toasted(s *views.Socket, text string) error {
	Toasts.Update(s, func(l []Toast) []Toast {
		id := 1
		if len(l) > 0 {
			id = l[len(l)-1].ID + 1
		}
		l = append(slices.Clone(l), Toast{id, text})
		return l[max(0, len(l)-maxToasts):]
	})
	return nil
}

// Dismiss takes a toast away that the browser has hidden.
func (Page) Dismiss(s *views.Socket, id int) error {
	Toasts.Update(s, func(l []Toast) []Toast {
		return slices.DeleteFunc(slices.Clone(l), func(t Toast) bool { return t.ID == id })
	})
	return nil
}

// Choose takes the row in which Enter was pressed.
func (Page) Choose(s *views.Socket, row int) error {
	if row < 0 || row >= Rows {
		return views.Error(404, "There is no such row.")
	}
	Chosen.Set(s, row)
	return nil
}

// edit shows the field in place of the name, and done the name in place of the field.
func edit() client.Command {
	return client.Hide("#named").Then(client.Show(".field"), client.SelectText(".field"))
}

func done() client.Command {
	return client.Hide(".field").Then(client.Show("#named"), client.Focus("#name-edit"))
}

// instead shows another button in place of the one that was clicked. There are two of them, since what one says of itself,
// as aria-expanded does, is the view's, and a remount would set it back.
func instead(button string) client.Command {
	return client.Show(button).Then(client.Focus(button), client.Hide(client.This))
}

func key(keys string) views.Trigger {
	return views.Trigger{On: "keydown", Keys: keys, Prevent: true}
}

func cell(row, column int) string { return fmt.Sprintf("%d", (row+1)*(column+1)) }

func tabIndex(row, column int) string {
	if row+column == 0 {
		return "0"
	}
	return "-1"
}
