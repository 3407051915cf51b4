package e2e_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

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
	zz := time.Now()
	t.Parallel()
	t.Log(1, time.Since(zz))
	net := demo.through(t)
	t.Log(2, time.Since(zz))
	p := browser.Open(t, net.URL()+"/clock")
	t.Log(3, time.Since(zz))
	live(t, p)
	t.Log(4, time.Since(zz))
	shown := p.Text("#time")
	t.Log(5, time.Since(zz))
	waitTicks(p, 2)
	t.Log(6, time.Since(zz))
	if now := p.Text("#time"); now == shown {
		t.Errorf("the time is still %s", now)
	}
	stay(p)
	t.Log(7, time.Since(zz))
	mine := streamsFrom(p)
	t.Log(8, time.Since(zz))
	anything := func(r *http.Request) bool { return r.URL.Path == "/clock" }
	t.Log(9, time.Since(zz))

	// Another person's clock says how much time passes.
	t.Log(10, time.Since(zz))
	other := browser.Open(t, demo.at(t, "/clock"))
	t.Log(11, time.Since(zz))
	live(t, other)
	t.Log(12, time.Since(zz))
	tab := p.NewTab("about:blank")
	t.Log(13, time.Since(zz))
	until(t, "the hidden page's stream is closed", func() bool { return net.Open(cut.Any) == 0 })
	t.Log(14, time.Since(zz))
	before, requests := ticks(t, p), net.Count(anything)
	t.Log(15, time.Since(zz))
	waitTicks(other, ticks(t, other)+4)
	t.Log(16, time.Since(zz))
	if n := net.Count(anything); n != requests {
		t.Errorf("the hidden page made %d requests", n-requests)
	}
	if n := ticks(t, p); n != before {
		t.Errorf("the hidden page got %d ticks", n-before)
	}

	p.Front()
	t.Log(17, time.Since(zz))
	waitTicks(p, before+1)
	t.Log(18, time.Since(zz))
	live(t, p)
	t.Log(19, time.Since(zz))
	// The server did not tick meanwhile either, or it would have counted on.
	t.Log(20, time.Since(zz))
	if n := ticks(t, p); n > before+2 {
		t.Errorf("%d ticks came on return", n-before)
	}
	waitTicks(p, before+3)
	t.Log(21, time.Since(zz))
	if net.Count(mine) != 2 {
		t.Errorf("the page has opened %d streams", net.Count(mine))
	}
	stayed(t, p)
	t.Log(22, time.Since(zz))
	tab.Close()
	t.Log(23, time.Since(zz))
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
