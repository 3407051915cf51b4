package snippets

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var kit = handlers.New(handlers.Config{})

func profile() templ.Component { return templ.Raw("profile") }

func keys() templ.Component { return templ.Raw("keys") }

// Items are those of the list.
var Items = state.NewKey[[]string]("items")

// List is a page.
type List struct{}

// Save saves.
func (List) Save(*views.Socket, views.NoParams) error { return nil }

// Delete deletes.
func (List) Delete(*views.Socket, string) error { return nil }

// Sales is a page.
type Sales struct{}

// Mount begins.
func (Sales) Mount(s *views.Socket, _ views.NoParams) error {
	Chosen.Set(s, Point{})
	return nil
}

func known(p Point) bool { return p.X >= 0 }

func routes() http.Handler {
	kit := handlers.New(handlers.Config{})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/sales", handlers.View(kit, Sales{}))
	return r
}

func sell(page *livetest.Page, p Point) { _ = views.Send(page.View(), Sales.sold, p) }
