package snippets

import (
	"net/http"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type Page struct{}

func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	Todos.Set(s, []Todo{{1, "Milk"}, {2, "Bread"}})
	return nil
}

type Todo struct {
	ID   int
	Text string
}

func (t Todo) Key() int { return t.ID }

var (
	Todos = state.NewKey[[]Todo]("todos")
	kit   = handlers.New(handlers.Config{})
)

func page() http.Handler { return kit.Middleware(handlers.View(kit, Page{})) }
