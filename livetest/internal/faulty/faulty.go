// Package faulty is a page with mistakes that page checks find.
package faulty

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Count is what changes.
var Count = state.NewKey[int]("count")

// Page is the page.
type Page struct{}

// Mount begins at 0.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Faulty")
	Count.Set(s, 0)
	return nil
}

// Add counts.
func (Page) Add(s *views.Socket, _ views.NoParams) error {
	Count.Update(s, func(n int) int { return n + 1 })
	return nil
}

// Site is a site with the page.
func Site(kit *handlers.Kit) http.Handler {
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/", handlers.View(kit, Page{}))
	r.Handle("/there", handlers.View(kit, views.Static("There", there())))
	return r
}
