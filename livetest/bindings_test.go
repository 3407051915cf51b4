package livetest_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	keys "github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var heard = keys.NewKey[string]("heard")

// bound is a page with a button that has two bindings: on one element by mistake, or as it
// should be.
type bound struct{ mistaken bool }

func (bound) Mount(s *views.Socket, _ views.NoParams) error {
	heard.Set(s, "nothing")
	return nil
}

func (bound) Hear(s *views.Socket, what string) error {
	heard.Set(s, what)
	return nil
}

func (b bound) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		double := views.Trigger{On: "dblclick"}
		fmt.Fprint(w, `<p id="heard">`+heard.Get(ctx)+`</p><button id="b.1"`)
		if err := templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, bound.Hear, "click")); err != nil {
			return err
		}
		if b.mistaken {
			if err := templruntime.RenderAttributes(ctx, w, w, "button", views.On(ctx, double, bound.Hear, "double")); err != nil {
				return err
			}
		}
		fmt.Fprint(w, `>Go</button><input id="in" name="in" aria-label="In" value="`+heard.Get(ctx)+`">`)
		if b.mistaken {
			return nil
		}
		if err := views.AlsoOn("in", views.Trigger{On: "blur"}, bound.Hear).Render(ctx, w); err != nil {
			return err
		}
		return views.AlsoOn("b.1", double, bound.Hear, "double").Render(ctx, w)
	})
}

func boundSite(p bound, log io.Writer) *chi.Mux {
	kit := handlers.New(handlers.Config{Development: true, Logger: slog.New(slog.NewTextHandler(log, nil))})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/", handlers.View(kit, p))
	return r
}

// Case 95: an element listens to several events, each with a method of its own.
func TestAnElementListensToSeveralEvents(t *testing.T) {
	t.Parallel()
	page := livetest.Open(t, boundSite(bound{}, io.Discard), "/")
	page.Button("Go").Click()
	page.Expect("#heard", "click")
	page.Button("Go").Event("dblclick")
	page.Expect("#heard", "double")
	page.Field("In").Fill("typed")
	page.Find("#in").Event("blur")
	page.Expect("#heard", "typed")
}

// Case 96: two bindings on one element, of which browsers drop one.
func TestTwoBindingsOnOneElementAreReported(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	said := faketest.Run(func(t testing.TB) { livetest.Open(t, boundSite(bound{mistaken: true}, &log), "/") })
	if want := `element "b.1"`; !strings.Contains(said, want) || !strings.Contains(said, "page check TwoBindings") || !strings.Contains(said, "views.AlsoOn") {
		t.Errorf("no %s in %s", want, said)
	}
	if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "views.AlsoOn") || !strings.Contains(log.String(), "b.1") {
		t.Errorf("the log says %s", log.String())
	}
}
