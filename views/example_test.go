package views_test

import (
	"context"
	"errors"
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
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// example runs what stands in a test otherwise, and prints what it fails with.
func example(f func(t testing.TB)) { fmt.Print(faketest.Run(f)) }

// open opens a page, as the only one of a site.
func open[Q any](t testing.TB, page views.View[Q]) *livetest.Page {
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, page))
	return livetest.Open(t, r, "/")
}

// show prints what the view has sent to its page since.
func show(page *livetest.Page) {
	for _, m := range page.TakeMessages() {
		fmt.Println(m.HTML)
	}
}

var Likes = state.NewKey[int]("likes")

// Post is a page. In a program its Render is written as a templ template:
//
//	templ (Post) Render() {
//		<p id="likes">{ Likes.Get(ctx) }</p>
//		<button { views.OnClick(ctx, Post.Like, 1)... }>Like</button>
//	}
type Post struct{}

func (Post) Mount(s *views.Socket, _ views.NoParams) error { Likes.Set(s, 41); return nil }

func (Post) Like(s *views.Socket, n int) error {
	Likes.Update(s, func(have int) int { return have + n })
	return nil
}

func (Post) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := fmt.Fprintf(w, `<p id="likes">%d</p><button`, Likes.Get(ctx)); err != nil {
			return err
		}
		if err := templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, Post.Like, 1)); err != nil {
			return err
		}
		_, err := io.WriteString(w, `>Like</button>`)
		return err
	})
}

// A click runs the method that is bound; what it changes is sent to the page.
func Example() {
	example(func(t testing.TB) { // func TestLikes(t *testing.T) {
		page := open(t, Post{})
		fmt.Println(page.Find("#likes").Text())
		page.TakeMessages()
		page.Button("Like").Click()
		show(page)
		fmt.Println(page.Find("#likes").Text())
	})
	// Output:
	// 41
	// <hx-partial id="likes" hx-swap="textContent">42</hx-partial>
	// 42
}

var Found = state.NewKey[string]("found")

// Search is a page.
//
//	templ (Search) Render() {
//		<input name="text" aria-label="Text" { views.On(ctx, views.Trigger{On: "input", Debounce: 100 * time.Millisecond}, Search.Find)... }>
//		<p id="found">{ Found.Get(ctx) }</p>
//	}
type Search struct{}

func (Search) Mount(s *views.Socket, _ views.NoParams) error { Found.Set(s, "nothing"); return nil }

func (Search) Find(s *views.Socket, text string) error { Found.Set(s, "all about "+text); return nil }

func (Search) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, `<input id="text" name="text" aria-label="Text"`)
		trigger := views.Trigger{On: "input", Debounce: 100 * time.Millisecond}
		if err := templruntime.RenderAttributes(ctx, w, w, "input", views.On(ctx, trigger, Search.Find)); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, `><p id="found">%s</p>`, templ.EscapeString(Found.Get(ctx)))
		return err
	})
}

// Attributes for events other than clicks: here a search while one types.
func ExampleOn() {
	example(func(t testing.TB) {
		page := open(t, Search{})
		page.Field("Text").Fill("bridges")
		page.Wait("#found", "all about bridges")
		fmt.Println(page.Find("#found").Text())
	})
	// Output: all about bridges
}

var Weather = state.NewAsync[string]("weather")

// Trip is a page.
//
//	templ (Trip) Render() {
//		<p id="weather">
//			@views.Await(Weather, templ.Raw("One moment."), sorry, forecast)
//		</p>
//	}
type Trip struct {
	Forecast func(ctx context.Context, place string) (string, error)
}

func (t Trip) Mount(s *views.Socket, _ views.NoParams) error { return t.look(s, "Lisbon") }

// look starts a background task whose result is kept under a key.
func (t Trip) look(s *views.Socket, place string) error {
	Weather.Start(s, func(ctx context.Context) (string, error) { return t.Forecast(ctx, place) })
	return nil
}

// warn starts a background task that ends with a message.
func (t Trip) warn(s *views.Socket, place string) error {
	views.Start(s, func(ctx context.Context) (string, error) { return t.Forecast(ctx, place) }, Trip.warned)
	return nil
}

func (Trip) warned(s *views.Socket, r state.Result[string]) error {
	s.SetTitle("Mind: " + r.Value)
	return r.Err
}

func (Trip) Render() templ.Component {
	return templ.Join(templ.Raw(`<p id="weather">`), views.Await(Weather, templ.Raw("One moment."), sorry, forecast), templ.Raw(`</p>`))
}

func forecast(text string) templ.Component { return templ.Raw("It will be " + text + ".") }

func sorry(error) templ.Component { return templ.Raw("No forecast.") }

// The page is there at once; what takes longer comes to it.
func ExampleAwait() {
	answer := make(chan string)
	trip := Trip{func(_ context.Context, place string) (string, error) {
		if text := <-answer; text != "" {
			return text + " in " + place, nil
		}
		return "", errors.New("unknown place")
	}}
	example(func(t testing.TB) {
		page := open(t, trip)
		shows := func() { fmt.Println(page.Find("#weather").Text()) }
		shows()
		answer <- "sunny"
		page.Await()
		shows()
		_ = views.Send(page.View(), Trip.look, "Porto")
		page.Settle()
		shows() // the last good result, until there is another
		answer <- "grey"
		page.Await()
		shows()
		_ = views.Send(page.View(), Trip.look, "Atlantis")
		answer <- ""
		page.Await()
		shows()
	})
	// Output:
	// One moment.
	// It will be sunny in Lisbon.
	// It will be sunny in Lisbon.
	// It will be grey in Porto.
	// No forecast.
}

// A background task whose result is no state of the page ends with a message.
func ExampleStart() {
	trip := Trip{func(_ context.Context, place string) (string, error) { return "a storm in " + place, nil }}
	example(func(t testing.TB) {
		page := open(t, trip)
		_ = views.Send(page.View(), Trip.warn, "Porto")
		page.Await()
		fmt.Println(page.Title())
	})
	// Output: Mind: a storm in Porto
}
