package handlers_test

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/views"
)

// round is a page that leads to another one: as it connects, as it is mounted, or by an event.
type round struct {
	Connects, Mounts string
	Slow             *atomic.Int32 // counts down to a connection that takes its time
}

func (p round) Mount(s *views.Socket, _ views.NoParams) error {
	if p.Mounts != "" {
		return s.Redirect(p.Mounts)
	}
	return nil
}

func (p round) Connect(s *views.Socket) error {
	if p.Slow != nil && p.Slow.Add(-1) == 0 {
		time.Sleep(2100 * time.Millisecond)
	}
	if to, ok := strings.CutPrefix(p.Connects, "navigate:"); ok {
		return s.Navigate(to)
	}
	if p.Connects != "" {
		return s.Redirect(p.Connects)
	}
	return nil
}

func (round) Go(s *views.Socket, to string) error { return s.Redirect(to) }

func (round) Render() templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<h1 id="round">Round</h1>`)
		return err
	})
}

func openRounds(t *testing.T) *site {
	slow := new(atomic.Int32)
	slow.Store(6)
	return newSite(t, handlers.Config{}, func(k *handlers.Kit, r chi.Router) {
		for path, page := range map[string]round{
			"/still": {}, "/r1": {Connects: "/r2"}, "/r2": {Connects: "/r1#top"}, "/v1": {Connects: "navigate:/v2"}, "/v2": {Connects: "navigate:/v1"},
			"/m1": {Mounts: "/m2"}, "/m2": {Mounts: "/m1"}, "/l1": {Connects: "/l2", Slow: slow}, "/l2": {Connects: "/l1", Slow: slow}, "/c": {Connects: "/m3"}, "/m3": {Mounts: "/c"},
		} {
			r.Handle(path, handlers.View(k, page))
		}
	})
}

// around follows pages that redirect as they connect, until one does not any more, and returns how often it went on.
func around(t *testing.T, b *browser, path string) (n int, last *tab, said string) {
	t.Helper()
	for ; n < 30; n++ {
		p := b.open(path)
		if path == "/m3" {
			p.path = "/c" // to which that has redirected
		}
		p.connect("0")
		_, said = p.message()
		to := ""
		for _, mark := range []string{"url=", `hx-get="`} {
			if _, after, ok := strings.Cut(said, mark); ok {
				to, _, _ = strings.Cut(after, `"`)
			}
		}
		if to == "" {
			return n, p, said
		}
		path, _, _ = strings.Cut(to, "#")
	}
	t.Fatalf("%s: redirected %d times", path, n)
	return n, nil, ""
}

// Case 504. Pages that redirect to each other stop after ten, say so, and go on.
func TestRedirectsInCirclesEnd(t *testing.T) {
	s := openRounds(t)
	b := s.browser(t)
	b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return nil }
	b.open("/still")
	for _, path := range []string{"/r1", "/v1", "/c"} {
		s.log.reset()
		n, p, said := around(t, b, path)
		if n == 0 || n > 10 || !strings.Contains(said, "in circles") || !strings.Contains(s.log.String(), "redirect to each other again and again") {
			t.Errorf("%s: %d redirects, then %s; the log: %s", path, n, said, s.log)
		}
		p.post("event=Go&value=%2Fstill", url.Values{}).is(t, "the page goes on", 204, "HX-Redirect", "/still")
	}
	if a := b.do("GET", "/m1", nil); a.status != 508 || !strings.Contains(a.body, "in circles") {
		t.Errorf("pages that redirect as they are mounted: %d %s", a.status, a.body)
	}
	// An event that shows such a page in the document loads its error.
	p := b.open("/still")
	a := p.visit("/m1", "HX-Request-Type", "full")
	a.is(t, "a link to such a page", 204)
	if to := a.header.Get("HX-Redirect"); to == "" || b.do("GET", to, nil).status != 508 {
		t.Errorf("a link to such a page leads to %q", to)
	}
	// What the user asks for may redirect as often as it likes, in tabs of its own too.
	for range 12 {
		b.open("/still").post("event=Go&value=%2Fstill", url.Values{}).is(t, "an event", 204, "HX-Redirect", "/still")
		p := b.open("/r1").connect("0")
		p.expect("url=/r2")
	}
}

// Case 546. A page that takes its time to connect is one more of the circle.
func TestASlowPageInACircle(t *testing.T) {
	b := openRounds(t).browser(t)
	b.open("/still")
	if n, _, said := around(t, b, "/l1"); n == 0 || n > 10 || !strings.Contains(said, "in circles") {
		t.Errorf("%d redirects, then %s", n, said)
	}
}

// Case 547. What a redirect leads to is counted, however the browser writes it.
func TestRedirectsToAddressesThatBrowsersWriteInTheirWay(t *testing.T) {
	for to, asked := range map[string]string{
		"/a?q=it's":       "/a?q=it%27s",
		"/a?q=it%27s":     "/a?q=it's",
		"/a?":             "/a",
		"/a?#top":         "/a",
		"/a#top":          "/a",
		"/a b?q=<é>":      "/a%20b?q=%3C%C3%A9%3E",
		"/a%7e?q=%c3%a9":  "/a~?q=%C3%A9",
		"/a?q=100%&r=%zz": "/a?q=100%&r=%zz",
	} {
		if !handlers.LeadsTo(to, asked) {
			t.Errorf("%s does not lead to %s", to, asked)
		}
	}
	for to, asked := range map[string]string{"/a": "/b", "/a?q=1": "/a?q=2", "/a?q=": "/a"} {
		if handlers.LeadsTo(to, asked) {
			t.Errorf("%s leads to %s", to, asked)
		}
	}
}

// Case 505. A second click on a link to another page, before that is there, is no second entry of the history.
func TestALinkToAnotherPageThatIsClickedTwice(t *testing.T) {
	s := openRounds(t)
	b := s.browser(t)
	p := b.open("/r2")
	click := func() answer { return p.visit("/still", "HX-Request-Type", "full") }
	a := click()
	a.is(t, "a click", 200, "HX-Push-Url", "", "HX-Replace-Url", "")
	click().is(t, "the second one, before the page has connected", 200, "HX-Replace-Url", "/still")
	next := &tab{browser: b, path: "/still", ticket: ticketIn.FindStringSubmatch(html.UnescapeString(a.body))[1]}
	next.connect("0")
	waitUntil(t, "the page is connected", func() bool { return s.kit.Stats().Views.Connected == 1 })
	click().is(t, "one more, when it is there", 204, "HX-Push-Url", "false")
}
