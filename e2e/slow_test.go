package e2e_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// wide is the size of a text that soon fills whatever lies between two programs.
const wide = 100_000

// streamsFrom matches the streams of one open page.
func streamsFrom(p *browser.Page) cut.Match {
	var ticket string
	p.Eval(`JSON.parse(document.body.getAttribute("hx-headers:inherited"))["Sideband-Ticket"]`, &ticket)
	return func(r *http.Request) bool { return cut.Streams(r) && r.Header.Get("Sideband-Ticket") == ticket }
}

// widenOften changes a page's text n times, one after the other, while another page works
// on; it returns the last text's first letters.
func widenOften(t *testing.T, s *fixture.Site, slow string, other *browser.Page, n int) (letter string) {
	t.Helper()
	for i := range n {
		letter = fmt.Sprintf("<%d>", i)
		check(t, fixture.Widen(s.Visits.Ref(slow), letter, wide/len(letter)))
		if i%(n/5) == 0 {
			before := other.Count("#lines>li")
			other.Click("#add")
			other.WaitCount("#lines>li", before+1)
		}
	}
	return letter
}

func TestASlowReaderGetsTheNewestStateAndDisturbsNobody(t *testing.T) {
	t.Parallel()
	c := handlers.Config{}
	c.Connection.WriteTimeout = time.Hour // it is slow, and nothing else
	c.Connection.NoCompression = true     // what is sent is to be large
	s := fixture.Serve(t, c)
	slow, quick := openLines(t, s, "slow"), openLines(t, s, "quick")
	release := s.Net.Stall(streamsFrom(slow))
	const changes = 150
	letter := widenOften(t, s, "slow", quick, changes)
	check(t, fixture.PushLines(s.Visits.Ref("slow"), "last"))
	wantLines(t, quick, 5)
	if n := s.Net.Count(cut.Streams); n != 2 {
		t.Errorf("%d streams were opened", n)
	}
	stream := s.Net.Exchanges(streamsFrom(slow))[0]
	if m := stream.Messages(); len(m) > 1 {
		t.Errorf("%d messages passed the stall", len(m))
	}

	release()
	wantLines(t, slow, 1)
	slow.WaitFor(`document.title === ` + quote(letter+fixture.TitleSuffix))
	slow.WaitFor(`document.getElementById("wide").textContent === ` + quote(letter) + `.repeat(` + fmt.Sprint(wide/len(letter)) + `)`)
	if n := len(stream.Messages()); n >= changes/2 {
		t.Errorf("%d messages were kept for a reader that did not read", n)
	}
	// The very same stream goes on.
	check(t, fixture.PushLines(s.Visits.Ref("slow"), "afterwards"))
	wantLines(t, slow, 2)
	if n := s.Net.Count(cut.Streams); n != 2 {
		t.Errorf("%d streams were opened", n)
	}
	stayed(t, slow)
}

func TestAClientThatNeverReadsIsDroppedAtTheDeadlineAndNobodyNotices(t *testing.T) {
	t.Parallel()
	c := handlers.Config{}
	c.Connection.WriteTimeout = time.Second
	c.Connection.NoCompression = true
	s := fixture.Serve(t, c)
	slow, quick := openLines(t, s, "slow"), openLines(t, s, "quick")
	slow.AllowErrors(lost...)
	release := s.Net.Stall(streamsFrom(slow))
	letter := widenOften(t, s, "slow", quick, 50)
	until(t, "the server drops it", func() bool { v := s.Kit.Stats().Views; return v.Connected == 1 && v.Parked == 1 })
	quick.Click("#add")
	wantLines(t, quick, 6)
	if n := s.Net.Count(streamsFrom(quick)); n != 1 {
		t.Errorf("the other page has opened %d streams", n)
	}
	stayed(t, quick)

	release()
	slow.WaitFor(`document.title === ` + quote(letter+fixture.TitleSuffix))
	slow.WaitFor(`document.getElementById("wide").textContent === ` + quote(letter) + `.repeat(` + fmt.Sprint(wide/len(letter)) + `)`)
	check(t, fixture.PushLines(s.Visits.Ref("slow"), "afterwards"))
	wantLines(t, slow, 1)
	stayed(t, slow)
}
