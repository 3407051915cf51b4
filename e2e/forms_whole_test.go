package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/internal/browser"
)

// What is typed after a page was asked for its forms, and before it gets the whole view, is not lost.
func TestWhatIsTypedWhileAFormIsRecoveredStays(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, secrets('a'))
	s.Gate.Open()
	p := browser.Open(t, s.URL+"/booking")
	p.AllowErrors(lost...)
	live(t, p)
	b := &booking{p, t, s}
	b.Fill("#trip-name", "Ann")
	b.Press("Tab")
	b.WaitText("#heard", "Ann|||de|north")
	// As soon as the page has posted its form: the field's event waits for a pause in typing.
	b.Eval(`document.addEventListener("htmx:before:request", event => {
		const e = document.getElementById("trip-name");
		if (e.asked || !event.detail.ctx.request.action.includes("recover=")) return;
		e.asked = true;
		e.value += "abel";
		e.dispatchEvent(new Event("input", {bubbles: true}));
	})`, nil)
	s.Restart(secrets('a'))
	b.WaitText("#heard", "Annabel|||de|north")
	b.is("trip-name", `e.value === "Annabel" && e.asked`)
	b.Click("#book")
	b.WaitText("#booked", "Annabel")
}
