package livetest_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/livetest/internal/orders"
	"github.com/sideband-go/sideband/views"
)

func open(t testing.TB) *livetest.Page {
	t.Helper()
	page := livetest.Open(t, site(), "/?begin=Milk,Bread")
	page.Skip(livetest.DeadLinks)
	return page
}

func expect[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestAFormIsFilledInAndSubmitted(t *testing.T) {
	t.Parallel()
	page := open(t)
	form := page.Find("#order")
	form.Field("Name").Fill("Jam")
	form.Field("Size").Choose("Large")
	form.Field("Gift").Check()
	form.Field("Card").Check()
	expect(t, "the other radio button", form.Field("Cash").Checked(), false)
	form.Button("Order").Click()
	page.Row("Jam").Expect("Jam L true card Cancel")
	expect(t, "the title", page.Title(), "3 orders")

	form.Field("Name").Fill("Tea")
	form.Field("Gift").Check()
	form.Field("Gift").Uncheck()
	form.Field("Name").Key("Enter")
	page.Row("Tea").Expect("Tea S false cash Cancel") // the form begins anew each time

	form.Field("Name").Fill("Salt")
	form.Submit()
	expect(t, "the items", len(orders.Items.Get(page.Context())), 5)
}

func TestButtonsInRows(t *testing.T) {
	t.Parallel()
	page := open(t)
	page.Row("Bread").Button("Cancel").Click()
	page.Row("Bread").ExpectNone()
	page.Row("Milk").Expect("Milk S false cash Cancel")
	if got := page.Find("#items td:first-child").Texts(); !slices.Equal(got, []string{"Milk"}) {
		t.Errorf("the rows are %q", got)
	}
}

func TestTypingIsSentWhenItPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		page := open(t)
		page.AtOnce().Field("Search").Type("but")
		time.Sleep(views.InputDebounce / 2)
		expect(t, "found before the pause", page.AtOnce().Find("#found").Text(), "")
		page.Expect("#found", "but")
		page.Field("Search").Type("butter")
		page.Expect("#found", "butter")
	})
}

func TestAFieldThatIsLeftSendsItsChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		page := open(t)
		search := page.Field("Search")
		search.Type("a")
		page.TakeMessages()
		search.Type("b") // it is not left in between
		page.AtOnce().Find("#over").Event("mouseenter")
		page.Expect("#found", "b")
		page.Expect("#keys", "m")
	})
}

func TestACheckboxIsWorkedByItsLabel(t *testing.T) {
	t.Parallel()
	page := open(t)
	page.Field("Urgent").Check()
	page.Expect("#urgent", "It is urgent.")
	page.Find("label", "Urgent").Click()
	page.Expect("#urgent", "There is time.")
}

func TestKeysFocusAndOtherEvents(t *testing.T) {
	t.Parallel()
	page := open(t)
	page.Find("#keys").Key("x")
	page.Find("#over").Event("mouseenter")
	page.Field("Focus").Focus()
	expect(t, "the focus", page.Focused(), `<input id="focus">`)
	page.Field("Blur").Focus()
	page.Expect("#keys", "kmf")
	page.Blur()
	page.Expect("#keys", "kmfb")
	expect(t, "the focus", page.Focused(), "")
	page.Field("Focus").Fill("text")
	page.Field("Blur").Fill("text")
	page.Expect("#keys", "kmfbfb")
	page.Field("Focus").Type("text")
	page.Button("More").Click()
	page.Expect("#keys", "kmfbfbf")
}

func TestDetailsOpen(t *testing.T) {
	t.Parallel()
	page := open(t)
	expect(t, "open", page.Find("#more").Has("open"), false)
	page.Button("More").Click()
	expect(t, "open", page.Find("#more").Has("open"), true)
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	page := open(t)
	page.Button("Ask").Click()
	page.Expect("#news", "none")
	page.Agree()
	page.Button("Ask").Click()
	page.Expect("#news", "confirmed")
	if got := page.TakeQuestions(); !slices.Equal(got, []string{"Really?", "Really?"}) {
		t.Errorf("asked was %q", got)
	}
}

func TestAnEventThatIsRefused(t *testing.T) {
	t.Parallel()
	page := open(t)
	page.Field("Name").Fill("Nothing")
	page.Button("Order").Click()
	expect(t, "the notice", page.Notice(), "Nothing is sold out.")
	page.Field("Name").Fill("Something")
	page.Button("Order").Click()
	expect(t, "the notice", page.Notice(), "")
}

func TestForgedEvents(t *testing.T) {
	t.Parallel()
	page := open(t)
	status, _ := page.Forge("?event=Mount", nil)
	expect(t, "an event that is none", status, 404)
	status, _ = page.Forge("?event=Arrive&value=forged", nil)
	expect(t, "one that is", status, 204)
	page.Expect("#news", "forged")
	status, _ = page.Forge("event=Arrive&value=again", nil)
	expect(t, "without the question mark", status, 204)
	page.Expect("#news", "again")
}
