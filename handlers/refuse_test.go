package handlers_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

func roomSite(t testing.TB, c handlers.Config, p rooms.Page) *site {
	t.Helper()
	return newSite(t, c, func(kit *handlers.Kit, r chi.Router) {
		view := handlers.View(kit, p)
		r.Handle("/rooms/{room}", view)
		r.Handle("/other/{room}", view)
	})
}

// Case 1 (without expiry): a ticket that is damaged, missing or another session's.
func TestTicketsThatAreNotThePages(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	mine, theirs, another := s.browser(t).open("/rooms/a"), s.browser(t).open("/rooms/a"), s.browser(t).open("/rooms/a")
	mine.connect("")
	for _, c := range []struct {
		name, ticket string
		who          *tab
		status       int
	}{
		{"damaged", mine.ticket[:len(mine.ticket)-2] + "AA", mine, 403},
		{"no ticket at all", "hello", mine, 403},
		{"an empty one", "", mine, 403},
		{"far too long", strings.Repeat("A", 10_000), another, 403},
		{"another session's", mine.ticket, theirs, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := c.who.post("event=Add&value=1", nil, "Sideband-Ticket", c.ticket, "HX-Request", "true")
			if a.status != c.status || a.header.Get("HX-Refresh") != "true" {
				t.Errorf("answered %d, HX-Refresh %q", a.status, a.header.Get("HX-Refresh"))
			}
		})
	}
	mine.post("event=Add&value=5", nil)
	mine.expect(">5<") // none of the others ran
}

// Case 2: a ticket counts on its own address only.
func TestATicketOfAnotherAddress(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	one, two := b.open("/rooms/1"), b.open("/rooms/2")
	one.connect("")
	two.connect("")
	for _, path := range []string{"/rooms/1", "/other/2"} {
		a := b.do("POST", path+"?event=Add&value=1&view=2&ticket="+url.QueryEscape(one.ticket), nil, "Sideband-Ticket", two.ticket)
		if a.status != http.StatusConflict || a.header.Get("HX-Refresh") != "true" {
			t.Errorf("%s: answered %d", path, a.status)
		}
	}
	one.post("event=Add&value=3", nil)
	one.expect(">3<")
	two.post("event=Add&value=4", nil)
	two.expect(">4<")
}

// Case 10: requests that another site makes.
func TestCrossSitePosts(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a")
	for _, header := range [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Origin", "https://evil.example"},
		{"Origin", "null"},
	} {
		if a := p.post("event=Add&value=1", nil, header...); a.status != http.StatusForbidden {
			t.Errorf("%v: answered %d", header, a.status)
		}
	}
	p.connect("")
	p.post("event=Add&value=7", nil)
	p.expect(">7<")
}

// Case 12: a stream without a page.
func TestAStreamWithoutATicket(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	a := b.do("GET", "/rooms/a?sideband=stream", nil)
	if a.status != 200 || !strings.Contains(a.body, `http-equiv="refresh"`) || a.header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("answered %d %v %s", a.status, a.header, a.body)
	}
	if c := s.kit.Stats().Views; c.Pending+c.Connected+c.Parked > 0 {
		t.Errorf("a view was mounted: %+v", c)
	}
	cookie := b.do("GET", "/rooms/a", nil).header.Get("Set-Cookie")
	if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("cookie %q", cookie)
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), patience, errPatience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/rooms/a", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "app.example"
	res, err := b.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	cookie = res.Header.Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "__Host-") || !strings.Contains(cookie, "Secure") || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") || strings.Contains(cookie, "Domain") {
		t.Errorf("cookie away from the machine itself: %q", cookie)
	}
}

// A browser that takes no cookie must not reload for ever.
func TestAStreamWithoutTheSessionsCookie(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a")
	a := s.browser(t).do("GET", "/rooms/a?sideband=stream", nil, "Sideband-Ticket", p.ticket)
	if a.status != 200 || strings.Contains(a.body, "refresh") || !strings.Contains(a.body, "not live") || !strings.Contains(a.body, `id="sb-stream" hx-swap="delete"`) {
		t.Errorf("answered %d %s", a.status, a.body)
	}
}

func TestAStreamOfAViewThatIsGone(t *testing.T) {
	s, other := roomSite(t, handlers.Config{}, rooms.Page{}), roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a")
	shutdown(t, s.kit)
	a := p.post("event=Add&value=1", nil)
	if a.status != http.StatusServiceUnavailable || a.header.Get("HX-Refresh") != "" {
		t.Errorf("event: answered %d, though the next process may have the page", a.status)
	}
	if b := other.browser(t).do("GET", "/rooms/a?sideband=stream", nil, "Sideband-Ticket", p.ticket); b.status != 200 || !strings.Contains(b.body, "refresh") {
		t.Errorf("foreign stream: answered %d %s", b.status, b.body)
	}
}

// Case 28, among others: a compressed body.
func TestBadEvents(t *testing.T) {
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{Body: 1000, Fields: 5}}, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	many := url.Values{}
	for _, k := range strings.Split("a b c d e f g", " ") {
		many.Set(k, k)
	}
	for _, c := range []struct {
		name, query string
		form        url.Values
		header      []string
		status      int
	}{
		{"unknown", "event=Nope", nil, nil, 404},
		{"none named", "", nil, nil, 404},
		{"a lifecycle method", "event=Mount", nil, nil, 404},
		{"a message", "event=tick&value=1", nil, nil, 404},
		{"no number", "event=Add&value=x", nil, nil, 400},
		{"no value", "event=Add", nil, nil, 400},
		{"several fields for one", "event=Add", url.Values{"a": {"1"}, "b": {"2"}}, nil, 400},
		{"a nested name", "event=Both", url.Values{"a[1]": {"1"}}, nil, 400},
		{"an overflow", "event=Add&value=99999999999999999999", nil, nil, 400},
		{"too large", "event=Write", url.Values{"text": {strings.Repeat("x", 2000)}}, nil, 413},
		{"too many fields", "event=Both", many, nil, 400},
		{"too many parameters of one name", "event=Both&a=1&a=2&a=3&a=4&a=5", nil, nil, 400},
		{"compressed", "event=Write", url.Values{"text": {"x"}}, []string{"Content-Encoding", "gzip"}, 415},
		{"JSON", "event=Write", url.Values{"text": {"x"}}, []string{"Content-Type", "application/json"}, 415},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := p.post(c.query, c.form, c.header...)
			if a.status != c.status || !strings.Contains(a.body, "sb-notice") {
				t.Errorf("answered %d %s", a.status, a.body)
			}
			if a.header.Get("Cache-Control") != "no-store" {
				t.Error("the answer may be stored")
			}
		})
	}
	p.post("event=Both", url.Values{"a": {"9"}, "b": {"good"}, "isAdmin": {"true"}})
	p.expect(">9<")
	if log := s.log.String(); strings.Count(log, "status=404") != 4 || !strings.Contains(log, "status=413") {
		t.Errorf("log: %s", log)
	}
}

// Case 110.
func TestUnknownNamesInAnAddressAreIgnored(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}
	s := roomSite(t, c, rooms.Page{})
	const more = "&a.b=1&utm[source]=x&x[99999999]=1&]=1"
	p := s.browser(t).open("/rooms/a?from=7" + more).connect("")
	if a := p.post("event=Add&value=2"+more, nil); a.status != http.StatusNoContent {
		t.Errorf("answered %d %s", a.status, a.body)
	}
	last := p.expect(">9<")
	if a := p.post("event=Both", url.Values{"a": {"5"}, "b": {"x"}, "c.d": {"1"}, "utm[source]": {"x"}}); a.status != http.StatusNoContent {
		t.Errorf("answered %d %s", a.status, a.body)
	}
	p.expect(">5<")
	s.restart(t, c, rooms.Page{}) // the stream mounts the page with the query that it was opened with
	p.connect(last).expect(">7<")
}

func TestGarbageForALastEventID(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	for _, id := range []string{"garbage", "-1", "999999", "1e3", strings.Repeat("9", 100), "18446744073709551615"} {
		p := b.open("/rooms/a").connect(id)
		p.expect(`id="sb-view" hx-swap="innerMorph"`)
	}
}

func TestMountsErrorIsAnErrorPage(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	for path, want := range map[string]int{"/rooms/none": 404, "/rooms/secret": 403, "/rooms/broken": 500, "/rooms/a?from=x": 400} {
		a := b.do("GET", path, nil)
		if a.status != want || strings.Contains(a.body, "database") || ticketIn.MatchString(a.body) {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if !strings.Contains(s.log.String(), "a secret of the database") {
		t.Error("the cause is not in the log")
	}
	if c := s.kit.Stats().Views; c.Pending > 0 {
		t.Errorf("views are kept: %+v", c)
	}
}

func TestOtherMethods(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	if a := b.do("DELETE", "/rooms/a", nil); a.status != 405 || a.header.Get("Allow") == "" {
		t.Errorf("DELETE: %d", a.status)
	}
	if a := b.do("HEAD", "/rooms/a", nil); a.status != 200 || s.kit.Stats().Views.Pending > 0 {
		t.Errorf("HEAD: %d, %+v", a.status, s.kit.Stats().Views)
	}
}

// Case 27: a full mailbox is an error to the sender, and a slow body holds nobody up.
func TestAFullMailbox(t *testing.T) {
	page := rooms.Page{Inside: make(chan ctx), GoOn: make(chan struct{}), Ref: make(chan ref, 1)}
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{Queue: 3}, Timeouts: handlers.Timeouts{Event: time.Minute}}, page)
	p := s.browser(t).open("/rooms/a").connect("")
	view := take(t, page.Ref, "the view to connect")
	_, held := p.hold(page)
	for range 3 {
		if err := rooms.Tick(view, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := rooms.Tick(view, 1); err == nil {
		t.Error("the mailbox takes more than it may")
	}
	if a := p.post("event=Add&value=1", nil); a.status != http.StatusTooManyRequests {
		t.Errorf("answered %d", a.status)
	}
	close(page.GoOn)
	if a := take(t, held, "the answer to Hold"); a.status != 204 {
		t.Errorf("the event that held the others up: %d", a.status)
	}
	p.expect(">200<")
	p.expect(">203<")
}

// What the kit itself has to do for a view takes no place in its mailbox: a page may come
// back at any time.
func TestAConnectionTakesNoPlaceInTheMailbox(t *testing.T) {
	page := rooms.Page{Inside: make(chan ctx), GoOn: make(chan struct{}), Ref: make(chan ref, 1)}
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{Queue: 1}, Timeouts: handlers.Timeouts{Event: time.Minute}}, page)
	p := s.browser(t).open("/rooms/a").connect("")
	view := take(t, page.Ref, "the view to connect")
	_, held := p.hold(page)
	q := &tab{browser: p.browser, path: p.path, ticket: p.ticket}
	q.connect("0") // waits for its turn
	if err := rooms.Tick(view, 1); err != nil {
		t.Errorf("the first message to wait: %v", err)
	}
	if rooms.Tick(view, 1) == nil {
		t.Error("the mailbox takes more than it may")
	}
	close(page.GoOn)
	take(t, held, "the answer to Hold")
	q.await(">201<")
	if err := rooms.Tick(view, 1); err != nil {
		t.Errorf("a message to an empty mailbox: %v", err)
	}
	q.await(">202<")
}

func TestASlowBodyHoldsNobodyUp(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	body, send := pipe()
	r := p.request("event=Write")
	r.Body, r.ContentLength = io.NopCloser(body), -1
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	slow := make(chan int, 1)
	go func() {
		res, err := p.http.Do(r)
		if err != nil {
			slow <- 0
			return
		}
		res.Body.Close()
		slow <- res.StatusCode
	}()
	send("text=sl")
	p.post("event=Add&value=1", nil)
	p.expect(">1<")
	send("ow")
	send("")
	if status := take(t, slow, "the answer to the slow event"); status != 204 {
		t.Errorf("the slow one: %d", status)
	}
	p.expect("slow")
}
