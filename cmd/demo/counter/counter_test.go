package counter_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/counter"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

func serve(t *testing.T) *livetest.Site {
	t.Helper()
	return livetest.Serve(t, site.Routes(handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)})), nil))
}

func TestButtonsCount(t *testing.T) {
	page := serve(t).Open("/counter")
	page.Expect("h1", "Count: 0")
	for _, step := range []struct{ button, want string }{
		{"Increment", "Count: 1"},
		{"Increment", "Count: 2"},
		{"Decrement", "Count: 1"},
		{"Reset", "Count: 0"},
		{"Decrement", "Count: -1"},
	} {
		page.Button(step.button).Click()
		page.Expect("h1", step.want)
	}
	if n := counter.Count.Get(page.Context()); n != -1 {
		t.Errorf("the view counts %d", n)
	}
}

func TestAClickSendsTheCountAlone(t *testing.T) {
	page := serve(t).Open("/counter")
	page.TakeMessages()
	page.Button("Increment").Click()
	got := page.TakeMessages()
	want := `<hx-partial id="count" hx-swap="textContent">Count: 1</hx-partial>`
	if len(got) != 1 || got[0].HTML != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestCountsWithoutAStream(t *testing.T) {
	page := serve(t).Open("/counter")
	page.CutConnection()
	page.Button("Increment").Click()
	page.Expect("#count", "Count: 1")
	page.Restore()
	page.Button("Increment").Click()
	page.Expect("#count", "Count: 2")
}

func TestStepIsHowFarAClickCounts(t *testing.T) {
	page := serve(t).Open("/counter")
	page.Field("Step").Fill("5")
	page.Button("Increment").Click()
	page.Expect("#count", "Count: 5")
	page.Field("Step").ExpectValue("5")
}

func TestFieldShowsTheStepThatWasTaken(t *testing.T) {
	step := serve(t).Open("/counter").Field("Step")
	for _, c := range []struct{ typed, taken string }{{"5000", "1000"}, {"0", "1"}, {"-3", "1"}} {
		step.Fill(c.typed)
		step.ExpectValue(c.taken)
	}
}

func TestEachTabIsACounterOfItsOwn(t *testing.T) {
	one := serve(t).Open("/counter")
	two := one.NewTab("/counter")
	one.Button("Increment").Click()
	one.Button("Increment").Click()
	two.Button("Decrement").Click()
	one.Expect("#count", "Count: 2")
	two.Expect("#count", "Count: -1")
}

func TestACountIsAsOldAsItsPage(t *testing.T) {
	page := serve(t).Open("/counter")
	page.Button("Increment").Click()
	page.Reload()
	page.Expect("#count", "Count: 0")
	if got := page.Title(); !strings.HasPrefix(got, "Counter") {
		t.Errorf("the title is %q", got)
	}
}
