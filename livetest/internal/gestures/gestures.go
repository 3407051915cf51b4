// Package gestures is a page that notes what forms, labels and buttons send, for the tests
// of livetest.
package gestures

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Noted is what has come, the newest last.
var Noted = state.NewKey[[]string]("noted")

// Page is the page.
type Page struct{}

// Form is what the form with two buttons sends.
type Form struct {
	Text string `form:"text"`
	By   string `form:"by"`
}

// Mount begins with nothing noted.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Gestures")
	Noted.Set(s, nil)
	return nil
}

// Note notes something, and keeps the last few.
func (Page) Note(s *views.Socket, what string) error {
	Noted.Update(s, func(l []string) []string { return append(l[max(0, len(l)-7):len(l):len(l)], what) })
	return nil
}

// Send notes the text and the button that has sent it.
func (p Page) Send(s *views.Socket, f Form) error { return p.Note(s, f.Text+" by "+f.By) }

// Site is a site with the page.
func Site(kit *handlers.Kit) http.Handler {
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, Page{}))
	return r
}
