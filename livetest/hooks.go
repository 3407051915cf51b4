package livetest

import (
	"log/slog"
	"net/http"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/views"
)

// Hooks opens the page v at "/" with these hooks around it, below the middleware that they read from, or nil. A hook that
// needs no page gets [Blank]. All other addresses are pages that show flash messages and nothing else, so that a redirect
// ends there:
//
//	page := livetest.Hooks(t, livetest.Blank{}, nil, Require)
//	if page.Path() != "/login" {
//		t.Error("a stranger came in")
//	}
//
// Keys that hooks have set are read with [Page.Context].
func Hooks[Q any](t testing.TB, v views.View[Q], middleware func(http.Handler) http.Handler, hooks ...views.Hook) *Page {
	t.Helper()
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	if middleware != nil {
		r.Use(middleware)
	}
	r.Handle("/", handlers.View(kit, v, hooks...))
	r.Handle("/*", handlers.View(kit, lobby{}))
	s := Serve(t, r)
	s.Skip(DeadLinks)
	return s.Open("/")
}

// lobby is any page but the one that hooks are around.
type lobby struct{ Blank }

// Render is part of views.View.
func (lobby) Render() templ.Component { return views.Flash() }
