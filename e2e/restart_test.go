package e2e_test

import (
	"bytes"
	"strconv"
	"testing"
	"time"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// secrets are those of a site whose pages outlive its process.
func secrets(letter byte) handlers.Config {
	return handlers.Config{Security: handlers.Security{Secrets: [][]byte{bytes.Repeat([]byte{letter}, 32)}}}
}

func openLedger(t *testing.T, s *fixture.Site, address string) *browser.Page {
	t.Helper()
	p := browser.Open(t, s.URL+address)
	p.AllowErrors(lost...)
	live(t, p)
	stay(p)
	return p
}

// entries waits until the page shows n entries of the book.
func entries(p *browser.Page, n int) {
	p.WaitText("#entries", strconv.Itoa(n))
	p.WaitCount("#ledger>li", n)
}

// works checks that a page follows events and pushes.
func works(t *testing.T, p *browser.Page, s *fixture.Site) {
	t.Helper()
	live(t, p)
	taps, err := strconv.Atoi(p.Text("#taps"))
	check(t, err)
	p.Click("#tap")
	p.WaitText("#taps", strconv.Itoa(taps+1))
	s.Book.Write("pushed")
	check(t, fixture.Read(s.Visits.Ref("ann")))
	agrees(t, p, s)
}

// agrees waits until all events are over and the page says what the book says.
func agrees(t *testing.T, p *browser.Page, s *fixture.Site) {
	t.Helper()
	until(t, "the page says what the book says", func() bool {
		over := s.Net.Open(cut.Events) == 0
		return p.Text("#entries") == strconv.Itoa(len(s.Book.Entries())) && over
	})
}

func TestAfterARestartThePageGoesOnWithWhatWasTypedAndWithoutAReload(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, secrets('a'))
	p := openLedger(t, s, "/ledger?as=ann")
	for round := range 3 {
		works(t, p, s)
		// A field with an event of its own is replaced, so that it shows what the new view says.
		const kept = "[id]:not(input[hx-post])"
		mark(p, kept)
		all := p.Count(kept)
		p.Fill("#untold", "half a thought")
		p.Eval(`document.getElementById("untold").setSelectionRange(2, 6)`, nil)
		s.Book.Write("meanwhile")
		s.Restart(secrets('a'))
		p.WaitText("#taps", "0") // Mount does not restore it
		entries(p, len(s.Book.Entries()))
		live(t, p)
		p.WaitFor(`(e => document.activeElement === e && e.value === "half a thought" && e.selectionStart === 2 && e.selectionEnd === 6)(document.getElementById("untold"))`)
		if n := marked(p, kept); n != all {
			t.Errorf("%d of %d elements are the same as before", n, all)
		}
		if st := s.Kit.Stats(); st.Remounts != 1 || st.Mounts != 0 {
			t.Errorf("in round %d: %+v", round, st)
		}
		stayed(t, p)
	}
	p.Press("x")
	p.WaitFor(`document.getElementById("untold").value === "hax thought"`)
	works(t, p, s)
	stayed(t, p)
	if n := s.Book.Mounts(); n != 4 {
		t.Errorf("%d mounts", n)
	}
}

func TestAHiddenPageComesBackAfterARestart(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, secrets('a'))
	p := openLedger(t, s, "/ledger?as=ann")
	p.Fill("#untold", "half a thought")
	other := p.NewTab("about:blank")
	until(t, "the hidden page's stream is closed", func() bool { return s.Net.Open(cut.Streams) == 0 })
	s.Book.Write("meanwhile")
	s.Restart(secrets('a'))
	p.Front()
	entries(p, 1)
	if got := p.Value("#untold"); got != "half a thought" {
		t.Errorf("the field holds %q", got)
	}
	works(t, p, s)
	stayed(t, p)
	other.Close()
}

func TestAnEventBringsThePageBackAfterARestart(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, secrets('a'))
	p := openLedger(t, s, "/ledger?as=ann")
	allow := s.Net.Refuse(cut.Streams) // so that the event comes first
	s.Restart(secrets('a'))
	s.Book.Write("meanwhile")
	p.Click("#tap")
	p.WaitText("#taps", "1")
	entries(p, 1)
	allow()
	works(t, p, s)
	stayed(t, p)
	if st := s.Kit.Stats(); st.Remounts != 1 {
		t.Errorf("%d remounts", st.Remounts)
	}
}

// What an old process still answers belongs to a view that the page does not show any more.
func TestAnEventUnderWayIsFinishedWhenAnotherProcessTakesOver(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, secrets('a'))
	p := openLedger(t, s, "/ledger?as=ann")
	for i := range 3 {
		p.Click("#tap")
		p.WaitText("#taps", strconv.Itoa(i+1))
	}
	p.Fill("#untold", "half a thought")
	p.Click("#write")
	check(t, s.Gate.Held(t.Context(), 1))
	done := s.HandOver(t.Context(), secrets('a'))
	entries(p, 1) // the new process has mounted the page
	p.WaitText("#taps", "0")
	check(t, fixture.Read(s.Visits.Ref("ann")))
	s.Gate.Open()
	check(t, <-done)
	agrees(t, p, s)
	p.WaitFor(`!document.querySelector(".htmx-request")`) // what the old process has answered is in the page
	p.WaitText("#taps", "0")
	works(t, p, s)
	p.Click("#write")
	agrees(t, p, s)
	p.WaitCount("#ledger>li", len(s.Book.Entries()))
	if got := p.Value("#untold"); got != "half a thought" {
		t.Errorf("the field holds %q", got)
	}
	visible(p, "#sb-lost>*", false)
	stayed(t, p)
	if st := s.Kit.Stats(); st.Remounts != 1 {
		t.Errorf("%d remounts", st.Remounts)
	}
}

// Case 38. The browser may send an event again whose connection breaks: then it has
// happened twice, and the page must say so.
func TestAServerKilledBetweenHandlerAndPatchLeavesWhatRenderSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		// happens brings an event so far that the server can be killed; end is called
		// afterwards.
		happens func(t *testing.T, s *fixture.Site, p *browser.Page) (end func())
	}{
		{"while the handler runs", func(t *testing.T, s *fixture.Site, p *browser.Page) func() {
			p.Click("#write")
			check(t, s.Gate.Held(t.Context(), 1))
			return s.Gate.Open
		}},
		{"when the patch is on its way", func(t *testing.T, s *fixture.Site, p *browser.Page) func() {
			end := s.Net.Stall(cut.Any)
			s.Gate.Open()
			p.Click("#write")
			until(t, "the event is handled", func() bool { return s.Kit.Stats().Events == 1 })
			return end
		}},
		{"when the answer is on its way", func(_ *testing.T, s *fixture.Site, p *browser.Page) func() {
			end := s.Net.Stall(cut.Events)
			s.Gate.Open()
			p.Click("#write")
			entries(p, 1) // the stream has brought it
			return end
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := fixture.Serve(t, secrets('a'))
			p := openLedger(t, s, "/ledger?as=ann")
			end := c.happens(t, s, p)
			s.Restart(secrets('a'))
			end()
			agrees(t, p, s)
			works(t, p, s)
			p.Click("#write")
			agrees(t, p, s)
			works(t, p, s)
			stayed(t, p)
		})
	}
}

func TestAPageThatTheBrowserKeptGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, secrets('a'))
	p := openLedger(t, s, "/ledger?as=ann")
	p.Fill("#untold", "half a thought")
	p.Click("#away")
	p.WaitText("h1", "Index")
	s.Book.Write("meanwhile")
	s.Restart(secrets('a'))
	p.Back()
	stayed(t, p) // so it was kept
	entries(p, 1)
	if got := p.Value("#untold"); got != "half a thought" {
		t.Errorf("the field holds %q", got)
	}
	works(t, p, s)
	stayed(t, p)
}

func TestAPageThatWasHiddenForLongComesBackWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	c := handlers.Config{}
	c.Limits.Views.Life = time.Millisecond
	s := fixture.Serve(t, c)
	p := openLedger(t, s, "/ledger?as=ann")
	p.Click("#tap")
	p.WaitText("#taps", "1")
	p.Fill("#untold", "half a thought")
	other := p.NewTab("about:blank")
	until(t, "the view has expired", func() bool { v := s.Kit.Stats().Views; return v.Connected+v.Parked+v.Pending == 0 })
	s.Book.Write("meanwhile")
	p.Front()
	entries(p, 1)
	p.WaitText("#taps", "0")
	if got := p.Value("#untold"); got != "half a thought" {
		t.Errorf("the field holds %q", got)
	}
	works(t, p, s)
	stayed(t, p)
	other.Close()
}
