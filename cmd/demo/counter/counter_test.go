package counter_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/internal/probe"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
)

func visit(t *testing.T) *probe.Visitor {
	t.Helper()
	kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
	return probe.Visit(t, site.Routes(kit), kit)
}

func TestButtonsCount(t *testing.T) {
	page := visit(t).Open("/counter")
	if got := page.Find("h1#count").Text(); got != "Count: 0" {
		t.Errorf("the page begins with %q", got)
	}
	stream := page.Stream("")
	for _, step := range []struct{ button, want string }{
		{"Increment", "Count: 1"},
		{"Increment", "Count: 2"},
		{"Decrement", "Count: 1"},
		{"Reset", "Count: 0"},
		{"Decrement", "Count: -1"},
	} {
		if status, body := page.Click(step.button); status != http.StatusNoContent {
			t.Errorf("%s: %d %s", step.button, status, body)
		}
		want := `<hx-partial id="count" hx-swap="textContent">` + step.want + `</hx-partial>`
		if got := stream.Next(); got != want {
			t.Errorf("%s: got %s, want %s", step.button, got, want)
		}
	}
}

func TestCountsWithoutAStream(t *testing.T) {
	page := visit(t).Open("/counter")
	status, body := page.Click("Increment")
	want := `<hx-partial id="count" hx-swap="textContent">Count: 1</hx-partial>`
	if status != http.StatusOK || len(body) < len(want) || body[:len(want)] != want {
		t.Errorf("%d %s, want it to begin with %s", status, body, want)
	}
}

func TestStepIsHowFarAClickCounts(t *testing.T) {
	page := visit(t).Open("/counter")
	label := page.Find("label[for=step]").Text()
	if label != "Step" {
		t.Errorf("the field is labelled %q", label)
	}
	stream := page.Stream("")
	page.Change("step", "5")
	if got := stream.Next(); !containsAll(got, `id="step"`, `value="5"`) {
		t.Errorf("the field was not updated: %s", got)
	}
	page.Click("Increment")
	want := `<hx-partial id="count" hx-swap="textContent">Count: 5</hx-partial>`
	if got := stream.Next(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFieldShowsTheStepThatWasTaken(t *testing.T) {
	page := visit(t).Open("/counter")
	stream := page.Stream("")
	for _, c := range []struct{ typed, taken string }{{"5000", "1000"}, {"0", "1"}, {"-3", "1"}} {
		if status, body := page.Change("step", c.typed); status != http.StatusNoContent {
			t.Errorf("%s: %d %s", c.typed, status, body)
		}
		if got := stream.Next(); !containsAll(got, `id="step" hx-swap="outerHTML"`, `value="`+c.taken+`"`) {
			t.Errorf("%s typed: the field is not made to show %s: %s", c.typed, c.taken, got)
		}
	}
}

func TestTwoTabsAreTwoCounters(t *testing.T) {
	visitor := visit(t)
	one, two := visitor.Open("/counter"), visitor.Open("/counter")
	first, second := one.Stream(""), two.Stream("")
	one.Click("Increment")
	one.Click("Increment")
	two.Click("Decrement")
	first.Next()
	if got, want := first.Next(), `<hx-partial id="count" hx-swap="textContent">Count: 2</hx-partial>`; got != want {
		t.Errorf("the first tab got %s, want %s", got, want)
	}
	if got, want := second.Next(), `<hx-partial id="count" hx-swap="textContent">Count: -1</hx-partial>`; got != want {
		t.Errorf("the second tab got %s, want %s", got, want)
	}
}

func containsAll(s string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return false
		}
	}
	return true
}
