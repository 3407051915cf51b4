package handlers_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/state"
)

// Case 32: two documents with one ticket come to rest: one is live, the other says why
// it is not, and neither has a reason to connect again.
func TestTwoDocumentsWithOneTicket(t *testing.T) {
	for name, id := range map[string]string{"a copy": "", "one that goes on": "0"} {
		t.Run(name, func(t *testing.T) {
			s := roomSite(t, handlers.Config{}, rooms.Page{})
			p := s.browser(t).open("/rooms/a").connect("")
			q := &tab{browser: p.browser, path: p.path, ticket: p.ticket}
			q.connect(id)
			stays, goes := p, q
			if id != "" {
				stays, goes = q, p
			}
			var last string
			for {
				_, data := goes.message()
				if data == "" {
					break
				}
				last = data
			}
			if !strings.Contains(last, `id="sb-stream" hx-swap="delete"`) || id == "" != strings.Contains(last, "refresh") || id != "" != strings.Contains(last, "elsewhere") {
				t.Errorf("the other is told %s", last)
			}
			goes.post("event=Add&value=1", nil)
			stays.await(">1<")
			waitFor(t, func() bool { st := s.kit.Stats(); return st.Connections == 1 && st.Views.Connected == 1 })
		})
	}
}

// Two that connect at the same time, neither having been connected before.
func TestTwoFirstConnectionsAtOnce(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	for range 20 {
		p := b.open("/rooms/a")
		q := &tab{browser: b, path: p.path, ticket: p.ticket}
		connected := make(chan *tab, 2)
		go func() { connected <- p.connect("") }()
		go func() { connected <- q.connect("") }()
		take(t, connected, "the first to connect")
		take(t, connected, "the second to connect")
		over := make(chan *tab, 2)
		for _, one := range []*tab{p, q} {
			go func() {
				one.drain()
				over <- one
			}()
		}
		first := take(t, over, "the end of one stream") // one of them is sent away, the other is left alone
		other := p
		if first == p {
			other = q
		}
		if a := other.post("event=Add&value=1", nil); a.status != 204 {
			t.Errorf("answered %d: no stream is left", a.status)
		}
		other.body.Close()
		take(t, over, "the end of the other stream")
	}
}

// drain reads the stream to its end.
func (p *tab) drain() {
	defer p.limit()()
	for {
		if _, data := p.message(); data == "" {
			return
		}
	}
}

// A connection that has broken off before its turn came takes nothing over.
func TestAConnectionThatLeavesBeforeItsTurn(t *testing.T) {
	page := rooms.Page{Inside: make(chan ctx), GoOn: make(chan struct{})}
	s := roomSite(t, handlers.Config{Timeouts: handlers.Timeouts{Event: time.Minute}}, page)
	p := s.browser(t).open("/rooms/a").connect("")
	_, answered := p.hold(page)
	q := &tab{browser: s.browser(t), path: p.path, ticket: p.ticket}
	q.http.Jar = p.http.Jar
	q.connect("0").body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Connections == 1 })
	close(page.GoOn)
	take(t, answered, "the answer to Hold")
	p.await(">200<")
	p.post("event=Add&value=1", nil)
	p.await(">201<")
}

// Whoever connects and leaves at once does not make a view count as watched for ever.
func TestConnectionsThatBreakOffAtOnce(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	p := b.open("/rooms/a").connect("")
	p.body.Close()
	for range 300 {
		q := &tab{browser: b, path: p.path, ticket: p.ticket}
		q.connect("0").body.Close()
	}
	waitFor(t, func() bool {
		st := s.kit.Stats()
		return st.Connections == 0 && st.Views.Connected == 0 && st.Views.Parked == 1
	})
}

// What a page that was taken over does reaches the view; its own stream is not revived.
func TestAnEventOfAPageThatWasTakenOver(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	q := &tab{browser: p.browser, path: p.path, ticket: p.ticket}
	q.connect("0")
	p.drain()
	if a := p.post("event=Add&value=1", nil); a.status != 204 || a.body != "" {
		t.Errorf("answered %d %s", a.status, a.body)
	}
	q.await(">1<")
}

// A session that has too many pages open loses the one it has used least, which says so.
func TestASessionWithTooManyPages(t *testing.T) {
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{Views: state.Limits{PerSession: 2}}}, rooms.Page{})
	b := s.browser(t)
	one := b.open("/rooms/1").connect("")
	waitFor(t, func() bool { return s.kit.Stats().Views.Connected == 1 })
	two := b.open("/rooms/2").connect("")
	waitFor(t, func() bool { return s.kit.Stats().Views.Connected == 2 })
	b.open("/rooms/3").connect("")
	one.await("too many are open")
	if _, data := one.message(); data != "" {
		t.Errorf("its stream goes on: %s", data)
	}
	two.post("event=Add&value=1", nil)
	two.await(">1<")
	waitFor(t, func() bool { c := s.kit.Stats().Views; return c.Evicted == 1 && c.Connected == 2 })
}

// A view that is evicted while an event is on its way to it is remounted for the event.
func TestAViewEvictedUnderAnEvent(t *testing.T) {
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{Views: state.Limits{PerSession: 1}}}, rooms.Page{})
	b := s.browser(t)
	p := b.open("/rooms/a?from=4")
	send, answered := p.slow("event=Write")
	send("text=wri")
	b.open("/rooms/b")
	send("tten")
	send("")
	if a := take(t, answered, "the answer to the slow event"); a.status != 200 || !strings.Contains(a.body, "written") || !strings.Contains(a.body, ">4<") {
		t.Errorf("answered %d %s", a.status, a.body)
	}
	if st := s.kit.Stats(); st.Remounts != 1 || st.Events != 1 {
		t.Errorf("%+v", st)
	}
}
