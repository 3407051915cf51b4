package todos

import (
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Item is one todo in the list. Its field is its prop: when the page changes the todo, the
// item is rendered again, and no other. Whether it is being edited is its own affair.
type Item struct{ Todo Todo }

// What an item knows.
var (
	Editing = state.NewKey[bool]("editing")
	// Edited makes the button have the focus again after the editing.
	Edited = state.NewKey[bool]("edited")
)

// Mount shows the todo.
func (Item) Mount(s *views.Socket) error {
	state.Assign(s, Editing.To(false), Edited.To(false))
	return nil
}

// Edit shows a field in the place of the text.
func (Item) Edit(s *views.Socket, _ views.NoParams) error {
	Editing.Set(s, true)
	return nil
}

// Save ends the editing. A todo without a text keeps the one that it has.
func (i Item) Save(s *views.Socket, e Entry) error {
	text, err := e.text()
	if err != nil {
		return err
	}
	state.Assign(s, Editing.To(false), Edited.To(true))
	if text == "" {
		return nil
	}
	i.Todo.Text = text
	return views.Send(s, Page.renamed, i.Todo)
}

// Toggle marks the todo as done, or not.
func (i Item) Toggle(s *views.Socket, done bool) error {
	i.Todo.Done = done
	return views.Send(s, Page.toggled, i.Todo)
}

// Delete takes the todo out of the list.
func (i Item) Delete(s *views.Socket, _ views.NoParams) error {
	return views.Send(s, Page.deleted, i.Todo.ID)
}
