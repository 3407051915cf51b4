package handlers_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/state"
)

// Each bound has a counter.
func TestEachBoundIsCounted(t *testing.T) {
	page := rooms.Page{Ref: make(chan ref, 9), Inside: make(chan ctx, 9), GoOn: make(chan struct{})}
	s := newSite(t, handlers.Config{
		Limits:   handlers.Limits{Queue: 2, Timers: 1, Fields: 3, Body: 100, Views: state.Limits{Views: 2}},
		Timeouts: handlers.Timeouts{Event: time.Second},
	}, func(kit *handlers.Kit, r chi.Router) { r.Handle("/rooms/{room}", handlers.View(kit, page)) })
	counted := func(what string, count func(handlers.Stats) int, want int) {
		t.Helper()
		waitUntil(t, what+" is "+strconv.Itoa(want), func() bool { return count(s.kit.Stats()) == want })
	}
	p := s.browser(t).open("/rooms/a").connect("")
	view := take(t, page.Ref, "the view to connect")
	counted("Streams", func(st handlers.Stats) int { return st.Streams }, 1)
	counted("Mounts", func(st handlers.Stats) int { return int(st.Mounts) }, 1)

	p.post("event=Write", url.Values{"text": {strings.Repeat("x", 200)}})
	p.post("event=Write", url.Values{"a": {"1"}, "b": {"2"}, "c": {"3"}, "d": {"4"}})
	p.post("event=Write", url.Values{"text": {"x"}}, "Content-Encoding", "gzip")
	counted("BodiesRefused", func(st handlers.Stats) int { return int(st.BodiesRefused) }, 3)

	p.post("event=Add&value=1", nil, "Sideband-Ticket", "x")
	s.browser(t).do("POST", "/rooms/a?event=Add&value=1", nil, "Sideband-Ticket", p.ticket)
	p.do("POST", "/rooms/b?event=Add&value=1", nil, "Sideband-Ticket", p.ticket)
	counted("TicketsRefused", func(st handlers.Stats) int { return int(st.TicketsRefused) }, 3)

	for range 2 {
		if stop, err := rooms.TickAfter(view, time.Hour, 1); err == nil {
			defer stop()
		}
	}
	counted("TimersFull", func(st handlers.Stats) int { return int(st.TimersFull) }, 1)

	p.post("event=Hold", nil) // in vain
	close(page.GoOn)
	counted("Deadlines", func(st handlers.Stats) int { return int(st.Deadlines) }, 1)
	counted("Events", func(st handlers.Stats) int { return int(st.Events) }, 1)

	q := s.browser(t).open("/rooms/a").connect("")
	take(t, page.Ref, "the view to connect")
	for range 2 { // all that fit are connected
		if a := s.browser(t).do("GET", "/rooms/a", nil); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
			t.Errorf("answered %d", a.status)
		}
	}
	counted("StoreFull", func(st handlers.Stats) int { return int(st.StoreFull) }, 2)
	q.post("event=Add&value=1", nil)
	q.await(">1<")

	held := rooms.Page{Ref: make(chan ref, 1), Inside: make(chan ctx), GoOn: make(chan struct{})}
	s = roomSite(t, handlers.Config{Limits: handlers.Limits{Queue: 1}, Timeouts: handlers.Timeouts{Event: time.Minute}}, held)
	p = s.browser(t).open("/rooms/a").connect("")
	view = take(t, held.Ref, "the view to connect") // until then that has the one place
	_, answered := p.hold(held)
	if err := rooms.Tick(view, 1); err != nil {
		t.Fatal(err)
	}
	p.post("event=Add&value=1", nil)
	counted("QueueFull", func(st handlers.Stats) int { return int(st.QueueFull) }, 1)
	close(held.GoOn)
	take(t, answered, "the answer to Hold")
}
