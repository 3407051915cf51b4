package snippets

import (
	"net/http"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type Page struct{}

func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, People.To([]Person{{1, 36, "Ada"}, {2, 41, "Alan"}, {3, 30, "Grace"}}), Search.To(""), SortBy.To("name"))
	return nil
}

type Person struct {
	ID, Age int
	Name    string
}

func (p Person) Key() int { return p.ID }

var (
	kit = handlers.New(handlers.Config{})
)

func page() http.Handler { return kit.Middleware(handlers.View(kit, Page{})) }
