// Package catalog is a page whose address changes without a load, for the tests of livetest.
package catalog

import (
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Query is what the address of a [Page] says.
type Query struct {
	ID     int    `path:"id"`
	Search string `query:"q" validate:"max=50"`
	Page   int    `query:"page" default:"1" validate:"min=1,max=1000"`
}

var (
	// Shown is what the page shows.
	Shown = state.NewKey[Query]("shown")
	// Orders counts the orders.
	Orders = state.NewKey[int]("orders")
	// Remounted reports whether the page was remounted.
	Remounted = state.NewKey[bool]("remounted")
)

// Page shows products.
type Page struct{}

// Mount begins without orders.
func (Page) Mount(s *views.Socket, _ Query) error {
	Orders.Set(s, 0)
	Remounted.Set(s, s.IsRemounted())
	return nil
}

// HandleParams shows what the address says.
func (Page) HandleParams(s *views.Socket, q Query) error {
	s.SetTitle(fmt.Sprintf("Products, page %d", q.Page))
	Shown.Set(s, q)
	if q.Page == 13 {
		return s.Patch(views.URL(s, q.page(14)), views.Replace)
	}
	if q.Page == 500 {
		return views.Error(http.StatusServiceUnavailable, "There is no such page.")
	}
	return nil
}

// Search patches the address.
func (Page) Search(s *views.Socket, text string) error {
	return s.Patch(views.URL(s, Query{ID: Shown.Get(s).ID, Search: text, Page: 1}), views.Replace)
}

// Order counts.
func (Page) Order(s *views.Socket, _ struct{}) error {
	Orders.Update(s, func(n int) int { return n + 1 })
	return nil
}

// Open patches the address to another path.
func (Page) Open(s *views.Socket, id int) error {
	return s.Patch(fmt.Sprintf("/products/%d", id))
}

// Remind patches the address by a message.
func (Page) Remind(s *views.Socket, page int) error {
	_, err := views.SendAfter(s, 50*time.Millisecond, Page.Turn, page)
	return err
}

// Turn shows another page.
func (Page) Turn(s *views.Socket, page int) error {
	return s.Patch(views.URL(s, Shown.Get(s).page(page)))
}

// Leave sends the browser to another page.
func (Page) Leave(s *views.Socket, _ struct{}) error { return s.Redirect("/help") }

func (q Query) page(n int) Query { q.Page = n; return q }

// Walk shows another page in the document.
func (Page) Walk(s *views.Socket, to string) error {
	s.Flash(views.FlashInfo, "Welcome.")
	return s.Navigate(to)
}

// Help is another page.
type Help struct{}

// Mount is part of a page.
func (Help) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Help")
	return nil
}

// Site is a site with the page.
func Site(kit *handlers.Kit) http.Handler {
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/products", handlers.View(kit, Page{}))
	r.Handle("/products/{id}", handlers.View(kit, Page{}))
	r.Handle("/old", http.RedirectHandler("/products/5", http.StatusSeeOther))
	r.Handle("/help", handlers.View(kit, Help{}))
	return r
}
