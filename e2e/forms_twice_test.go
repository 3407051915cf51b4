package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// A double click on a button of rows, both before the page shows what the first has done.
func TestADoubleClickOnAButtonOfRowsActsOnce(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/signup")
	live(t, p)
	twice := func(text string) {
		t.Helper()
		listens(p)
		p.Eval(`(b => { window.answers = 0; b.focus(); b.click(); b.click() })([...document.querySelectorAll("button")].findLast(b => b.textContent === `+quote(text)+` && !b.disabled))`, nil)
		p.WaitFor(`window.answers === 2`)
	}
	p.Eval(`document.addEventListener("htmx:after:request", event => { if (event.detail.ctx.sourceElement.name === "sb-row") window.answers++ })`, nil)
	streets := func(want string) {
		t.Helper()
		p.WaitFor(`[...document.querySelectorAll("#addresses input[name$=street]")].map(e => e.value).join() === ` + quote(want))
	}
	p.Fill("#signup-addresses-0-street", "one")
	p.Press("Tab")
	p.WaitFor(`document.querySelector("#signup-addresses-0-city") === document.activeElement`)
	twice("Add address")
	streets("one,")
	p.WaitFor(`document.activeElement.id === "signup-addresses-1-street"`)
	p.Fill("#signup-addresses-1-street", "two")
	twice("Add address")
	streets("one,two,")
	twice("Up")
	streets("one,,two")
	p.WaitFor(`document.querySelectorAll("#addresses input[name$=street]").length === 3`)
}
