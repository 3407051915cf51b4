package livetest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// holding is a page whose callback waits until the test lets it go on.
type holding struct{ goOn chan struct{} }

func (h holding) Hold(*views.Socket, views.NoParams) error { <-h.goOn; return nil }

func (holding) Mount(*views.Socket, views.NoParams) error { return nil }

func (holding) Render() templ.Component { return templ.Raw("<p>here</p>") }

// A view that works on is not taken for one that has ended.
func TestAPageThatWaitsForItsViewSaysSo(t *testing.T) {
	t.Parallel()
	h := holding{make(chan struct{})}
	said := faketest.Run(func(t testing.TB) {
		kit := handlers.New(handlers.Config{Timeouts: handlers.Timeouts{Event: time.Minute}})
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Handle("/", handlers.View(kit, h))
		page := livetest.Open(t, r, "/")
		t.Cleanup(func() { close(h.goOn) })
		view := page.View()
		page.Site().Patience = 50 * time.Millisecond
		if err := views.Send(view, holding.Hold, views.NoParams{}); err != nil {
			t.Fatal(err)
		}
		page.Settle()
	})
	if !strings.Contains(said, "not settled within 50ms: its view has work, or waits for its turn") {
		t.Errorf("said %s", said)
	}
}
