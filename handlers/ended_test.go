package handlers_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/state"
)

// Case 6: who logs in or out in one tab takes the others along, and nobody else.
func TestASessionThatEndsTakesItsPagesAlong(t *testing.T) {
	for how, end := range map[string]func(*browser){
		"destroyed": (*browser).logout,
		"renewed":   func(b *browser) { b.login("eve") },
	} {
		t.Run(how, func(t *testing.T) {
			page := rooms.Page{Ref: make(chan ref, 9)}
			s := newAccounts(t, handlers.Config{}, page)
			mine, theirs := s.browser(t), s.browser(t)
			mine.login("ann")
			theirs.login("ann") // the same user elsewhere
			one := mine.open("/rooms/a").connect("")
			view := take(t, page.Ref, "the view to connect")
			two := mine.open("/rooms/b").connect("")
			other := theirs.open("/rooms/a").connect("")
			end(mine)
			if rooms.Tick(view, 1) == nil {
				t.Error("a message is taken by a page that has ended")
			}
			one.gone()
			two.gone()
			if a := one.post("event=Add&value=1", nil); a.status != http.StatusForbidden || a.header.Get("HX-Refresh") != "true" {
				t.Errorf("an event afterwards: %d", a.status)
			}
			other.post("event=Add&value=7", nil)
			other.await(">7<")
			if c := s.kit.Stats().Views; c.Connected != 1 || c.Pending+c.Parked > 0 {
				t.Errorf("views: %+v", c)
			}
		})
	}
}

// Case 6: what waited for a slow browser is not delivered to it.
func TestWhatWaitedIsNotDelivered(t *testing.T) {
	page := rooms.Page{Ref: make(chan ref, 1), Inside: make(chan ctx), GoOn: make(chan struct{})}
	s := newAccounts(t, handlers.Config{Timeouts: handlers.Timeouts{Event: time.Minute}}, page)
	b := s.browser(t)
	b.login("ann")
	p := b.open("/rooms/a").connect("")
	view := take(t, page.Ref, "the view to connect")
	inside, answered := p.hold(page)
	for range 5 {
		if err := rooms.Tick(view, 1); err != nil {
			t.Fatal(err)
		}
	}
	b.logout()
	if inside.Err() == nil {
		t.Error("the callback under way goes on")
	}
	close(page.GoOn)
	if a := take(t, answered, "the answer to Hold"); a.status != http.StatusGone && a.status != http.StatusForbidden {
		t.Errorf("the event under way: %d", a.status)
	}
	p.gone()
}

// What a callback has changed when the session ends is not told any more, to nobody.
func TestTheAnswerToAnEventUnderWaySaysNothing(t *testing.T) {
	page := rooms.Page{Inside: make(chan ctx), GoOn: make(chan struct{})}
	s := newAccounts(t, handlers.Config{Timeouts: handlers.Timeouts{Event: time.Minute}}, page)
	b := s.browser(t)
	b.login("ann")
	p := b.open("/rooms/private")
	p.post("event=Add&value=1", nil) // nobody knows whether the answer arrived, so the next says everything
	_, answered := p.hold(page, "HX-Source", "input#agree")
	b.logout()
	close(page.GoOn)
	a := take(t, answered, "the answer to Hold")
	if a.status != http.StatusGone && a.status != http.StatusForbidden || strings.Contains(a.body, "private") {
		t.Errorf("answered %d %s", a.status, a.body)
	}
}

// slow begins an event whose body comes bit by bit; an empty bit ends it. When the first
// one has been sent, the event has been let through and waits for the rest.
func (p *tab) slow(query string) (send func(string), answered <-chan answer) {
	p.t.Helper()
	body, send := pipe()
	r := p.request(query)
	r.Body, r.ContentLength = io.NopCloser(body), -1
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Expect", "100-continue") // sent when the body is asked for
	tr := &http.Transport{ExpectContinueTimeout: time.Hour}
	p.t.Cleanup(tr.CloseIdleConnections)
	c := make(chan answer, 1)
	go func() {
		res, err := (&http.Client{Transport: tr, Jar: p.http.Jar}).Do(r)
		if err != nil {
			c <- answer{body: err.Error()}
			return
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		c <- answer{res.StatusCode, res.Header, string(text)}
	}()
	return send, c
}

// An event that was let through before End must not run after it, however slowly the
// browser sends it, and though its view was evicted before.
func TestAnEventUnderWayIsDroppedByEnd(t *testing.T) {
	for _, evicted := range []bool{false, true} {
		s := newAccounts(t, handlers.Config{Limits: handlers.Limits{Views: state.Limits{PerSession: 1}}}, rooms.Page{})
		b := s.browser(t)
		b.login("ann")
		p := b.open("/rooms/a")
		send, answered := p.slow("event=Write")
		send("text=wri")
		if evicted {
			b.open("/rooms/b")
		}
		if n := s.kit.Disconnect("ann"); n != 1 {
			t.Errorf("%d pages ended", n)
		}
		send("tten")
		send("")
		if a := take(t, answered, "the answer to the slow event"); a.status < 400 || strings.Contains(a.body, "written") {
			t.Errorf("evicted %v: answered %d %s", evicted, a.status, a.body)
		}
		if st := s.kit.Stats(); st.Remounts != 0 {
			t.Errorf("evicted %v: it mounted the page again: %+v", evicted, st)
		}
	}
}

// Case 6, with a callback that ignores its context: its sender does not wait for it.
func TestACallbackThatHangsWhenItsPageEnds(t *testing.T) {
	page := rooms.Page{Inside: make(chan ctx), GoOn: make(chan struct{}), Closed: make(chan struct{}, 1)}
	s := newAccounts(t, handlers.Config{Timeouts: handlers.Timeouts{Event: time.Second}}, page)
	b := s.browser(t)
	b.login("ann")
	p := b.open("/rooms/a").connect("")
	_, answered := p.hold(page)
	s.kit.Disconnect("ann")
	waitUntil(t, "the event is answered", func() bool { return len(answered) == 1 })
	waitUntil(t, "Close has run, which does not wait for it either", func() bool { return len(page.Closed) == 1 })
	close(page.GoOn)
	take(t, answered, "the answer to Hold")
}

// A stream whose turn has not come when its page ends is not forgotten.
func TestAStreamThatWaitsForItsTurnEndsToo(t *testing.T) {
	page := rooms.Page{Inside: make(chan ctx), GoOn: make(chan struct{})}
	s := newAccounts(t, handlers.Config{Timeouts: handlers.Timeouts{Event: time.Minute}}, page)
	b := s.browser(t)
	b.login("ann")
	p := b.open("/rooms/a").connect("")
	_, answered := p.hold(page)
	again := &tab{browser: b, path: p.path, ticket: p.ticket}
	again.connect("0")
	s.kit.Disconnect("ann")
	close(page.GoOn)
	take(t, answered, "the answer to Hold")
	waitUntil(t, "its stream has ended", func() bool { return s.kit.Stats().Connections == 0 })
}
