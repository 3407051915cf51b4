package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// Case 437: the debug page follows what other pages do, under the default policy; case 438: it disconnects one of them.
func TestTheDebugPageFollowsAndDisconnects(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/debug/sideband")
	live(t, p)
	lines := browser.Open(t, s.URL+"/lines?as=ann")
	live(t, lines)
	stay(lines)
	p.WaitText("#debug-shown", "2 of 2 found, 2 held")
	p.Fill("#debug-filter", "fixture.Lines")
	p.WaitText("#debug-shown", "1 of 1 found, 2 held")
	check(t, fixture.PushLines(s.Visits.Ref("ann"), "a line"))
	p.WaitFor(`[...document.querySelectorAll("#debug-turn-list tr")].some(r => /message/.test(r.textContent) && /push/.test(r.textContent))`)
	p.Click(`#debug-list button[aria-label^="Inspect fixture.Lines"]`)
	p.WaitFor(`/lines/.test(document.getElementById("debug-keys")?.textContent)`)
	p.Click(`#debug-list button[aria-label^="Disconnect fixture.Lines"]`)
	lines.WaitFor(`document.stayed === undefined`) // it was loaded again
	live(t, lines)
	p.WaitText("#debug-note", "This view has ended.")
	p.Click("#debug-close")
	p.WaitCount("#debug-opened", 0)
}
