package handlers_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// gate is middleware of an application that can be told to answer in the place of the page.
type gate struct {
	closed atomic.Pointer[http.HandlerFunc]
}

func (g *gate) with(h http.HandlerFunc) { g.closed.Store(&h) }

func (g *gate) status(code int, location string) {
	g.with(func(w http.ResponseWriter, _ *http.Request) {
		if location != "" {
			w.Header().Set("Location", location)
		}
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Length", strconv.Itoa(len(refusalPage)))
		w.WriteHeader(code)
		_, _ = w.Write([]byte(refusalPage))
	})
}

const refusalPage = `<!DOCTYPE html><title>No</title><hx-partial id="sb-view" hx-swap="innerMorph">Log in</hx-partial>`

func (g *gate) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := g.closed.Load(); h != nil {
			(*h)(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func gatedSite(t *testing.T, c handlers.Config) (*site, *gate) {
	t.Helper()
	g := &gate{}
	s := newSite(t, c, func(kit *handlers.Kit, r chi.Router) {
		r.With(g.middleware).Handle("/rooms/{room}", handlers.View(kit, rooms.Page{}))
		r.With(g.middleware).HandleFunc("/api", func(http.ResponseWriter, *http.Request) {})
	})
	return s, g
}

var refreshIn = regexp.MustCompile(`<meta http-equiv="refresh" content="0(?:;url=([^"]*))?">`)

// reload returns where a stream's answer sends the page.
func (a answer) reload(t *testing.T) (to string, ok bool) {
	t.Helper()
	m := refreshIn.FindStringSubmatch(a.body)
	if m == nil {
		return "", false
	}
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/event-stream" || !strings.Contains(a.body, `id="sb-stream" hx-swap="delete"`) {
		t.Errorf("a message in %d %v: %s", a.status, a.header, a.body)
	}
	return html.UnescapeString(m[1]), true
}

// stream asks for the stream of a page and reads the answer to its end.
func (p *tab) stream() answer {
	p.t.Helper()
	return p.do("GET", p.path+"?sideband=stream", nil, "Sideband-Ticket", p.ticket, "Last-Event-ID", "0")
}

// Case 7: what middleware answers, a page's events and stream understand.
func TestMiddlewareThatLetsNothingThrough(t *testing.T) {
	for _, c := range []struct {
		status int
		to     string // where the page goes; "" if it stays
	}{
		{http.StatusMovedPermanently, "/login?next=1"},
		{http.StatusFound, "/login?next=1"},
		{http.StatusSeeOther, "/login?next=1"},
		{http.StatusTemporaryRedirect, "/login?next=1"},
		{http.StatusUnauthorized, "/rooms/a?from=4"},
		{http.StatusForbidden, "/rooms/a?from=4"},
		{http.StatusNotFound, "/rooms/a?from=4"},
		{http.StatusGone, "/rooms/a?from=4"},
		{http.StatusTooManyRequests, ""},
		{http.StatusInternalServerError, ""},
		{http.StatusBadGateway, ""},
		{http.StatusServiceUnavailable, ""},
		{http.StatusGatewayTimeout, ""},
	} {
		t.Run(strconv.Itoa(c.status), func(t *testing.T) {
			s, gate := gatedSite(t, handlers.Config{})
			p := s.browser(t).open("/rooms/a?from=4")
			location := ""
			if c.status/100 == 3 {
				location = "/login?next=1"
			}
			gate.status(c.status, location)

			asked := map[string]answer{
				"event":   p.post("event=Add&value=1", nil),
				"link":    p.do("GET", "/rooms/a?from=5", nil, "Sideband-Ticket", p.ticket, "HX-Request", "true"),
				"restore": p.do("GET", "/rooms/a?from=4", nil, "Sideband-Ticket", p.ticket, "HX-History-Restore-Request", "true"),
			}
			for what, a := range asked {
				if strings.Contains(a.body, "Log in") || a.header.Get("Location") != "" {
					t.Errorf("%s: the middleware's page is let through: %d %v %s", what, a.status, a.header, a.body)
				}
				if a.header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s may be stored: %v", what, a.header)
				}
				switch {
				case c.to != "" && (a.status != http.StatusNoContent || a.header.Get("HX-Redirect") != c.to):
					t.Errorf("%s: %d %v %s", what, a.status, a.header, a.body)
				case c.to == "" && what == "restore": // there is no page to stay
					if a.status != http.StatusNoContent || a.header.Get("HX-Redirect") != "/rooms/a?from=4" {
						t.Errorf("%s: %d %v %s", what, a.status, a.header, a.body)
					}
				case c.to == "" && (a.status != c.status || !strings.Contains(a.body, "sb-notice") || a.header.Get("HX-Redirect") != ""):
					t.Errorf("%s: %d %v %s", what, a.status, a.header, a.body)
				}
			}

			p = p.again()
			a := p.stream()
			to, reloads := a.reload(t)
			switch {
			case c.to == "" && (reloads || a.status != c.status):
				t.Errorf("stream: %d %s", a.status, a.body)
			case c.to != "" && to != c.to && to != "": // "" is the page's own address
				t.Errorf("stream: it goes to %q", to)
			case c.to != "" && !reloads:
				t.Errorf("stream: %d %s", a.status, a.body)
			}
			if st := s.kit.Stats(); st.Connections > 0 || st.Events > 0 {
				t.Errorf("something got through: %+v", st)
			}
		})
	}
}

// again is the same page in a browser that has not counted any reloads.
func (p *tab) again() *tab {
	p.t.Helper()
	b := p.site.browser(p.t)
	b.http.Jar.SetCookies(p.home(), withoutReloads(p.http.Jar.Cookies(p.home())))
	return &tab{browser: b, path: p.path, ticket: p.ticket}
}

func withoutReloads(all []*http.Cookie) (some []*http.Cookie) {
	for _, c := range all {
		if c.Name != "sideband-reloads" {
			some = append(some, c)
		}
	}
	return some
}

// A log-in page with status 200 is no stream, and htmx would ask for it without pause.
func TestAPageInThePlaceOfAStream(t *testing.T) {
	s, gate := gatedSite(t, handlers.Config{})
	p := s.browser(t).open("/rooms/a")
	for _, status := range []int{http.StatusOK, http.StatusNoContent} {
		gate.status(status, "")
		if a := p.again().stream(); a.status == 200 && !refreshIn.MatchString(a.body) || a.status == 204 {
			t.Errorf("%d: answered %d %s", status, a.status, a.body)
		}
	}
	gate.with(func(http.ResponseWriter, *http.Request) {}) // writes nothing
	if a := p.again().stream(); !refreshIn.MatchString(a.body) {
		t.Errorf("nothing: answered %d %s", a.status, a.body)
	}
}

// Where a redirect may take a page.
func TestRedirectsThatPagesFollow(t *testing.T) {
	s, gate := gatedSite(t, handlers.Config{})
	p := s.browser(t).open("/rooms/a?from=4")
	const own = "/rooms/a?from=4"
	for location, want := range map[string]string{
		"/login":                       "/login",
		"/login?next=%2Frooms%2Fa&x=1": "/login?next=%2Frooms%2Fa&x=1",
		"/a,b;c":                       "/a,b;c",
		"login":                        "/rooms/login",
		"../login":                     "/login",
		"?x=1":                         "/rooms/a?x=1",
		"https://id.example/auth?a=b":  "https://id.example/auth?a=b",
		"HTTPS://id.example/auth":      "https://id.example/auth",
		"http://id.example/":           "http://id.example/",
		"javascript:alert(1)":          own,
		"JavaScript:alert(1)":          own,
		" javascript:alert(1)":         own,
		"java\tscript:alert(1)":        own,
		"data:text/html,x":             own,
		"vbscript:x":                   own,
		"//evil.example/":              own,
		`\\evil.example/`:              own,
		`/\evil.example/`:              own,
		"/..//evil.example/":           "/evil.example/",
		"/.//evil.example/":            own,
		"./..//evil.example/":          "/evil.example/",
		"https://\x7f.example/":        own,
		"/x\r\nSet-Cookie: a=b":        own,
		"/x\nHX-Redirect: /y":          own,
		"/x\x00":                       own,
		"%zz":                          own,
		"":                             own,
	} {
		gate.status(http.StatusFound, location)
		a := p.again().post("event=Add&value=1", nil)
		if a.status != http.StatusNoContent || a.header.Get("HX-Redirect") != want || a.header.Get("Set-Cookie") == "a=b" {
			t.Errorf("%q: an event is sent to %q (%d), not %q", location, a.header.Get("HX-Redirect"), a.status, want)
		}
		if to, ok := p.again().stream().reload(t); !ok || to != want && !(to == "" && want == own) {
			t.Errorf("%q: a stream is sent to %q, not %q", location, to, want)
		}
	}
}

// Requests that are not a page's own get what the application answers.
func TestRefusalsOfOtherRequestsAreLeftAlone(t *testing.T) {
	s, gate := gatedSite(t, handlers.Config{})
	b := s.browser(t)
	b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	p := b.open("/rooms/a")
	gate.status(http.StatusFound, "/login")
	for what, a := range map[string]answer{
		"the page":           b.do("GET", "/rooms/a", nil),
		"a form":             b.do("POST", "/rooms/a", nil),
		"somewhere else":     b.do("GET", "/api", nil, "Sideband-Ticket", p.ticket, "HX-Request", "true"),
		"a foreign ticket":   b.do("GET", "/rooms/a", nil, "Sideband-Ticket", "x"),
		"a stranger's fetch": b.do("GET", "/rooms/a?sideband=stream", nil),
	} {
		if a.status != http.StatusFound || a.header.Get("Location") != "/login" || !strings.Contains(a.body, "Log in") {
			t.Errorf("%s: %d %v", what, a.status, a.header)
		}
	}
}

// Case 184: a page does not leave with what was typed into it; a button that has posted nothing may take it away.
func TestARefusedEventOfAFormKeepsThePage(t *testing.T) {
	s, gate := gatedSite(t, handlers.Config{})
	p := s.browser(t).open("/rooms/a")
	gate.status(http.StatusForbidden, "")
	text := url.Values{"text": {"typed"}}
	for element, fields := range map[string]url.Values{"input#text": text, "form#f": text, "select#x": nil, "button#add-row": text, "button#add": nil} {
		a := p.post("event=Write", fields, "HX-Source", element)
		leaves := a.status == http.StatusNoContent && a.header.Get("HX-Redirect") == "/rooms/a"
		keeps := a.status == http.StatusForbidden && a.header.Get("HX-Redirect") == "" && strings.Contains(a.body, "sb-notice")
		if element == "button#add" && !leaves || element != "button#add" && !keeps {
			t.Errorf("%s: %d %v %s", element, a.status, a.header, a.body)
		}
	}
}

// A page is sent to its own address as the browser knows it.
func TestARefusedPageGoesToItsOwnAddress(t *testing.T) {
	s, gate := gatedSite(t, handlers.Config{})
	for _, path := range []string{"/rooms/a%2Fb", "/rooms/%C3%A4", "/rooms/a%3Fb", "/rooms/a%23b", "/rooms/a?x=%2F&y"} {
		gate.closed.Store(nil)
		p := s.browser(t).open(path)
		gate.status(http.StatusUnauthorized, "")
		if a := p.post("event=Add&value=1", nil); a.header.Get("HX-Redirect") != path {
			t.Errorf("%s: sent to %q", path, a.header.Get("HX-Redirect"))
		}
	}
}

// A session that a handler has changed is saved though it flushes before it writes.
func TestAHandlerThatFlushesFirst(t *testing.T) {
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) {
		r.Get("/feed", func(w http.ResponseWriter, r *http.Request) {
			kit.Sessions().Put(r.Context(), "seen", true)
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
			_, _ = w.Write([]byte("x"))
		})
	})
	if a := s.browser(t).do("GET", "/feed", nil); a.header.Get("Set-Cookie") == "" || a.body != "x" {
		t.Errorf("answered %d %v %s", a.status, a.header, a.body)
	}
}
