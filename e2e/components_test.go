package e2e_test

import (
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

func openComponents(t *testing.T) *browser.Page {
	t.Helper()
	p := browser.Open(t, demo.at(t, "/components"))
	live(t, p)
	return p
}

func TestComponentsCountByThemselves(t *testing.T) {
	t.Parallel()
	p := openComponents(t)
	mark(p, "main *")
	for range 3 {
		p.Click("#counter-a button")
	}
	p.WaitText("#counter-a .value", "3")
	p.Click("#counter-b button")
	p.WaitText("#counter-b .value", "1")
	p.WaitText("#counter-a .value", "3")
	if all, same := p.Count("main *"), marked(p, "main *"); same != all {
		t.Errorf("%d of %d elements are the same", same, all)
	}
	var groups []string
	p.Eval(`[...document.querySelectorAll("#counters-title ~ .row fieldset")].map(e => e.querySelector("legend").textContent)`, &groups)
	if got := strings.Join(groups, ", "); got != "Counter A, Counter B" {
		t.Errorf("the groups are called %s", got)
	}
}

func TestASelectorChangesWhatIsBesideIt(t *testing.T) {
	t.Parallel()
	p := openComponents(t)
	shade := func() (colour string) {
		p.Eval(`getComputedStyle(document.getElementById("display")).backgroundColor`, &colour)
		return colour
	}
	seen := map[string]bool{}
	for _, colour := range []string{"Blue", "Red", "Yellow", "Green"} {
		p.Click("#colour-" + strings.ToLower(colour))
		p.WaitText("#display", colour)
		if c := shade(); seen[c] {
			t.Errorf("%s looks as another colour: %s", colour, c)
		} else {
			seen[c] = true
		}
		if got := p.Count("#colour :checked"); got != 1 {
			t.Errorf("%d are checked", got)
		}
	}
	// With the keyboard: the focus stays in the group.
	p.Press("ArrowDown")
	p.WaitText("#display", "Blue")
	p.Press("ArrowDown")
	p.WaitText("#display", "Red")
	p.WaitFor(`document.activeElement.id === "colour-red" && document.activeElement.checked`)
}

func TestANoticeComesFromOutside(t *testing.T) {
	t.Parallel()
	p := openComponents(t)
	for range 2 {
		p.ClickText("button", "Save settings")
		p.WaitText("#notice p", "Settings saved")
		p.ClickText("button", "Dismiss")
		p.WaitText("#notice", "")
	}
}

func TestSlotsBelongToThePage(t *testing.T) {
	t.Parallel()
	p := openComponents(t)
	mark(p, "#basket, #goods, #goods button")
	p.ClickText("button", "Put Tea into the basket")
	p.ClickText("button", "Put Tea into the basket")
	p.WaitText("#total", "2 in all, 9.00 to pay.")
	p.ClickText("button", "Price")
	p.WaitText("#goods tbody tr:first-child td", "Sugar")
	p.ClickText("button", "Put Sugar into the basket")
	p.WaitText("#total", "3 in all, 10.20 to pay.")
	p.WaitText("#goods tbody tr:first-child .value", "1")
	p.ClickText("button", "Fold")
	p.WaitCount("#total", 0)
	p.ClickText("button", "Empty the basket")
	p.ClickText("button", "Unfold")
	p.WaitText("#total", "Nothing yet.")
	p.WaitText("#goods tbody tr:first-child .value", "0")
	p.WaitText("#goods tbody tr:first-child td", "Sugar")
	if n := marked(p, "#basket, #goods"); n != 2 {
		t.Error("the card or the table is another element")
	}
}

func TestAWidgetMovesAsItIs(t *testing.T) {
	t.Parallel()
	p := openComponents(t)
	p.ClickText("button", "Add a counter")
	p.WaitCount("#widgets>li", 3)
	p.Click("#widget-3 button")
	p.WaitText("#widget-3 .value", "1")
	p.Fill("#widget-2-text", "Milk")
	p.WaitText("#widget-2-letters", "4 letters")
	mark(p, "#widgets>li, #widgets fieldset, #widgets textarea")
	order := func(want string) {
		t.Helper()
		p.WaitFor(`[...document.querySelectorAll("#widgets legend")].map(e => e.textContent).join() === ` + quote(want))
	}
	p.ClickText("button", "Move Counter 3 back")
	order("Clock 1,Counter 3,Note 2")
	p.WaitFor(`document.activeElement.getAttribute("aria-label") === "Move Counter 3 back"`)
	p.Press("Enter")
	order("Counter 3,Clock 1,Note 2")
	p.Press("Enter") // it has nowhere to go
	p.ClickText("button", "Move Note 2 back")
	order("Counter 3,Note 2,Clock 1")
	p.WaitText("#widget-3 .value", "1")
	if got := p.Value("#widget-2-text"); got != "Milk" {
		t.Errorf("the note holds %q", got)
	}
	var same int
	p.Eval(`[...document.querySelectorAll("#widgets>li, #widgets fieldset, #widgets textarea")].filter(e => e.known === e.id).length`, &same)
	if same != 7 {
		t.Errorf("%d of 7 elements are the same", same)
	}
	p.ClickText("button", "Remove Note 2")
	order("Counter 3,Clock 1")
	p.ClickText("button", "Add a note")
	order("Counter 3,Clock 1,Note 4")
	if got := p.Value("#widget-4-text"); got != "" {
		t.Errorf("the new note holds %q", got)
	}
	// The clock ticks, wherever it has gone.
	watchText(p, "#widget-1-time")
	p.WaitFor("texts.length > 1")
}

// The button that had the focus goes with its widget. None loses it when the dashboard is full.
func TestTheFocusStaysInTheDashboard(t *testing.T) {
	t.Parallel()
	p := openComponents(t)
	focused := func(name string) {
		t.Helper()
		p.WaitFor(`(document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent) === ` + quote(name))
	}
	p.ClickText("button", "Add a counter")
	p.WaitCount("#widgets>li", 3)
	p.Eval(`document.getElementById("remove-2").focus()`, nil)
	for _, step := range []struct {
		left int
		next string
	}{{2, "Remove Counter 3"}, {1, "Remove Clock 1"}, {0, "Add a clock"}} {
		p.Press("Enter")
		p.WaitCount("#widgets>li", step.left)
		focused(step.next)
	}
	for i := range 12 {
		p.Press("Enter")
		p.WaitCount("#widgets>li", i+1)
	}
	p.WaitText("#no-room", "There is room for 12 widgets. Remove one first.")
	p.Press("Enter") // it can do nothing
	focused("Add a clock")
	p.ClickText("button", "Remove Clock 9")
	p.WaitText("#no-room", "")
	focused("Remove Clock 10")
}

// Case 45. The demo that is broken here is one of the test's own, since it says so in its log.
func TestAPartThatFailsLeavesTheRestAlone(t *testing.T) {
	t.Parallel()
	var own program
	p := browser.Open(t, own.at(t, "/components"))
	defer func() {
		p.Close()
		logs := ""
		if err := own.end(); err != nil {
			logs = err.Error()
		}
		for _, text := range []string{"broken on purpose", "cracked on purpose"} {
			if !strings.Contains(logs, text) {
				t.Errorf("the log does not say %q:\n%s", text, logs)
			}
		}
	}()
	p.AllowErrors("answered 500", "htmx:response:error")
	live(t, p)
	p.Click("#counter-a button")
	p.WaitText("#counter-a .value", "1")
	p.Fill("#widget-2-text", "Milk")
	p.WaitText("#widget-2-letters", "4 letters")
	stay(p)
	for _, breaks := range []string{"Break it", "Break its rendering"} {
		for range 2 {
			p.ClickText("button", "Touch it")
			p.WaitText("#fragile .value", "Touches: 1")
			p.ClickText("button", breaks)
			p.WaitText("#fragile .value", "Touches: 0")
		}
	}
	p.Click("#counter-a button")
	p.WaitText("#counter-a .value", "2")
	if got := p.Value("#widget-2-text"); got != "Milk" {
		t.Errorf("the note holds %q", got)
	}
	stayed(t, p)
}
