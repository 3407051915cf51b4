package e2e_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

func openCounter(t *testing.T) *browser.Page {
	t.Helper()
	p := browser.Open(t, demo.at(t, "/counter"))
	live(t, p)
	return p
}

func TestClicksCount(t *testing.T) {
	t.Parallel()
	p := openCounter(t)
	p.WaitText("#count", "Count: 0")
	for i, step := range []struct{ button, want string }{
		{"Increment", "Count: 1"},
		{"Increment", "Count: 2"},
		{"Decrement", "Count: 1"},
		{"Decrement", "Count: 0"},
		{"Decrement", "Count: -1"},
		{"Reset", "Count: 0"},
		{"Increment", "Count: 1"},
	} {
		p.ClickText("button", step.button)
		p.WaitText("#count", step.want)
		if t.Failed() {
			t.Fatalf("at step %d", i)
		}
	}
	p.Fill("#step", "5")
	p.Press("Tab")
	p.ClickText("button", "Increment")
	p.WaitText("#count", "Count: 6")
}

func TestClicksCountBeforeTheStreamIsOpen(t *testing.T) {
	t.Parallel()
	net := demo.through(t)
	p := browser.Open(t, "")
	p.AllowErrors(lost...)
	allow := net.Refuse(streamOf("/counter"))
	p.Goto(net.URL() + "/counter")
	stay(p)
	for i := range 3 {
		p.ClickText("button", "Increment")
		p.WaitText("#count", "Count: "+strconv.Itoa(i+1))
	}
	allow()
	p.ClickText("button", "Increment")
	p.WaitText("#count", "Count: 4")
	live(t, p)
	p.ClickText("button", "Increment")
	p.WaitText("#count", "Count: 5")
	stayed(t, p)
}

func TestTwentyFastClicksAllCountInOrder(t *testing.T) {
	t.Parallel()
	p := openCounter(t)
	watchText(p, "#count")
	p.Eval(`(() => { for (let i = 0; i < 20; i++) document.querySelector("button").click() })()`, nil)
	p.WaitText("#count", "Count: 20")
	var want []string
	for i := range 20 {
		want = append(want, "Count: "+strconv.Itoa(i+1))
	}
	if got := watched(p); !slices.Equal(got, want) {
		t.Errorf("the page showed %q", got)
	}
	// As fast as a hand is, with a mouse.
	for range 20 {
		p.ClickText("button", "Increment")
	}
	p.WaitText("#count", "Count: 40")
}

func TestTwoTabsAreTwoCounters(t *testing.T) {
	t.Parallel()
	p := openCounter(t)
	p.ClickText("button", "Increment")
	p.WaitText("#count", "Count: 1")
	other := p.NewTab(demo.at(t, "/counter"))
	other.WaitText("#count", "Count: 0")
	other.ClickText("button", "Decrement")
	other.WaitText("#count", "Count: -1")
	p.Front()
	p.WaitText("#count", "Count: 1")
	p.ClickText("button", "Increment")
	p.WaitText("#count", "Count: 2")
	other.Front()
	other.WaitText("#count", "Count: -1")
	other.ClickText("button", "Decrement")
	other.WaitText("#count", "Count: -2")
}

func TestTwoVisitorsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	ann, bob := openCounter(t), openCounter(t)
	for i := range 5 {
		ann.ClickText("button", "Increment")
		bob.ClickText("button", "Decrement")
		ann.WaitText("#count", "Count: "+strconv.Itoa(i+1))
		bob.WaitText("#count", "Count: "+strconv.Itoa(-i-1))
	}
	ann.Close()
	bob.ClickText("button", "Reset")
	bob.WaitText("#count", "Count: 0")
}

func TestReloadBeginsAnew(t *testing.T) {
	t.Parallel()
	p := openCounter(t)
	for range 2 {
		p.ClickText("button", "Increment")
		p.WaitText("#count", "Count: 1")
		p.Reload()
		p.WaitText("#count", "Count: 0")
		live(t, p)
	}
	p.ClickText("button", "Decrement")
	p.WaitText("#count", "Count: -1")
}

func TestAnEmptyStepIsRefusedWithANotice(t *testing.T) {
	t.Parallel()
	p := openCounter(t)
	p.AllowErrors("answered 400")
	p.Fill("#step", "3")
	p.Press("Tab")
	p.ClickText("button", "Increment")
	p.WaitText("#count", "Count: 3")

	p.Fill("#step", "")
	p.Press("Tab")
	p.WaitText("#sb-notice", "That value could not be read.")
	p.WaitFor(`document.getElementById("step").value === "3"`)
	p.WaitText("#count", "Count: 3")

	p.ClickText("button", "Increment")
	p.WaitText("#count", "Count: 6")
	p.WaitText("#sb-notice", "")
}

func TestTheStepIsTheNearestThatIsAllowed(t *testing.T) {
	t.Parallel()
	p := openCounter(t)
	for _, c := range []struct{ entered, shown string }{{"5000", "1000"}, {"5000", "1000"}, {"-3", "1"}, {"0", "1"}, {"7", "7"}} {
		p.Fill("#step", c.entered)
		p.Press("Enter")
		p.WaitFor(`document.getElementById("step").value === "` + c.shown + `"`)
	}
	p.ClickText("button", "Increment")
	p.WaitText("#count", "Count: 7")
}
