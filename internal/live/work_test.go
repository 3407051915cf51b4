package live_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var weather = state.NewAsync[string]("weather")

// trip is a page whose background tasks a test runs by hand.
type trip struct {
	forecast func(ctx context.Context, place string) (string, error)
}

func (t trip) Mount(s *views.Socket, _ views.NoParams) error { return t.Look(s, "Lisbon") }

func (t trip) Look(s *views.Socket, place string) error {
	weather.Start(s, func(ctx context.Context) (string, error) { return t.forecast(ctx, place) })
	return nil
}

func (t trip) Warn(s *views.Socket, place string) error {
	views.Start(s, func(ctx context.Context) (string, error) { return t.forecast(ctx, place) }, trip.warned)
	return nil
}

func (trip) warned(s *views.Socket, r state.Result[string]) error {
	s.SetTitle("Mind: " + r.Value)
	return r.Err
}

func (trip) Render() templ.Component {
	return templ.Join(templ.Raw(`<p id="weather">`), views.Await(weather, templ.Raw("One moment."), sorry, fine), templ.Raw(`</p>`))
}

func fine(text string) templ.Component { return templ.Raw("It will be " + text + ".") }

func sorry(error) templ.Component { return templ.Raw("No forecast.") }

func openTrip(t *testing.T, forecast func(context.Context, string) (string, error)) *viewtest.View {
	t.Helper()
	v, _ := viewtest.NewReporting(t, viewtest.Define(trip{forecast}))
	return v
}

// work runs the background tasks of a view and what they have sent.
func work(v *viewtest.View) {
	for {
		tasks := v.Tasks
		v.Tasks = nil
		for _, f := range tasks {
			f()
		}
		c, ok := v.Next()
		switch {
		case ok:
			v.Succeed(c)
		case len(tasks) == 0:
			return
		}
	}
}

func event(t *testing.T, v *viewtest.View, name, value string) {
	t.Helper()
	if err := v.Post(name, "", value); err != nil {
		t.Fatal(err)
	}
}

// A result is shown when it is there; until then the last good one is.
func TestResultsOfBackgroundTasks(t *testing.T) {
	v := openTrip(t, func(_ context.Context, place string) (string, error) {
		if place == "Atlantis" {
			return "", errors.New("unknown place")
		}
		return "sunny in " + place, nil
	})
	shows := func(want string) {
		t.Helper()
		if got := v.Page(); got != `<p id="weather">`+want+`</p>` {
			t.Errorf("shows %s and not %s", got, want)
		}
	}
	shows("One moment.")
	work(v)
	shows("It will be sunny in Lisbon.")
	event(t, v, "Look", "Porto")
	shows("It will be sunny in Lisbon.")
	work(v)
	shows("It will be sunny in Porto.")
	event(t, v, "Look", "Atlantis")
	work(v)
	shows("No forecast.")
}

// What a task that was started with Start returns comes as a message.
func TestResultsThatAreMessages(t *testing.T) {
	v := openTrip(t, func(_ context.Context, place string) (string, error) { return "a storm in " + place, nil })
	event(t, v, "Warn", "Porto")
	work(v)
	if got := v.Tree.Title(); got != "Mind: a storm in Porto" {
		t.Error(got)
	}
}

// However much a function reports, one message is on its way, and what makes no
// difference to see makes none.
func TestProgressIsOneMessage(t *testing.T) {
	var v *viewtest.View
	var at []float64
	v = openTrip(t, func(ctx context.Context, _ string) (string, error) {
		for i := range 1000 {
			state.Progress(ctx, float64(i)/10_000)
		}
		if n := v.Waiting(); n != 1 {
			t.Errorf("%d messages are on their way", n)
		}
		for _, done := range []float64{0, 0.09, 0.4, 0.4004, 0.41, 1, 1} {
			for c, ok := v.Next(); ok; c, ok = v.Next() {
				v.Succeed(c)
				v.Set(func(s *views.Socket) { at = append(at, weather.Get(s).Progress) })
			}
			state.Progress(ctx, done)
		}
		return "fine", nil
	})
	work(v)
	if got := fmt.Sprint(at); got != "[0.0999 0 0.09 0.4 0.41 1]" {
		t.Errorf("shown: %s", got)
	}
}

func TestWhatAwaitShows(t *testing.T) {
	v := openTrip(t, nil)
	v.Tasks = nil
	for _, test := range []struct {
		what, want string
		make       func(s *views.Socket)
	}{
		{"loading", "One moment.", func(*views.Socket) {}},
		{"cancelled without a value", "No forecast.", func(s *views.Socket) { weather.Cancel(s) }},
		{"with a value", "It will be grey.", func(s *views.Socket) { weather.Set(s, "grey") }},
		{"cancelled with a value", "It will be grey.", func(s *views.Socket) {
			weather.Start(s, func(context.Context) (string, error) { return "", nil })
			weather.Cancel(s)
		}},
	} {
		v.Set(test.make)
		if got := v.Page(); got != `<p id="weather">`+test.want+`</p>` {
			t.Errorf("%s: %s", test.what, got)
		}
	}
	if len(v.Tasks) > 0 {
		t.Error("something was started")
	}

	never, none := state.NewAsync[string]("never"), state.NewAsync[string]("none")
	page := templ.Join(
		views.Await(never, templ.Raw("loading"), sorry, fine),
		views.Await(weather, nil, nil, nil), views.Await(none, nil, nil, nil),
	)
	in := viewtest.New(t, viewtest.Define(showing{page}))
	in.Set(func(s *views.Socket) {
		weather.Set(s, "grey")
		none.Start(s, func(context.Context) (string, error) { return "", nil })
	})
	if html, _, err := in.Tree.Page(); err != nil || len(html) > 0 {
		t.Errorf("shows %s, %v", html, err)
	}
}

// The method that takes the result is one of the page or component.
func TestStartOfAMethodOfSomethingElse(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(showing{templ.NopComponent}))
	err := in.Run(context.Background(), viewtest.Callback("test", func(s *views.Socket) error {
		views.Start(s, func(context.Context) (string, error) { return "", nil }, trip.warned)
		return nil
	}))
	if p, ok := errors.AsType[*fault.Panic](err); !ok || p.Value != "views: no enclosing component takes messages of live_test.trip, as live_test.trip.warned is" {
		t.Error(err)
	}
}

// showing is a page that shows a template.
type showing struct{ content templ.Component }

func (showing) Mount(*views.Socket, views.NoParams) error { return nil }

func (p showing) Render() templ.Component { return p.content }
