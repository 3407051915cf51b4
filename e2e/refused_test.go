package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// says is a middleware's answer of its own.
func says(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, "<!DOCTYPE html><html><head><title>Refused</title></head><body><h1>Status %d</h1></body></html>", status)
	}
}

// sends is a middleware's redirect.
func sends(status int, to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, status) }
}

// ways are how a page notices that it is refused.
var ways = []struct {
	name   string
	notice func(s *fixture.Site, p *browser.Page)
}{
	{"an event", func(_ *fixture.Site, p *browser.Page) { p.Click("#tap") }},
	{"its stream", func(s *fixture.Site, _ *browser.Page) { s.Net.Cut(cut.Streams) }},
}

// Case 7. What is made of each status, handlers tests; here are the kinds of answers that come of it.
func TestAPageThatMiddlewareTurnsAwayGoesWhereItIsSent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		path   string // where the page is in the end
		title  string
	}{
		{"303 with a query", sends(http.StatusSeeOther, "/sign-in?from=ledger&x=%22"), "/sign-in?from=ledger&x=%22", "Sign in"},
		{"401", says(http.StatusUnauthorized), "/ledger?as=ann", "Status 401"},
	} {
		for _, by := range ways {
			t.Run(c.name+" to "+by.name, func(t *testing.T) {
				t.Parallel()
				s := fixture.Serve(t, handlers.Config{})
				p := openLedger(t, s, "/ledger?as=ann")
				p.AllowErrors("answered 4")
				seen := s.Net.Count(cut.Streams)
				s.Guard.Refuse(c.answer)
				by.notice(s, p)
				p.WaitText("h1", c.title)
				if got := p.URL(); got != s.URL+c.path {
					t.Errorf("the page is at %s, want %s", got, c.path)
				}
				p.WaitFor("document.stayed === undefined && document.readyState === 'complete'")
				if n := s.Net.Count(cut.Streams) - seen; n > 1 {
					t.Errorf("%d more streams were asked for", n)
				}
				until(t, "the view has no stream", func() bool { return s.Kit.Stats().Views.Connected == 0 })
			})
		}
	}
}

func TestAPageIsNotSentToAForeignScheme(t *testing.T) {
	t.Parallel()
	for i, to := range []string{"javascript:window.ran=1", "//127.0.0.2/x", `/\127.0.0.2/x`, "data:text/html,x"} {
		for _, by := range ways[i%2:][:1] {
			t.Run(to+" by "+by.name, func(t *testing.T) {
				t.Parallel()
				s := fixture.Serve(t, handlers.Config{})
				p := openLedger(t, s, "/ledger?as=ann")
				p.AllowErrors("answered 3", "net::ERR_", "Refused to", "htmx:error")
				first := true
				s.Guard.Refuse(func(w http.ResponseWriter, r *http.Request) {
					if first && (cut.Streams(r) || cut.Events(r)) {
						first = false
						w.Header().Set("Location", to)
						w.WriteHeader(http.StatusFound)
						return
					}
					says(http.StatusForbidden)(w, r)
				})
				by.notice(s, p)
				p.AllowErrors("answered 403")
				p.WaitText("h1", "Status 403") // its own address
				if got := p.URL(); got != s.URL+"/ledger?as=ann" {
					t.Errorf("the page is at %s", got)
				}
				neverRan(t, p)
			})
		}
	}
}

func TestARefusalThatMayPassLeavesThePageAsItIs(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			s := fixture.Serve(t, handlers.Config{})
			p := openLedger(t, s, "/ledger?as=ann")
			p.AllowErrors(fmt.Sprintf("answered %d", status), "htmx:response:error")
			before := p.Title()
			s.Guard.Refuse(says(status))
			p.Click("#tap")
			p.WaitFor(`["sb-notice", "sb-failed"].some(id => / try again( in a moment)?\.$/.test(document.getElementById(id).textContent))`)
			s.Guard.Refuse(nil)
			p.Click("#tap")
			p.WaitText("#taps", "1")

			s.Guard.Refuse(says(status))
			seen := s.Net.Count(cut.Streams)
			s.Net.Cut(cut.Streams)
			until(t, "the stream is refused twice", func() bool { return s.Net.Count(cut.Streams) >= seen+2 })
			s.Guard.Refuse(nil)
			works(t, p, s)
			stayed(t, p)
			if html := p.HTML(); strings.Contains(html, "Status") || p.Title() != before {
				t.Errorf("the page shows what the middleware said: %s", html)
			}
		})
	}
}

// Case 34: what proxies say when the server is away.
func TestAProxysErrorPageForAStreamIsNotShown(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusBadGateway, http.StatusOK} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			s := fixture.Serve(t, handlers.Config{})
			p := openLedger(t, s, "/ledger?as=ann")
			p.AllowErrors("answered 5", "htmx:response:error")
			before := p.Title()
			seen := s.Net.Count(cut.Streams)
			end := s.Net.Answer(cut.Streams, status, "<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>")
			s.Net.Cut(cut.Streams)
			until(t, "the proxy has answered three times", func() bool { return s.Net.Count(cut.Streams) >= seen+3 })
			if html := p.HTML(); strings.Contains(html, "Bad gateway") || p.Title() != before {
				t.Errorf("the page is now %s", html)
			}
			end()
			works(t, p, s)
			stayed(t, p)
		})
	}
}

func TestAProxysErrorForAnEventIsToldInWordsOfOurs(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := openLedger(t, s, "/ledger?as=ann")
	p.AllowErrors("answered 50", "htmx:response:error")
	before := p.Title()
	end := s.Net.Answer(cut.Events, http.StatusBadGateway, "<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>")
	p.Click("#tap")
	visible(p, "#sb-failed>*", true)
	p.WaitText("#sb-failed", "That did not reach the server. Please try again.")
	end()
	p.Click("#tap")
	p.WaitText("#taps", "1")
	visible(p, "#sb-failed>*", false) // by itself
	if html := p.HTML(); strings.Contains(html, ">Bad gateway") || p.Title() != before {
		t.Errorf("the page is now %s", html)
	}
	stayedLive(t, p, s)
}
