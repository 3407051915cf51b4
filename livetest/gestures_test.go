package livetest_test

import (
	"testing"

	"github.com/sideband-go/sideband/livetest"
)

func openGestures(t testing.TB) *livetest.Page {
	t.Helper()
	return livetest.Open(t, gesturesSite(), "/")
}

// Case 100: TestEnterSubmitsAsBrowsersDo presses Enter in fields of forms of every kind.
func TestEnterSubmitsAsBrowsersDo(t *testing.T) {
	t.Parallel()
	for field, noted := range map[string]string{
		"#two-a":    "",         // no button, and two fields
		"#one-a":    "one",      // no button, and one field; dates and boxes do not count
		"#one-box":  "",         // which only clicks buttons
		"#off-a":    "",         // the first button is disabled
		"#off-box":  "off",      // from a box the next one will do
		"#far-a":    "by owned", // the first button is elsewhere
		"#own-a":    "button",   // the button has an event of its own
		"#one-date": "",
	} {
		page := openGestures(t)
		page.Find(field).Key("Enter")
		expect(t, "noted of Enter in "+field, page.Find("#noted").Text(), noted)
	}
}

func TestALabelClicksItsFieldToo(t *testing.T) {
	t.Parallel()
	page := openGestures(t)
	page.Find("#bound-text").Click()
	page.Expect("#noted", "bound, bound") // the label's click, and the box's
	page.Find("#bound-box").Click()
	page.Expect("#noted", "bound, bound, bound")
	page.Find("#for-label").Click()
	expect(t, "the focus", page.Focused(), `<input id="two-b" name="b">`)
}

func TestABoxIsCheckedBeforeItsClickIsSent(t *testing.T) {
	t.Parallel()
	page := openGestures(t)
	page.Find("#legend-box").Click()
	page.Expect("#noted", "legend")
	page.Find("#reset-radio1").Click() // it is checked, so nothing changes
	expect(t, "checked", page.Find("#reset-radio1").Checked(), true)
}

func TestAFormIsReset(t *testing.T) {
	t.Parallel()
	page := openGestures(t)
	page.Find("#reset-a").Fill("new")
	page.Find("#reset-box").Uncheck()
	page.Find("#reset-select").Choose("One")
	page.Find("#reset-radio2").Check()
	page.Button("Reset").Click()
	page.Expect("#noted", "reset")
	page.Find("#reset-a").ExpectValue("old")
	page.Find("#reset-select").ExpectValue("2")
	expect(t, "the box", page.Find("#reset-box").Checked(), true)
	expect(t, "the first radio button", page.Find("#reset-radio1").Checked(), true)
	expect(t, "the second radio button", page.Find("#reset-radio2").Checked(), false)
}

func TestOfDetailsWithOneNameOneIsOpen(t *testing.T) {
	t.Parallel()
	page := openGestures(t)
	page.Find("#summary-1").Click()
	page.Find("#summary-2").Click()
	expect(t, "the first is open", page.Find("#details-1").Has("open"), false)
	expect(t, "the second is open", page.Find("#details-2").Has("open"), true)
}

func TestALinkWithinThePage(t *testing.T) {
	t.Parallel()
	page := openGestures(t)
	page.Find("#bound-link").Click()
	page.Expect("#noted", "bound")
	expect(t, "the path", page.Path(), "/#noted")
}
