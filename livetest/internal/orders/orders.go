// Package orders is a page with a little of everything, for the tests of livetest.
package orders

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What the page knows.
var (
	Items  = state.NewKey[[]Item]("items")
	Found  = state.NewKey[string]("found")
	Urgent = state.NewKey[bool]("urgent")
	Keys   = state.NewKey[string]("keys")
	News   = state.NewKey[string]("news")
)

// Item is one thing that was ordered.
type Item struct {
	Name string
	Size string
	Gift bool
	Pay  string
}

// Key is what tells items apart.
func (i Item) Key() string { return i.Name }

// Form is what is ordered.
type Form struct {
	Name string `form:"name"`
	Size string `form:"size"`
	Gift bool   `form:"gift"`
	Pay  string `form:"pay"`
}

// Params are the page's.
type Params struct {
	Begin string `query:"begin"`
}

// Page is the page.
type Page struct{}

// Mount begins with the items that the address names.
func (Page) Mount(s *views.Socket, q Params) error {
	s.SetTitle("Orders")
	var items []Item
	for name := range strings.SplitSeq(q.Begin, ",") {
		if name != "" {
			items = append(items, Item{Name: name, Size: "S", Pay: "cash"})
		}
	}
	state.Assign(s, Items.To(items), Found.To(""), Urgent.To(false), Keys.To(""), News.To("none"))
	return nil
}

// Order adds an item.
func (Page) Order(s *views.Socket, f Form) error {
	if f.Name == "Nothing" {
		return views.Error(http.StatusConflict, "Nothing is sold out.")
	}
	Items.Update(s, func(l []Item) []Item { return append(slices.Clip(l), Item(f)) })
	s.SetTitle(fmt.Sprintf("%d orders", len(Items.Get(s))))
	return nil
}

// Cancel takes an item out.
func (Page) Cancel(s *views.Socket, name string) error {
	Items.Update(s, func(l []Item) []Item {
		return slices.DeleteFunc(slices.Clone(l), func(i Item) bool { return i.Name == name })
	})
	return nil
}

// Search looks for items.
func (Page) Search(s *views.Socket, text string) error {
	Found.Set(s, text)
	return nil
}

// Hurry says whether it is urgent.
func (Page) Hurry(s *views.Socket, urgent bool) error {
	Urgent.Set(s, urgent)
	return nil
}

// Pressed notes what has happened.
func (Page) Pressed(s *views.Socket, what string) error {
	Keys.Update(s, func(k string) string { return k + what })
	return nil
}

// Remind sends news in a minute.
func (Page) Remind(s *views.Socket, _ views.NoParams) error {
	_, err := views.SendAfter(s, time.Minute, Page.Arrive, "a reminder")
	return err
}

// Arrive takes news.
func (Page) Arrive(s *views.Socket, news string) error {
	News.Set(s, news)
	return nil
}

// Site is a site with the page, and one that is static.
func Site(kit *handlers.Kit) http.Handler {
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, Page{}))
	r.Handle("/help", handlers.View(kit, views.Static("Help", help())))
	r.Get("/old", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/help", http.StatusFound) })
	r.Post("/out", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/help", http.StatusSeeOther) })
	return r
}
