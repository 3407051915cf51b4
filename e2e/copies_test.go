package e2e_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// served is the HTML that a page was served as.
func served(s *fixture.Site, path string) string {
	all := s.Net.Exchanges(pageOf(path))
	return all[len(all)-1].Body()
}

// quiet checks that no stream of a page is asked for while a stranger's, which is refused,
// is asked for again and again.
func quiet(t *testing.T, s *fixture.Site, path string) {
	t.Helper()
	before := s.Net.Count(streamOf(path))
	strangers := streamOf("/lines")
	tried := s.Net.Count(strangers)
	defer s.Net.Refuse(strangers)()
	stranger := browser.Open(t, s.URL+"/lines")
	stranger.AllowErrors(lost...)
	until(t, "the stranger has tried three times", func() bool { return s.Net.Count(strangers) >= tried+3 })
	stranger.Close()
	if n := s.Net.Count(streamOf(path)) - before; n != 0 {
		t.Errorf("%d more streams were asked for", n)
	}
}

// Case 32: a copy of a page's HTML, as a duplicated tab or a restored session may have it.
func TestACopyOfAPageGetsAViewOfItsOwn(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := openLedger(t, s, "/watched?as=ann") // whose stream stays while it is hidden
	p.Click("#tap")
	p.WaitText("#taps", "1")
	seen := s.Net.Count(streamOf("/watched"))
	var copied atomic.Bool // when the copy reloads itself it is served a page of its own
	defer s.Net.Answer(func(r *http.Request) bool {
		return pageOf("/watched")(r) && copied.CompareAndSwap(false, true)
	}, http.StatusOK, served(s, "/watched"))()
	other := p.NewTab(s.URL + "/watched?as=copy")
	other.AllowErrors(lost...)
	until(t, "the copy has a view of its own", func() bool { return s.Kit.Stats().Views.Connected == 2 })
	live(t, other)
	other.WaitText("#taps", "0")
	other.Click("#tap")
	other.WaitText("#taps", "1")
	quiet(t, s, "/watched")
	if n := s.Net.Count(streamOf("/watched")) - seen; n != 2 {
		t.Errorf("%d streams were opened, want the copy's and that of its own page", n)
	}
	p.Front()
	works(t, p, s)
	stayed(t, p)
}

// A page that goes on from where another one is takes its view over, once and for all.
func TestAPageThatIsOpenedElsewhereSaysSoAndDoesNotFightBack(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := openLedger(t, s, "/watched?as=ann")
	p.Click("#tap")
	p.WaitText("#taps", "1")
	seen := s.Net.Count(streamOf("/watched"))
	html := strings.Replace(served(s, "/watched"), `hx-sse:connect`, `hx-headers:append="{&#34;Last-Event-ID&#34;:&#34;1&#34;}" hx-sse:connect`, 1)
	stop := s.Net.Answer(pageOf("/watched"), http.StatusOK, html)
	other := p.NewTab(s.URL + "/watched?as=ann")
	live(t, other)
	stop()
	until(t, "the first page's stream is over", func() bool { return s.Net.Open(streamOf("/watched")) == 1 })
	p.WaitText("#sb-notice", "This page is open elsewhere by now, and is no longer live here. Reload it to go on.")
	p.WaitCount("#sb-stream", 0)
	other.Click("#tap")
	other.WaitText("#taps", "2")
	quiet(t, s, "/watched")
	p.Front()
	quiet(t, s, "/watched")
	if n := s.Net.Count(streamOf("/watched")) - seen; n != 1 {
		t.Errorf("%d streams were opened, want one", n)
	}
	stayed(t, p)
	p.Reload()
	live(t, p)
	p.WaitText("#taps", "0")
	other.Front()
	other.Click("#tap")
	other.WaitText("#taps", "3")
}

// A page whose HTML comes from a cache again and again can't be helped by reloads.
func TestACopyThatAlwaysComesBackDoesNotReloadForEver(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := openLedger(t, s, "/watched?as=ann")
	p.Click("#tap")
	p.WaitText("#taps", "1")
	pages := s.Net.Count(pageOf("/watched"))
	defer s.Net.Answer(pageOf("/watched"), http.StatusOK, served(s, "/watched"))()
	other := p.NewTab("about:blank")
	other.AllowErrors(lost...)
	other.Eval("location.href = "+quote(s.URL+"/watched?as=ann")+", 0", nil)
	other.WaitFor(`document.getElementById("sb-notice").textContent.includes("not live")`)
	if n := s.Net.Count(pageOf("/watched")) - pages; n > 4 {
		t.Errorf("the copy was loaded %d times", n)
	}
	p.Front()
	works(t, p, s)
	stayed(t, p)
}
