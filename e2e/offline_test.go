package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// visible waits until a notice can be seen, or can not.
func visible(p *browser.Page, selector string, want bool) {
	js := `(e => !!e && getComputedStyle(e).visibility === "visible" && e.getClientRects().length > 0)(document.querySelector(` + quote(selector) + `))`
	if !want {
		js = "!" + js
	}
	p.WaitFor(js)
}

// Case 35.
func TestAClickWhileOfflineIsNotReplayedAndTheUserIsTold(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := openLedger(t, s, "/ledger?as=ann")
	p.Click("#tap")
	p.WaitText("#taps", "1")
	allow := s.Net.Refuse(cut.Any)
	s.Net.Cut(cut.Any)
	visible(p, "#sb-lost>*", true)
	sent := s.Net.Count(cut.Events)
	p.Click("#tap")
	visible(p, "#sb-failed>*", true)
	tried := s.Net.Count(cut.Events) - sent
	allow()
	live(t, p)
	visible(p, "#sb-lost>*", false)
	p.Click("#tap")
	p.WaitText("#taps", "2")
	// The click, and the page's question what its controls are to show.
	until(t, "two events were sent afterwards", func() bool { return s.Net.Count(cut.Events)-sent-tried == 2 })
	visible(p, "#sb-failed>*", false) // by itself, after a while
	stayed(t, p)
}

func TestAShortInterruptionIsNotWorthANotice(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := openLedger(t, s, "/ledger?as=ann")
	p.Eval(`(() => {
		window.seen = 0;
		(function look() {
			const e = document.querySelector("#sb-lost>*");
			if (e && getComputedStyle(e).visibility === "visible") seen++;
			requestAnimationFrame(look);
		})();
	})()`, nil)
	for range 3 {
		if s.Net.Cut(cut.Streams) != 1 {
			t.Error("there was no stream to cut")
		}
		live(t, p)
		works(t, p, s)
	}
	p.WaitCount("#sb-lost>*", 0)
	var seen int
	if p.Eval("seen", &seen); seen != 0 {
		t.Errorf("a notice was shown for %d frames", seen)
	}
	stayed(t, p)
}

func TestAHiddenPageThatComesBackOfflineSaysSo(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := openLedger(t, s, "/ledger?as=ann")
	other := p.NewTab("about:blank")
	until(t, "the hidden page's stream is closed", func() bool { return s.Net.Open(cut.Streams) == 0 })
	allow := s.Net.Refuse(cut.Any)
	p.Front()
	visible(p, "#sb-lost>*", true)
	allow()
	live(t, p)
	visible(p, "#sb-lost>*", false)
	works(t, p, s)
	stayed(t, p)
	other.Close()
}

func TestWhoWaitsLongForAnEventIsToldSo(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := openLedger(t, s, "/ledger?as=ann")
	visible(p, "#sb-slow", false)
	p.Click("#write")
	check(t, s.Gate.Held(t.Context(), 1))
	visible(p, "#sb-slow", true)
	s.Gate.Open()
	entries(p, 1)
	visible(p, "#sb-slow", false)
	stayedLive(t, p, s)
}

func TestAnEventThatIsNeverAnsweredEndsWithANoticeAndTheNextOneWorks(t *testing.T) {
	t.Parallel()
	impatient := layout(`&#34;defaultTimeout&#34;:15000`, `&#34;defaultTimeout&#34;:3000`)
	s := fixture.Serve(t, handlers.Config{Layout: impatient})
	p := openLedger(t, s, "/ledger?as=ann")
	p.AllowErrors("htmx:error: timeout", "net::ERR_ABORTED", "htmx:error")
	release := s.Net.Stall(cut.Events)
	p.Click("#tap")
	p.WaitText("#taps", "1") // the stream brings it
	p.Click("#tap")          // which waits for the first to be answered
	visible(p, "#sb-failed>*", true)
	release()
	p.WaitText("#taps", "2")
	p.Click("#tap")
	p.WaitText("#taps", "3")
	stayedLive(t, p, s)
}
