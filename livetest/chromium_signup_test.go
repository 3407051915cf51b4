package livetest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/sideband-go/sideband/internal/viewtest/signup"
	"github.com/sideband-go/sideband/livetest"
)

// A form of package forms is worked here as in Chromium, with JavaScript and without.
func TestSignUpIsThatOfChromium(t *testing.T) {
	t.Parallel()
	for name, powered := range map[string]string{"with scripts": "#signup-name", "without": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := openBoth(t, func() http.Handler { return signupSite(&signup.Users{}) }, "/", powered)
			b.style(".sb-flash, .sb-flash *, .sb-notices * { pointer-events: none !important }")
			b.page.Skip(livetest.NoIDNear)
			b.compare(b.signUp(powered != ""))
		})
	}
}

func (b *both) signUp(scripts bool) func() []step {
	page, real := b.page, b.real
	// submit waits for the page that comes of it, where no scripts run.
	submit := func(name string, here, there func()) step {
		return step{name, here, func() {
			real.Eval(`(window.before = true)`, nil)
			there()
			if !scripts {
				real.WaitFor(`!window.before && document.readyState == "complete"`)
			}
		}}
	}
	click := func(selector string) []step {
		if !page.Find(selector).Exists() || page.Find(selector).Disabled() {
			return nil
		}
		return []step{submit("click "+selector, page.Find(selector).Click, func() { real.Click(selector) })}
	}
	// fill types another text than the field has: typing the same is no change when the field is left,
	// and is sent after its pause, for which Chromium is not waited.
	fill := func(selector string, texts ...string) []step {
		text := b.one(texts...)
		if text == page.Find(selector).Value() {
			return nil
		}
		return []step{b.fill(selector, text)}
	}
	return func() []step {
		switch b.random.IntN(10) {
		case 0:
			return fill("#signup-name", "", "Ann", "Bob")
		case 1:
			return fill("#signup-email", "ann", "taken@example.org", fmt.Sprintf("ann%d@example.org", b.number))
		case 2:
			return fill("#signup-password", "short", "a long password")
		case 3:
			return fill("#signup-age", "12x", "17", "30")
		case 4:
			country := b.one("Germany", "France")
			return []step{{"choose " + country, func() { page.Find("#signup-country").Choose(country) }, func() {
				real.Eval(`document.querySelector("#signup-country").focus()`, nil)
				real.Select("#signup-country", country)
			}}}
		case 5:
			return []step{b.click(b.one("#signup-newsletter", "#signup-role--0", "#signup-role--1", "#signup-topics--0", "#signup-topics--1"))}
		case 6:
			return click(`[value^="add addresses"]`)
		case 7:
			return click(b.one(`[value^="remove addresses"]`, `[value^="move addresses"]:not([disabled])`))
		case 8:
			return click("#signup > .sb-submit")
		default:
			return []step{submit("press Enter", func() { page.Find("#signup-name").Key("Enter") }, func() {
				real.Eval(`document.querySelector("#signup-name").focus()`, nil)
				real.Press("Enter")
			})}
		}
	}
}
