// Package todos is a list to work off: each item is a live component with a state of its
// own, and the list belongs to the page.
package todos

import (
	"fmt"
	"slices"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What the page knows.
var (
	// Todos are in the order of the page.
	Todos = state.NewKey[[]Todo]("todos")
	// LastID is the newest todo's. Ids are not used again.
	LastID = state.NewKey[int]("last id")
	// Draft is what the field for the next todo holds, if it could not be taken.
	Draft = state.NewKey[string]("draft")
	// Problem says why it could not.
	Problem = state.NewKey[string]("problem")
	// Added is what was added last, and Number how often that has been done: the form has the
	// number too, so that a second click on the same is known.
	Added  = state.NewKey[string]("added")
	Number = state.NewKey[int]("number")
	// Emptied says that the last todo has just been deleted.
	Emptied = state.NewKey[bool]("emptied")

	// Filter says which of them are shown, also after a restart.
	Filter = state.NewKey[string]("filter").Durable()

	// Left counts what is not done. Who reads it is rendered when the number changes.
	Left = state.Field(Todos, func(all []Todo) (n int) {
		for _, t := range all {
			if !t.Done {
				n++
			}
		}
		return n
	})
)

// Todo is one thing to do. It is a value without pointers, so that those which did not
// change are told from those that did without rendering them.
type Todo struct {
	ID   int
	Text string
	Done bool
}

// Key is what tells todos apart.
func (t Todo) Key() int { return t.ID }

// place is the id of the todo's item in the page.
func (t Todo) place() string { return fmt.Sprintf("todo-%d", t.ID) }

// maxTodos bounds what one visitor can make the server keep, as maxLetters does.
const maxTodos = 2000

var full = fmt.Sprintf("The list has room for %d todos. Clear some first.", maxTodos)

// Page is the list.
type Page struct{}

// Mount begins with an empty list.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Todos")
	Filter.SetDefault(s, func() string { return filters[0] })
	state.Assign(s, Todos.To(nil), LastID.To(0), Draft.To(""), Problem.To(""), Added.To(""), Number.To(0), Emptied.To(false))
	return nil
}

// filters are the choices of what is shown: all, what is left to do, and what is done.
var filters = []string{"All", "Open", "Done"}

// Show shows some of the todos.
func (Page) Show(s *views.Socket, filter string) error {
	if !slices.Contains(filters, filter) {
		return views.ErrNotFound
	}
	Filter.Set(s, filter)
	return nil
}

// filtered are the todos that a filter lets through.
func filtered(all []Todo, filter string) []Todo {
	if filter == filters[0] {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(t Todo) bool { return t.Done != (filter == filters[2]) })
}

// Add adds a todo and clears the field. A text that can't be taken stays there.
func (Page) Add(s *views.Socket, e Entry) error {
	text, problem := e.text()
	switch n := Number.Get(s); {
	case e.Text == "": // maybe a second click, after the field was cleared
	case problem != "":
		state.Assign(s, Draft.To(text), Problem.To(problem))
	case text == Added.Get(s) && e.Number == n-1:
		state.Assign(s, Draft.To(""), Problem.To("")) // a second click on the same
	case len(Todos.Get(s)) >= maxTodos:
		state.Assign(s, Draft.To(text), Problem.To(full))
	default:
		state.Assign(s, Draft.To(""), Problem.To(""), Added.To(text), Number.To(n+1))
		add(s, text)
	}
	return nil
}

// AddMany adds 1,000 todos, to see what a long list costs.
func (Page) AddMany(s *views.Socket, _ views.NoParams) error {
	const many = 1000
	if len(Todos.Get(s))+many > maxTodos {
		Problem.Set(s, full)
		return nil
	}
	first := LastID.Get(s) + 1
	texts := make([]string, many)
	for i := range texts {
		texts[i] = chore(first + i)
	}
	Problem.Set(s, "")
	add(s, texts...)
	return nil
}

// CompleteAll marks all as done.
func (Page) CompleteAll(s *views.Socket, _ views.NoParams) error {
	all := slices.Clone(Todos.Get(s))
	for i := range all {
		all[i].Done = true
	}
	Todos.Set(s, all)
	return nil
}

// ClearCompleted takes those that are done out of the list.
func (Page) ClearCompleted(s *views.Socket, _ views.NoParams) error {
	Todos.Set(s, slices.DeleteFunc(slices.Clone(Todos.Get(s)), func(t Todo) bool { return t.Done }))
	Problem.Set(s, "")
	return nil
}

// renamed is what an item tells the page: it is not exported, so no browser can send it.
func (Page) renamed(s *views.Socket, now Todo) error {
	change(s, now.ID, func(t *Todo) { t.Text = now.Text })
	return nil
}

func (Page) toggled(s *views.Socket, now Todo) error {
	change(s, now.ID, func(t *Todo) { t.Done = now.Done })
	return nil
}

func (Page) deleted(s *views.Socket, id int) error {
	all := Todos.Get(s)
	i := slices.IndexFunc(all, func(t Todo) bool { return t.ID == id })
	if i < 0 {
		return nil // a second click
	}
	all = slices.Delete(slices.Clone(all), i, i+1)
	state.Assign(s, Todos.To(all), Problem.To(""), Emptied.To(len(all) == 0))
	if len(all) == 0 {
		return nil
	}
	next := all[min(i, len(all)-1)]
	if len(filtered([]Todo{next}, Filter.Get(s))) == 0 {
		return nil // it is not shown
	}
	return views.Send(s.At(next.place()), Item.focus, views.NoParams{})
}

// add appends todos with these texts.
func add(s *views.Socket, texts ...string) {
	all, id := slices.Clone(Todos.Get(s)), LastID.Get(s)
	for _, text := range texts {
		id++
		all = append(all, Todo{ID: id, Text: text})
	}
	state.Assign(s, Todos.To(all), LastID.To(id), Emptied.To(false))
}

// change changes the todo with the id, if it is still there. The list is copied, since one
// that was changed in place could not be restored if the callback failed.
func change(s *views.Socket, id int, f func(*Todo)) {
	all := slices.Clone(Todos.Get(s))
	if i := slices.IndexFunc(all, func(t Todo) bool { return t.ID == id }); i >= 0 {
		f(&all[i])
		Todos.Set(s, all)
	}
}
