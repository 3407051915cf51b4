package deploy_test

import (
	"fmt"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

// live waits until the page's stream is open.
func live(t *testing.T, p *browser.Page) {
	t.Helper()
	until(t, "the page is live", func() (open bool) {
		p.Eval(`!!document.getElementById("sb-stream")?._htmx?.sse?.reader`, &open)
		return open
	})
}

// usable clicks in a live page, which then shows the number.
func usable(t *testing.T, p *browser.Page, want int) {
	t.Helper()
	live(t, p)
	p.ClickText("button", "Add")
	p.WaitText("#count", fmt.Sprintf("Count: %d", want))
}

// stay notes on the document that it is this one, and types something; stayed fails the
// test if either is gone.
func stay(p *browser.Page) {
	p.Eval("document.stayed = true", nil)
	p.Fill("#draft", "half a sent")
}

func stayed(t *testing.T, p *browser.Page) {
	t.Helper()
	var same bool
	if p.Eval("document.stayed === true", &same); !same {
		t.Error("the page was loaded again")
	}
	if got := p.Value("#draft"); got != "half a sent" {
		t.Errorf("what was typed became %q", got)
	}
}
