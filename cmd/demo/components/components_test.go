package components_test

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/cmd/demo/components"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

func open(t *testing.T) *livetest.Page {
	t.Helper()
	kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
	page := livetest.Open(t, site.Routes(kit, nil), "/components")
	page.TakeMessages()
	return page
}

// sent is what the last act has brought, which is to be one message.
func sent(t *testing.T, page *livetest.Page) string {
	t.Helper()
	messages := page.TakeMessages()
	if len(messages) != 1 {
		t.Fatalf("%d messages: %.300v", len(messages), messages)
	}
	return messages[0].HTML
}

func TestEachCounterCountsByItself(t *testing.T) {
	page := open(t)
	a, b := page.Find("fieldset", "Counter A"), page.Find("fieldset", "Counter B")
	for range 3 {
		a.Button("Increment").Click()
	}
	b.Button("Increment").Click()
	a.Find(".value").Expect("3")
	b.Find(".value").Expect("1")
}

func TestAClickSendsOneCountAlone(t *testing.T) {
	page := open(t)
	page.Find("fieldset", "Counter B").Button("Increment").Click()
	want := `<hx-partial id="counter-b-count" hx-swap="textContent">1</hx-partial>`
	if got := sent(t, page); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTheSelectorChangesTheDisplayThroughThePage(t *testing.T) {
	page := open(t)
	page.Expect("#display", "Green")
	for _, colour := range []string{"Red", "Yellow", "Green", "Blue"} {
		page.Field(colour).Check()
		page.Expect("#display", colour)
		if class := page.Find("#display").Attr("class"); class != "swatch "+strings.ToLower(colour) {
			t.Errorf("the display of %s has the class %q", colour, class)
		}
		if !page.Field(colour).Checked() {
			t.Errorf("%s is not checked", colour)
		}
	}
	if got := components.Chosen.Get(page.Context()); got != "Blue" {
		t.Errorf("the page knows %q", got)
	}
}

// Messages come from the server alone, and a selector hands on what it offers.
func TestNoBrowserChoosesWhatIsNotOffered(t *testing.T) {
	page := open(t)
	post := page.Field("Red").Attr("hx-post")
	if status, text := page.Forge(post+"&value=Pink", nil); status != http.StatusNotFound {
		t.Errorf("another colour: %d %s", status, text)
	}
	for _, event := range []string{"chose", "Chose", "show", "Show", "Update", "tick"} {
		if status, text := page.Forge("?event="+event+"&value=Pink", nil); status != http.StatusNotFound {
			t.Errorf("%s: %d %s", event, status, text)
		}
	}
	page.Expect("#display", "Green")
}

func TestTheNoticeIsSetFromOutside(t *testing.T) {
	page := open(t)
	page.Expect("#notice", "")
	page.Button("Save settings").Click()
	page.Expect("#notice p", "Settings saved")
	page.Button("Dismiss").Click()
	page.Expect("#notice", "")
	page.Button("Save settings").Click()
	page.Expect("#notice p", "Settings saved")
}

func TestWhatStandsInSlotsIsThePages(t *testing.T) {
	page := open(t)
	page.Expect("#total", "Nothing yet.")
	for range 2 {
		page.Button("Put Tea into the basket").Click()
	}
	page.Button("Put Cocoa into the basket").Click()
	page.Expect("#total", "3 in all, 15.40 to pay.")
	page.Row("Tea").Find(".value").Expect("2")
	page.Row("Cocoa").Find(".value").Expect("1")
	page.Row("Sugar").Find(".value").Expect("0")
	page.Button("Empty the basket").Click()
	page.Expect("#total", "Nothing yet.")
	page.Row("Tea").Find(".value").Expect("0")
}

func TestTheCardFoldsByItself(t *testing.T) {
	page := open(t)
	page.Button("Fold").Click()
	page.ExpectNone("#total")
	page.Button("Put Tea into the basket").Click()
	page.Button("Unfold").Click()
	page.Expect("#total", "1 in all, 4.50 to pay.")
	page.Button("Fold").Click()
	page.Button("Empty the basket").Click()
	page.Button("Unfold").Click()
	page.Expect("#total", "Nothing yet.")
}

func TestTheTableSortsByItself(t *testing.T) {
	page := open(t)
	names := func() []string { return page.Find("#goods td:first-child").Texts() }
	for _, step := range []struct {
		by   string
		want []string
		sort string
	}{
		{"Name", []string{"Cocoa", "Coffee", "Sugar", "Tea"}, "ascending"},
		{"Name", []string{"Tea", "Sugar", "Coffee", "Cocoa"}, "descending"},
		{"Price", []string{"Sugar", "Tea", "Cocoa", "Coffee"}, "ascending"},
		{"Price", []string{"Coffee", "Cocoa", "Tea", "Sugar"}, "descending"},
	} {
		page.Find("#goods").Button(step.by).Click()
		if got := names(); !slices.Equal(got, step.want) {
			t.Errorf("by %s: %q, want %q", step.by, got, step.want)
		}
		if got := page.Find("#goods th[aria-sort$=ending]").Attr("aria-sort"); got != step.sort {
			t.Errorf("by %s: %q, want %q", step.by, got, step.sort)
		}
	}
	// The page's own changes leave the order alone.
	page.Button("Put Sugar into the basket").Click()
	page.Row("Sugar").Find(".value").Expect("1")
	if got := names(); got[3] != "Sugar" {
		t.Errorf("the order became %q", got)
	}
	post := page.Find("#goods").Button("Price").Attr("hx-post")
	for _, column := range []string{"2", "3", "-1"} {
		forged := strings.ReplaceAll(post, "value=1", "value="+column)
		if status, text := page.Forge(forged, nil); forged == post || status != http.StatusNotFound {
			t.Errorf("sorting by column %s: %d %s", column, status, text)
		}
	}
}

// labels are the widgets in the order of the dashboard.
func labels(page *livetest.Page) []string { return page.Find("#widgets legend").Texts() }

func TestWidgetsAreAddedMovedAndRemoved(t *testing.T) {
	page := open(t)
	for _, step := range []struct{ button, want string }{
		{"Add a counter", "Clock 1, Note 2, Counter 3"},
		{"Add a note", "Clock 1, Note 2, Counter 3, Note 4"},
		{"Move Counter 3 back", "Clock 1, Counter 3, Note 2, Note 4"},
		{"Move Counter 3 back", "Counter 3, Clock 1, Note 2, Note 4"},
		{"Move Clock 1 on", "Counter 3, Note 2, Clock 1, Note 4"},
		{"Remove Note 2", "Counter 3, Clock 1, Note 4"},
		{"Add a clock", "Counter 3, Clock 1, Note 4, Clock 5"},
	} {
		page.Button(step.button).Click()
		if got := strings.Join(labels(page), ", "); got != step.want {
			t.Errorf("%s: %s, want %s", step.button, got, step.want)
		}
	}
}

func TestAWidgetMovesNoFurtherThanThereArePlaces(t *testing.T) {
	page := open(t)
	for _, event := range []string{"MoveBack&value=1", "MoveOn&value=2", "MoveOn&value=3", "RemoveWidget&value=3"} {
		if status, text := page.Forge("?event="+event, nil); status != http.StatusNoContent {
			t.Errorf("%s: %d %s", event, status, text)
		}
	}
	if got := strings.Join(labels(page), ", "); got != "Clock 1, Note 2" {
		t.Errorf("the dashboard has %s", got)
	}
	if status, text := page.Forge("?event=AddWidget&value=Bomb", nil); status != http.StatusNotFound {
		t.Errorf("a widget of no kind: %d %s", status, text)
	}
}

func TestAWidgetThatMovesKeepsWhatItKnows(t *testing.T) {
	page := open(t)
	page.Button("Add a counter").Click()
	counter := page.Find("#widgets fieldset", "Counter 3")
	counter.Button("Increment").Click()
	counter.Button("Increment").Click()
	page.Field("Text of Note 2").Fill("Milk")
	page.TakeMessages()

	page.Button("Move Counter 3 back").Click()
	if message := sent(t, page); strings.Contains(message, "<fieldset") {
		t.Errorf("moving sends a widget's content: %s", message)
	}
	page.Button("Move Counter 3 back").Click()
	page.Button("Add a note").Click()
	counter.Find(".value").Expect("2")
	page.Field("Text of Note 2").ExpectValue("Milk")
	page.Expect("#widget-2-letters", "4 letters")
	page.Expect("#widget-4-letters", "0 letters")

	// One that is removed has ended: another is another.
	page.Button("Remove Counter 3").Click()
	page.Button("Add a counter").Click()
	page.Find("#widgets fieldset", "Counter 5").Find(".value").Expect("0")
}

// The buttons say that they can't do more, and why. A click that was on its way is no failure.
func TestTheDashboardHasALimit(t *testing.T) {
	page := open(t)
	post := page.Button("Add a note").Attr("hx-post")
	page.Expect("#no-room", "")
	for range 10 {
		page.Button("Add a note").Click()
	}
	for _, name := range []string{"Add a clock", "Add a counter", "Add a note"} {
		if b := page.Button(name); b.Attr("aria-disabled") != "true" || b.Attr("aria-describedby") != "no-room" {
			t.Errorf("%s does not say that it can do nothing", name)
		}
	}
	page.Expect("#no-room", "There is room for 12 widgets. Remove one first.")
	if status, text := page.Forge(post, nil); status != http.StatusNoContent {
		t.Errorf("one more: %d %s", status, text)
	}
	if n := len(labels(page)); n != 12 {
		t.Errorf("%d widgets", n)
	}
	page.Button("Remove Note 7").Click()
	page.Expect("#no-room", "")
	page.Button("Add a clock").Click()
	if got := labels(page); len(got) != 12 || got[11] != "Clock 13" {
		t.Errorf("the dashboard has %q", got)
	}
}

// The button that had the focus goes with its widget.
func TestTheFocusGoesToTheNextWidget(t *testing.T) {
	page := open(t)
	page.Button("Add a counter").Click()
	for _, step := range []struct{ remove, focused string }{
		{"Remove Note 2", "Remove Counter 3"},
		{"Remove Counter 3", "Remove Clock 1"},
		{"Remove Clock 1", "Add a clock"},
		{"Add a clock", "Add a clock"},
		{"Remove Clock 4", "Add a clock"},
	} {
		page.Button(step.remove).Click()
		id := page.Button(step.focused).Attr("id")
		if focused := page.Focused(); !strings.Contains(focused, `id="`+id+`"`) {
			t.Errorf("%s: the focus is on %s", step.remove, focused)
		}
	}
}

func TestAClockTicksUntilItIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := open(t)
		begin := time.Now()
		page.Wait("#widget-1-time", begin.Add(2*time.Second).Format("15:04:05"))
		page.Button("Remove Clock 1").Click()
		page.TakeMessages()
		time.Sleep(10 * time.Second)
		if got := page.TakeMessages(); len(got) > 0 {
			t.Errorf("after the clock had gone came %v", got)
		}
		page.Button("Add a clock").Click()
		page.Wait("#widget-3-time", begin.Add(15*time.Second).Format("15:04:05"))
	})
}

func TestAPartThatFailsBeginsAnew(t *testing.T) {
	for _, breaks := range []string{"Break it", "Break its rendering"} {
		t.Run(breaks, func(t *testing.T) {
			page := open(t)
			page.Skip(livetest.Failures) // there are some, on purpose
			page.Find("fieldset", "Counter A").Button("Increment").Click()
			for range 2 {
				page.Button("Touch it").Click()
				page.Button("Touch it").Click()
				page.Expect("#fragile .value", "Touches: 2")
				page.Button(breaks).Click()
				page.Expect("#fragile .value", "Touches: 0")
				page.Find("fieldset", "Counter A").Find(".value").Expect("1")
			}
			page.Button("Touch it").Click()
			page.Expect("#fragile .value", "Touches: 1")
			page.Find("fieldset", "Counter A").Button("Increment").Click()
			page.Find("fieldset", "Counter A").Find(".value").Expect("2")
		})
	}
}
