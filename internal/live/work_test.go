package live_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// byHand is a runner whose functions a test runs by hand.
type byHand struct {
	quiet
	begun []func(context.Context)
}

func (b *byHand) Go(_ string, f func(context.Context)) error {
	b.begun = append(b.begun, f)
	return nil
}

// work runs the functions and what they have sent.
func (b *byHand) work() error {
	for len(b.begun)+len(b.posted) > 0 {
		begun, posted := b.begun, b.posted
		b.begun, b.posted = nil, nil
		for _, f := range begun {
			f(context.Background())
		}
		for _, m := range posted {
			if err := b.in.Run(context.Background(), m); err != nil {
				return err
			}
		}
	}
	return nil
}

var Weather = state.NewAsync[string]("weather")

// Trip is a page. In a program its Render is written as a templ template:
//
//	templ (Trip) Render() {
//		<p id="weather">
//			@views.Await(Weather, templ.Raw("One moment."), sorry, forecast)
//		</p>
//	}
type Trip struct {
	Forecast func(ctx context.Context, place string) (string, error)
}

func (t Trip) Mount(s *views.Socket, _ views.NoParams) error { return t.Look(s, "Lisbon") }

// Look starts work whose result is kept under a key.
func (t Trip) Look(s *views.Socket, place string) error {
	Weather.Start(s, func(ctx context.Context) (string, error) { return t.Forecast(ctx, place) })
	return nil
}

// Warn starts work that ends with a message.
func (t Trip) Warn(s *views.Socket, place string) error {
	views.Start(s, func(ctx context.Context) (string, error) { return t.Forecast(ctx, place) }, Trip.warned)
	return nil
}

func (Trip) warned(s *views.Socket, r state.Result[string]) error {
	s.SetTitle("Mind: " + r.Value)
	return r.Err
}

func (Trip) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, `<p id="weather">`)
		err := views.Await(Weather, templ.Raw("One moment."), sorry, forecast).Render(ctx, w)
		_, _ = io.WriteString(w, `</p>`)
		return err
	})
}

func forecast(text string) templ.Component { return templ.Raw("It will be " + text + ".") }

func sorry(err error) templ.Component { return templ.Raw("No forecast.") }

func openTrip(forecast func(context.Context, string) (string, error)) *byHand {
	b := &byHand{}
	b.in = viewtest.Define(Trip{forecast}).NewInstance(b, &views.Host{Report: func(error) {}})
	if err := b.in.Run(context.Background(), b.in.Mounting(params.Input{})); err != nil {
		panic(err)
	}
	return b
}

func (b *byHand) page() string {
	html, _, err := b.in.Tree.Page()
	if err != nil {
		panic(err)
	}
	return string(html)
}

func (b *byHand) event(name, value string) {
	m, err := b.in.Event(name, "", params.Input{Query: map[string][]string{"value": {value}}})
	if err == nil {
		err = b.in.Run(context.Background(), m)
	}
	if err != nil {
		panic(err)
	}
}

// The page is there at once; what takes longer comes to it.
func ExampleAwait() {
	b := openTrip(func(_ context.Context, place string) (string, error) {
		if place == "Atlantis" {
			return "", errors.New("unknown place")
		}
		return "sunny in " + place, nil
	})
	show := func() { fmt.Println(b.page()) }
	show()
	_ = b.work() // package handlers runs it beside the view
	show()
	b.event("Look", "Porto")
	show() // the last good result, until there is another
	_ = b.work()
	show()
	b.event("Look", "Atlantis")
	_ = b.work()
	show()
	// Output:
	// <p id="weather">One moment.</p>
	// <p id="weather">It will be sunny in Lisbon.</p>
	// <p id="weather">It will be sunny in Lisbon.</p>
	// <p id="weather">It will be sunny in Porto.</p>
	// <p id="weather">No forecast.</p>
}

// Work whose result is no state of the page ends with a message.
func ExampleStart() {
	b := openTrip(func(_ context.Context, place string) (string, error) { return "a storm in " + place, nil })
	b.event("Warn", "Porto")
	_ = b.work()
	fmt.Println(b.in.Tree.Title())
	// Output: Mind: a storm in Porto
}

// However much a function reports, one message is on its way, and what makes no
// difference to see makes none.
func TestProgressIsOneMessage(t *testing.T) {
	var b *byHand
	var at []float64
	b = openTrip(func(ctx context.Context, _ string) (string, error) {
		for i := range 1000 {
			state.Progress(ctx, float64(i)/10_000)
		}
		if n := len(b.posted); n != 1 {
			t.Errorf("%d messages are on their way", n)
		}
		for _, done := range []float64{0, 0.09, 0.4, 0.4004, 0.41, 1, 1} {
			for _, m := range b.posted {
				do(t, b.in, m)
				tell(t, b.in, func(s *views.Socket) { at = append(at, Weather.Get(s).Progress) })
			}
			b.posted = nil
			state.Progress(ctx, done)
		}
		return "fine", nil
	})
	if err := b.work(); err != nil {
		t.Error(err)
	}
	if got := fmt.Sprint(at); got != "[0.0999 0 0.09 0.4 0.41 1]" {
		t.Errorf("shown: %s", got)
	}
}

func tell(t *testing.T, in *viewtest.View, f func(s *views.Socket)) {
	t.Helper()
	in.Succeed(viewtest.Callback("test", func(s *views.Socket) error { f(s); return nil }))
}

func TestWhatAwaitShows(t *testing.T) {
	b := openTrip(nil)
	b.begun = nil
	for _, test := range []struct {
		what, want string
		make       func(s *views.Socket)
	}{
		{"loading", "One moment.", func(*views.Socket) {}},
		{"cancelled without a value", "No forecast.", func(s *views.Socket) { Weather.Cancel(s) }},
		{"with a value", "It will be grey.", func(s *views.Socket) { Weather.Set(s, "grey") }},
		{"cancelled with a value", "It will be grey.", func(s *views.Socket) {
			Weather.Start(s, func(context.Context) (string, error) { return "", nil })
			Weather.Cancel(s)
		}},
	} {
		tell(t, b.in, test.make)
		if got := b.page(); got != `<p id="weather">`+test.want+`</p>` {
			t.Errorf("%s: %s", test.what, got)
		}
	}
	if len(b.begun) > 0 {
		t.Error("something was started")
	}

	never, none := state.NewAsync[string]("never"), state.NewAsync[string]("none")
	page := templ.Join(
		views.Await(never, templ.Raw("loading"), sorry, forecast),
		views.Await(Weather, nil, nil, nil), views.Await(none, nil, nil, nil),
	)
	in := viewtest.New(t, viewtest.Define(search{page}))
	tell(t, in, func(s *views.Socket) {
		Weather.Set(s, "grey")
		none.Start(s, func(context.Context) (string, error) { return "", nil })
	})
	if html, _, err := in.Tree.Page(); err != nil || len(html) > 0 {
		t.Errorf("shows %s, %v", html, err)
	}
}

// The method that takes the result is one of the page or component.
func TestStartOfAMethodOfSomethingElse(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(search{templ.NopComponent}))
	err := in.Run(context.Background(), viewtest.Callback("test", func(s *views.Socket) error {
		views.Start(s, func(context.Context) (string, error) { return "", nil }, Trip.warned)
		return nil
	}))
	if p, ok := errors.AsType[*fault.Panic](err); !ok || p.Value != "views: nothing around takes messages of live_test.Trip, as live_test.Trip.warned is" {
		t.Error(err)
	}
}
