package ratelimit_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/ratelimit"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Report is made by a slow query.
var Report = state.NewAsync[string]("report")

// Reports is how many of them a user may have made.
var Reports = ratelimit.New(1, time.Minute, ratelimit.ByIdentity)

// ReportPage is a page. In a program its Render is a templ template.
type ReportPage struct{}

func (ReportPage) Mount(*views.Socket, views.NoParams) error { return nil }

// Make starts the query, unless the user has asked for one a moment ago.
func (ReportPage) Make(s *views.Socket, _ views.NoParams) error {
	if err := Reports.Take(s); err != nil {
		return err
	}
	Report.Start(s, func(context.Context) (string, error) { return "All is well.", nil })
	return nil
}

func (ReportPage) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "<button id=\"make\"")
		if err := templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, ReportPage.Make)); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, ">Make report</button><p id=\"report\">%s</p>", Report.Get(ctx).Value)
		return err
	})
}

// Expensive work has a limit of its own. A hook limits all events of the routes below it.
func Example() {
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Use(kit.Hooks(ratelimit.New(600, time.Minute, ratelimit.ByNetwork).Hook()))
	r.Handle("/", handlers.View(kit, ReportPage{}))

	fmt.Print(faketest.Run(func(t testing.TB) {
		page := livetest.Open(t, r, "/")
		page.Button("Make report").Click()
		page.Await()
		fmt.Println(page.Find("#report").Text())
		page.Button("Make report").Click()
		fmt.Println(page.Notice())
	}))
	// Output:
	// All is well.
	// That was too often. Please try again in 60 s.
}
