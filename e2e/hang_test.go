package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
)

func TestAQueueThatHangsStopsNeitherNavigationNorBack(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := openLedger(t, s, "/ledger?as=ann")
	release := s.Net.Stall(cut.Events)
	defer release()
	for range 3 {
		p.Click("#tap")
	}
	until(t, "an event hangs", func() bool { return s.Net.Open(cut.Events) == 1 })
	// Pushes come all the same.
	s.Book.Write("pushed")
	check(t, fixture.Read(s.Visits.Ref("ann")))
	entries(p, 1)

	p.Click("#away")
	p.WaitText("h1", "Index")
	p.Back()
	live(t, p)
	entries(p, 1)
	p.Forward()
	p.WaitText("h1", "Index")
	p.Back()
	release()
	live(t, p)
	// Clicks may still be in the queue of a page that the browser has kept.
	p.WaitFor(`!document.querySelector("#tap.htmx-request")`)
	sent := s.Net.Count(cut.Events)
	p.Click("#tap")
	p.WaitFor(`document.getElementById("taps").textContent !== "0" && !document.querySelector("#tap.htmx-request")`)
	if n := s.Net.Count(cut.Events) - sent; n != 1 {
		t.Errorf("%d events were sent for a click", n)
	}
	s.Book.Write("pushed afterwards")
	check(t, fixture.Read(s.Visits.Ref("ann")))
	agrees(t, p, s)
}
