package e2e_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

func lineIDs(n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprintf("line-%d", i+1))
	}
	return ids
}

// watchLines notes each line that comes or goes; wantLines checks that n came, each once
// and in order, and none went.
func watchLines(p *browser.Page) {
	p.Eval(`(() => {
		window.came = [];
		window.went = [];
		const ids = list => [...list].filter(e => e.nodeName === "LI").map(e => e.id);
		new MutationObserver(list => list.forEach(m => {
			came.push(...ids(m.addedNodes));
			went.push(...ids(m.removedNodes));
		})).observe(document.getElementById("lines"), {childList: true});
	})()`, nil)
}

func wantLines(t *testing.T, p *browser.Page, n int) {
	t.Helper()
	p.WaitText("#count", fmt.Sprint(n))
	p.WaitCount("#lines>li", n)
	var came, went, shown []string
	p.Eval("came", &came)
	p.Eval("went", &went)
	p.Eval(`[...document.querySelectorAll("#lines>li")].map(e => e.id)`, &shown)
	if want := lineIDs(n); !slices.Equal(came, want) || len(went) > 0 || !slices.Equal(shown, want) {
		t.Errorf("lines came: %q\nwent: %q\nare shown: %q", came, went, shown)
	}
}

func openLines(t *testing.T, s *fixture.Site, name string) *browser.Page {
	t.Helper()
	p := browser.Open(t, s.URL+"/lines?as="+name)
	live(t, p)
	watchLines(p)
	stay(p)
	return p
}

func TestNothingIsLostOrDoubledWhenStreamsAreCutInTheMiddleOfEvents(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := openLines(t, s, "ann")
	p.AllowErrors(lost...)
	p.Eval(`(() => { for (let i = 0; i < 30; i++) document.getElementById("add").click() })()`, nil)
	cuts := 0
	for _, at := range []int{3, 9, 10, 17, 24} {
		until(t, fmt.Sprintf("event %d", at), func() bool { return s.Net.Count(cut.Events) >= at })
		cuts += s.Net.Cut(cut.Streams)
	}
	if cuts == 0 {
		t.Error("no stream was open when it was to be cut")
	}
	wantLines(t, p, 30)
	if n := s.Net.Count(cut.Events); n != 30 {
		t.Errorf("%d events were sent", n)
	}
	stayed(t, p)
	live(t, p)
	check(t, fixture.PushLines(s.Visits.Ref("ann"), "afterwards"))
	wantLines(t, p, 31)
}

func TestNothingIsLostOrDoubledWhenStreamsAreCutInTheMiddleOfMessages(t *testing.T) {
	t.Parallel()
	for name, plain := range map[string]bool{"plain": true, "compressed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := handlers.Config{}
			c.Connection.NoCompression = plain
			cutMessages(t, fixture.Serve(t, c))
		})
	}
}

func cutMessages(t *testing.T, s *fixture.Site) {
	t.Helper()
	p := openLines(t, s, "ann")
	p.AllowErrors(lost...)
	lines := 0
	for _, c := range []struct {
		bytes int  // of the answer that still pass
		again bool // of the next answer, not of the one under way
	}{{1, true}, {400, true}, {20, false}, {700, false}, {1500, false}, {1600, true}} {
		seen := s.Net.Count(cut.Streams)
		want := seen + 1
		if c.again {
			s.Net.Cut(cut.Streams)
			want++
		}
		s.Net.CutAfter(cut.Streams, c.bytes)
		for range 12 {
			lines++
			check(t, fixture.PushLines(s.Visits.Ref("ann"), long()))
		}
		until(t, "the stream is cut and comes back", func() bool { return s.Net.Count(cut.Streams) >= want })
		wantLines(t, p, lines)
		live(t, p)
	}
	stayed(t, p)
}

// long is a text of 300 bytes that no compression makes much shorter.
func long() string {
	var b strings.Builder
	for range 12 {
		b.WriteString(rand.Text())
	}
	return b.String()
}

// Case 33: a first connect that is answered with an error.
func TestAFirstConnectThatFailsIsTriedAgainWithoutAReload(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		against func(*cut.Proxy) (end func())
	}{
		{"refused", func(p *cut.Proxy) func() { return p.Refuse(cut.Streams) }},
		{"answered 503", func(p *cut.Proxy) func() {
			return p.Answer(cut.Streams, http.StatusServiceUnavailable, "<h1>busy</h1>")
		}},
		{"answered with a page", func(p *cut.Proxy) func() { return p.Answer(cut.Streams, http.StatusOK, "<h1>log in</h1>") }},
		{"cut", func(p *cut.Proxy) func() { p.CutAfter(cut.Streams, 20); return func() {} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := fixture.Serve(t, handlers.Config{})
			p := browser.Open(t, "")
			p.AllowErrors(append(lost, "answered 503", "htmx:response:error")...)
			end := c.against(s.Net)
			p.Goto(s.URL + "/lines?as=ann")
			watchLines(p)
			stay(p)
			until(t, "the first connect fails", func() bool {
				all := s.Net.Exchanges(cut.Streams)
				return len(all) > 0 && all[0].Over()
			})
			check(t, fixture.PushLines(s.Visits.Ref("ann"), "meanwhile"))
			end()
			live(t, p)
			wantLines(t, p, 1)
			check(t, fixture.PushLines(s.Visits.Ref("ann"), "live"))
			wantLines(t, p, 2)
			stayed(t, p)
			if got := p.Text("h1"); got != "2" {
				t.Errorf("the heading is %q", got)
			}
		})
	}
}
