package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// Case 4, in the browser: a key that is gone costs one reload.
func TestAPageThatCannotGoOnAfterARestartReloadsItselfOnce(t *testing.T) {
	t.Parallel()
	version, old := secrets('a'), secrets('a')
	version.Version = "2"
	old.Security.TicketLife = time.Nanosecond
	for _, c := range []struct {
		name string
		next handlers.Config
	}{{"its secret is gone", secrets('b')}, {"the pages are of another version", version}, {"its ticket is too old", old}} {
		for _, by := range []struct {
			name    string
			refused cut.Match // so that the other comes first
			next    func(p *browser.Page)
		}{
			{"by its stream", cut.Events, func(*browser.Page) {}},
			{"by an event", cut.Streams, func(p *browser.Page) { p.Click("#tap") }},
		} {
			t.Run(c.name+", told "+by.name, func(t *testing.T) {
				t.Parallel()
				s := fixture.Serve(t, secrets('a'))
				p := openLedger(t, s, "/ledger?as=ann")
				p.AllowErrors("answered 4", "htmx:response:error")
				s.Book.Write("meanwhile")
				allow := s.Net.Refuse(by.refused)
				s.Restart(c.next)
				by.next(p)
				p.WaitFor("document.stayed === undefined")
				allow()
				entries(p, 1)
				works(t, p, s)
				if n := s.Net.Count(pageOf("/ledger")); n != 2 {
					t.Errorf("the page was loaded %d times", n)
				}
			})
		}
	}
}

// Case 5.
func TestProcessesThatShareNothingDoNotSendAPageBackAndForthForEver(t *testing.T) {
	t.Parallel()
	one, other := fixture.Serve(t, secrets('a')), fixture.Serve(t, secrets('b'))
	net := roundRobin(t, func(r *http.Request) bool { return r.URL.Path == "/ledger" }, []*fixture.Site{one, other})
	p := browser.Open(t, net+"/ledger?as=ann")
	p.AllowErrors("answered 403", "htmx:response:error")
	const notice = "This page is not live, and reloading it did not help. Please try again in a minute."
	p.WaitText("#sb-notice", notice)
	stay(p)
	pages := func() int { return one.Net.Count(pageOf("/ledger")) + other.Net.Count(pageOf("/ledger")) }
	if n := pages(); n != 4 {
		t.Errorf("the page was loaded %d times, want once and three reloads", n)
	}
	// Whatever the user does now, the page stays, and says so.
	streams := one.Net.Count(cut.Streams) + other.Net.Count(cut.Streams)
	for range 3 {
		p.Eval(`document.getElementById("sb-notice").textContent = ""`, nil)
		p.Click("#tap")
		p.WaitFor(`document.getElementById("sb-notice").textContent === ` + quote(notice) + ` || document.getElementById("taps").textContent !== "0"`)
	}
	if n := pages(); n != 4 {
		t.Errorf("the page was loaded %d times", n)
	}
	if n := one.Net.Count(cut.Streams) + other.Net.Count(cut.Streams); n > streams+3 {
		t.Errorf("it opened %d more streams", n-streams)
	}
	stayed(t, p)
}

// roundRobin is a proxy before several sites: requests that match go to one after the
// other, others to the first.
func roundRobin(t *testing.T, m cut.Match, sites []*fixture.Site) string {
	t.Helper()
	transport := &http.Transport{}
	var proxies []*httputil.ReverseProxy
	for _, s := range sites {
		target, err := url.Parse(s.URL)
		check(t, err)
		proxies = append(proxies, &httputil.ReverseProxy{
			Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host },
			Transport: transport,
		})
	}
	var turn atomic.Uint64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := uint64(0)
		if m(r) {
			at = (turn.Add(1) - 1) % uint64(len(proxies))
		}
		proxies[at].ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
		transport.CloseIdleConnections()
	})
	return srv.URL
}
