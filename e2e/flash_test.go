package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

func openSpoken(t *testing.T, s *fixture.Site) *browser.Page {
	t.Helper()
	p := browser.Open(t, s.URL+"/spoken")
	p.AllowErrors(lost...)
	live(t, p)
	stay(p)
	return p
}

const (
	infoNote  = `#sb-flash-status[role=status] > p[data-kind=info]`
	errorNote = `#sb-flash-alert[role=alert] > p[data-kind=error]`
)

func TestFlashMessagesAreShownAndDismissed(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := openSpoken(t, s)
	p.Click("#info")
	p.WaitText(infoNote+" > span", "This is info <b>")
	p.Click("#error")
	p.WaitText(errorNote+" > span", "This is error <b>")
	p.WaitCount(infoNote, 1)

	animated := func(selector string) (how string) {
		p.Eval(`(e => getComputedStyle(e).animationName + " " + getComputedStyle(e).animationDuration)(document.querySelector("`+selector+`"))`, &how)
		return how
	}
	if how := animated(infoNote); how != "sb-fade 6s" {
		t.Errorf("the info has the animation %q", how)
	}
	if how := animated(errorNote); how != "none 0s" {
		t.Errorf("the error has the animation %q", how)
	}
	var still bool
	p.Eval(`[...document.styleSheets].flatMap(s => [...s.cssRules]).some(r => r.media && r.media.mediaText.includes("(prefers-reduced-motion: no-preference)") && r.cssText.includes("sb-fade"))
		&& ![...document.styleSheets].flatMap(s => [...s.cssRules]).some(r => !r.media && r.selectorText && r.cssText.includes("sb-fade"))`, &still)
	if !still {
		t.Error("messages fade also for who prefers reduced motion")
	}

	// The focus holds it, and the keyboard reaches the button.
	p.Eval(`document.querySelector("`+infoNote+` > button").focus()`, nil)
	p.WaitFor(`getComputedStyle(document.querySelector("` + infoNote + `")).animationPlayState == "paused"`)
	var name string
	p.Eval(`document.activeElement.getAttribute("aria-label")`, &name)
	if name != "Dismiss" {
		t.Errorf("the button is named %q", name)
	}
	p.Press("Enter")
	p.WaitCount(infoNote, 0)
	p.WaitCount(errorNote, 1)

	// The same again is a new element, whose animation begins anew.
	p.Click("#info")
	p.WaitCount(infoNote, 1)
	p.Eval(`document.before = document.querySelector("`+infoNote+`")`, nil)
	p.Click("#info")
	p.WaitFor(`document.querySelector("` + infoNote + `") !== document.before && document.querySelectorAll("` + infoNote + `").length == 1`)

	// What has faded is out of the way.
	p.Eval(`for (const a of document.getAnimations()) if (a.animationName == "sb-fade") a.finish()`, nil)
	p.WaitFor(`(e => getComputedStyle(e).visibility == "hidden" && e.getBoundingClientRect().height == 0)(document.querySelector("` + infoNote + `"))`)
	p.Click(errorNote + " > button")
	p.WaitCount(errorNote, 0)
	stayed(t, p)
}

func TestAFlashComesAlongToTheNextPage(t *testing.T) {
	t.Parallel()
	for by, c := range map[string]struct{ button, note, text, url string }{
		"an event":   {"#leave", `#sb-flash-status > p[data-kind=success] > span`, "You have left", "/spoken?from=event&x=%22#there"},
		"its stream": {"#push", errorNote + " > span", "You were sent away", "/spoken?from=message&x=%22#there"},
	} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			s := fixture.Serve(t, handlers.Config{})
			p := openSpoken(t, s)
			p.Click(c.button)
			p.WaitText(c.note, c.text)
			if got := p.URL(); got != s.URL+c.url {
				t.Errorf("the page is at %s", got)
			}
			live(t, p)
			p.Click("#warning") // it is alive
			p.WaitCount(`#sb-flash-alert > p[data-kind=warning]`, 1)
			p.WaitCount(`.sb-flash p`, 2)
			p.Goto(s.URL + "/spoken")
			p.WaitFor(`location.search == "" && document.readyState == "complete"`)
			p.WaitCount(`.sb-flash p`, 0)
		})
	}
}
