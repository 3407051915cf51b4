package livetest

import (
	"log/slog"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Component opens a page that shows nothing but c, with these assigns: a part of the
// page v without the rest. The events that are bound in c are those of v, and change
// the assigns; v's Mount, Connect and Close never run, and messages to it are not taken. For a part
// without events, v may be any page.
func Component[Q any](t testing.TB, v views.View[Q], c templ.Component, assigns ...state.Assignment) *Page {
	t.Helper()
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/", handlers.Alone(kit, views.Define(v).Alone(c, assigns...)))
	s := Serve(t, r)
	s.Skip(DeadLinks)
	return s.Open("/")
}
