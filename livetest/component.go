package livetest

import (
	"cmp"
	"context"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Component opens a page that shows nothing but c, with these values: a part of the
// page v without the rest. What is bound in c, and messages, go to v's methods, which
// change the values; v's Mount, Connect and Close never run. A part that needs no page
// gets [Blank]:
//
//	page := livetest.Component(t, livetest.Blank{}, views.Component("likes", Likes{Label: "Likes"}))
func Component[Q any](t testing.TB, v views.View[Q], c templ.Component, values ...state.Assignment) *Page {
	t.Helper()
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	def := live.Face.Define(v, reflect.TypeFor[Q](), nil).Only(c, values...)
	r.Handle("/", live.Face.Route(kit, def).(handlers.Route))
	s := Serve(t, r)
	s.Skip(DeadLinks)
	return s.Open("/")
}

// Blank is a page without anything, for [Component].
type Blank struct{}

// Mount is part of views.View.
func (Blank) Mount(*views.Socket, views.NoParams) error { return nil }

// Render is part of views.View.
func (Blank) Render() templ.Component { return templ.NopComponent }

// ContextOf reads the keys as they are now for the component of the type C that is placed
// with the id: its own, and those of what is around it. It fails the test if there is none.
//
//	likes.Count.Get(livetest.ContextOf[likes.Likes](page, "likes"))
func ContextOf[C views.LiveComponent](p *Page, id string) context.Context {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), p.site.Patience)
	defer cancel()
	c := reflect.TypeFor[C]()
	reading, placed := p.view().ReadingOf(ctx, c, id)
	if reading == nil {
		p.t.Fatalf("livetest: %s: there is no %v %q\n\tthe components here: %s", p.place(), c, id, cmp.Or(strings.Join(placed, ", "), "none"))
	}
	return reading
}
