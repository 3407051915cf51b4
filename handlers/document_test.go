package handlers_test

import (
	"html"
	"net/http"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// Cases 9 and 19: what browsers may keep of a page, and what it may load.
func TestHeadersOfPages(t *testing.T) {
	user := func(r *http.Request) string { return r.Header.Get("X-User") }
	s := roomSite(t, handlers.Config{Identity: user}, rooms.Page{})
	b := s.browser(t)
	for _, c := range []struct {
		user, path, cache string
		status            int
	}{
		{"", "/rooms/a", "private, no-cache", 200},
		{"", "/rooms/a", "private, no-cache", 200}, // without a new session
		{"ann", "/rooms/a", "no-store", 200},
		{"", "/rooms/none", "no-store", 404},
		{"ann", "/rooms/broken", "no-store", 500},
	} {
		a := b.do("GET", c.path, nil, "X-User", c.user)
		if a.status != c.status || !strings.HasPrefix(a.header.Get("Cache-Control"), c.cache) {
			t.Errorf("%s for %q: %d, Cache-Control %q", c.path, c.user, a.status, a.header.Values("Cache-Control"))
		}
		for name, want := range map[string]string{
			"Vary": "Sideband-Ticket", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": handlers.DefaultPolicy,
			"Content-Type": "text/html; charset=utf-8", "Referrer-Policy": "same-origin",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %s: %q", c.path, name, got)
			}
		}
	}
	if !strings.Contains(handlers.DefaultPolicy, "frame-ancestors 'none'") || strings.Contains(handlers.DefaultPolicy, "unsafe") {
		t.Errorf("policy %s", handlers.DefaultPolicy)
	}
	// What the page has of scripts and styles is the policy's.
	a := b.do("GET", "/rooms/a", nil)
	for _, bad := range []string{"<style", " style=", "javascript:", "<script>", " onclick", "hx-on"} {
		if strings.Contains(a.body, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
}

func TestPoliciesOfTheApplication(t *testing.T) {
	for want, given := range map[string][]string{
		handlers.DefaultPolicy: nil,
		"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; img-src 'self' data: https://i.example; connect-src 'self' https://a.example": {
			"img-src data: https://i.example", "connect-src https://a.example",
		},
		"default-src 'self'; base-uri 'none'; form-action 'self' https://pay.example; frame-ancestors https://a.example https://b.example; object-src 'none'": {
			"form-action https://pay.example", "frame-ancestors https://a.example", "frame-ancestors https://b.example",
		},
	} {
		if got := handlers.Policy(given...); got != want {
			t.Errorf("%q: %s", given, got)
		}
	}
	for _, bad := range []string{"", "img-src", "img-src data:; script-src *", "img-src a,b", "img-src a\r\nX: y", "  img-src  "} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is taken", bad)
				}
			}()
			handlers.Policy(bad)
		}()
	}
	s := roomSite(t, handlers.Config{Security: handlers.Security{ContentSecurityPolicy: "-"}}, rooms.Page{})
	if a := s.browser(t).do("GET", "/rooms/a", nil); a.header.Get("Content-Security-Policy") != "" {
		t.Errorf("policy %q", a.header.Get("Content-Security-Policy"))
	}
}

// A page may keep its stream while it is hidden, also the stream that an event's answer brings.
func TestPagesThatKeepTheirStream(t *testing.T) {
	for _, keep := range []bool{true, false} {
		s := roomSite(t, handlers.Config{}, rooms.Page{Keep: keep})
		p := s.browser(t).open("/rooms/a")
		if strings.Contains(p.html, "sse.pauseOnBackground:false") != keep {
			t.Errorf("keep %v: page %s", keep, p.html)
		}
		if a := p.post("event=Add&value=1", nil); strings.Contains(a.body, "sse.pauseOnBackground:false") != keep {
			t.Errorf("keep %v: event %s", keep, a.body)
		}
	}
}

// Case 9: a page that is gone back to is served anew when it is nobody's any more, and
// left alone while it is live.
func TestGoingBack(t *testing.T) {
	s := newAccounts(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	b.login("ann")
	p := b.open("/rooms/a?from=1").connect("")
	back := func() answer {
		return b.do("GET", "/rooms/a?from=1", nil, "Sideband-Ticket", p.ticket, "HX-History-Restore-Request", "true")
	}
	if a := back(); a.status != http.StatusNoContent || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("while it is live: %d %v", a.status, a.header)
	}
	if a := b.do("GET", "/rooms/a?from=2", nil, "Sideband-Ticket", p.ticket, "HX-History-Restore-Request", "true"); a.status != http.StatusOK {
		t.Errorf("another address: %d", a.status)
	}
	b.logout()
	if a := back(); a.status != http.StatusOK || !strings.Contains(html.UnescapeString(a.body), "Sideband-Ticket") || strings.Contains(a.body, p.ticket) {
		t.Errorf("after the log-out: %d %s", a.status, a.body)
	}
}

// A stream's address that somebody is sent to is the page.
func TestGoingToAStreamsAddress(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	a := b.do("GET", "/rooms/a?from=7&sideband=stream", nil, "Sec-Fetch-Mode", "navigate")
	if a.status != http.StatusOK || !strings.Contains(a.body, ">7<") {
		t.Errorf("answered %d %s", a.status, a.body)
	}
	b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	a = b.do("GET", "/rooms/a?from=7&sideband=stream&after=5&sideband-tab=x", nil, "Sec-Fetch-Mode", "navigate")
	if to := a.header.Get("Location"); to != "?from=7" {
		t.Errorf("sent to %q", to)
	}
}

// Case 43: an element that drops the ticket is an error to its developer.
func TestAnElementWithoutTheTicket(t *testing.T) {
	for _, development := range []bool{true, false} {
		s := roomSite(t, handlers.Config{Development: development}, rooms.Page{})
		b := s.browser(t)
		b.open("/rooms/a")
		b.do("POST", "/rooms/a?event=Add&value=1", nil, "HX-Request", "true", "HX-Source", "button#go")
		if log := s.log.String(); strings.Contains(log, "level=ERROR") != development || strings.Contains(log, "button#go") != development {
			t.Errorf("development %v: %s", development, log)
		}
	}
}

// Without the middleware outermost there is a warning, once, and pages work.
func TestWithoutTheMiddleware(t *testing.T) {
	d := newDesk(handlers.Config{}, rooms.Page{})
	defer d.close(t)
	r := chi.NewRouter()
	r.Handle("/rooms/{room}", handlers.View(d.kit, rooms.Page{}))
	d.router = r
	p := d.open(t, "/rooms/a", "")
	if w := d.post(p, "/rooms/a?event=Add&value=1"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), ">1<") {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	if n := strings.Count(d.log.String(), "not the router's outermost middleware"); n != 1 {
		t.Errorf("warned %d times", n)
	}
}
