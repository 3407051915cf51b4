package e2e_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/internal/browser"
)

func ticks(t *testing.T, p *browser.Page) int {
	t.Helper()
	n, err := strconv.Atoi(p.Text("#ticks"))
	check(t, err)
	return n
}

func waitTicks(p *browser.Page, n int) {
	p.WaitFor(`Number(document.getElementById("ticks").textContent) >= ` + strconv.Itoa(n))
}

func TestTheClockTicksOnlyWhileItIsLookedAt(t *testing.T) {
	t.Parallel()
	net := demo.through(t)
	p := browser.Open(t, net.URL()+"/clock")
	live(t, p)
	shown := p.Text("#time")
	waitTicks(p, 1)
	if now := p.Text("#time"); now == shown {
		t.Errorf("the time is still %s", now)
	}
	stay(p)
	mine := streamsFrom(p)
	anything := func(r *http.Request) bool { return r.URL.Path == "/clock" }

	// Another person's clock says how much time passes.
	other := browser.Open(t, demo.at(t, "/clock"))
	live(t, other)
	tab := p.NewTab("about:blank")
	until(t, "the hidden page's stream is closed", func() bool { return net.Open(cut.Any) == 0 })
	before, requests := ticks(t, p), net.Count(anything)
	waitTicks(other, ticks(t, other)+3)
	if n := net.Count(anything); n != requests {
		t.Errorf("the hidden page made %d requests", n-requests)
	}
	if n := ticks(t, p); n != before {
		t.Errorf("the hidden page got %d ticks", n-before)
	}

	watchText(p, "#ticks")
	p.Front()
	waitTicks(p, before+2)
	// The server did not tick meanwhile either, or it would have counted on.
	if got := watched(p); got[0] != strconv.Itoa(before+1) {
		t.Errorf("after %d ticks the next were %q", before, got)
	}
	if net.Count(mine) != 2 {
		t.Errorf("the page has opened %d streams", net.Count(mine))
	}
	stayed(t, p)
	tab.Close()
}

func TestTheClockGoesOnAfterAnInterruption(t *testing.T) {
	t.Parallel()
	net := demo.through(t)
	p := browser.Open(t, net.URL()+"/clock")
	p.AllowErrors(lost...)
	live(t, p)
	stay(p)
	waitTicks(p, 1)
	for range 3 {
		before := ticks(t, p)
		if net.Cut(cut.Streams) != 1 {
			t.Error("there was no stream to cut")
		}
		waitTicks(p, before+1)
		live(t, p)
	}
	stayed(t, p)
}
