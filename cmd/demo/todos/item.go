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
	// Text is what the field holds at first, and Wrong why that could not be taken.
	Text  = state.NewKey[string]("text")
	Wrong = state.NewKey[string]("wrong")
	// Focused counts how often the button that deletes was given the focus. It is part of
	// the button's id, since elements that are new can ask for the focus, and no others.
	Focused = state.NewKey[int]("focused")
)

// Mount shows the todo.
func (Item) Mount(s *views.Socket) error {
	state.Assign(s, Editing.To(false), Edited.To(false), Text.To(""), Wrong.To(""), Focused.To(0))
	return nil
}

// Edit shows a field in the place of the text.
func (i Item) Edit(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, Editing.To(true), Text.To(i.Todo.Text), Wrong.To(""))
	return nil
}

// Save ends the editing. A todo without a text keeps the one that it has.
func (i Item) Save(s *views.Socket, e Entry) error {
	text, problem := e.text()
	if problem == long {
		state.Assign(s, Text.To(text), Wrong.To(long))
		return nil
	}
	state.Assign(s, Editing.To(false), Edited.To(true))
	if problem != "" {
		return nil
	}
	i.Todo.Text = text
	return views.Send(s, Page.renamed, i.Todo)
}

// Cancel ends the editing and leaves the todo as it was.
func (Item) Cancel(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, Editing.To(false), Edited.To(true))
	return nil
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

// focus is what the page tells the item next to one that was deleted: the button that had
// the focus went with it.
func (Item) focus(s *views.Socket, _ views.NoParams) error {
	Focused.Update(s, func(n int) int { return n + 1 })
	return nil
}
