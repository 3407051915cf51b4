package handlers_test

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	counted("Connections", func(st handlers.Stats) int { return st.Connections }, 1)
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

// Counters are read while they are added to.
func TestStatsAreReadAtAnyTime(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	const pages, events = 4, 25
	var posting, reading sync.WaitGroup
	for range pages {
		p := s.browser(t).open("/rooms/a")
		posting.Go(func() {
			for range events {
				p.post("event=Add&value=1", nil)
			}
		})
	}
	done := make(chan struct{})
	reading.Go(func() {
		for last := uint64(0); ; {
			n := s.kit.Stats().Events
			if n < last {
				t.Errorf("%d events after %d", n, last)
			}
			last = n
			select {
			case <-done:
				return
			default:
			}
		}
	})
	posting.Wait()
	close(done)
	reading.Wait()
	if st := s.kit.Stats(); st.Events != pages*events || st.Mounts != pages || st.Connections != 0 {
		t.Errorf("%+v", st)
	}
}

// Where pointers have 32 bits, only the beginning of an allocation is aligned for atomic additions of 64.
func TestCountersComeFirstInStats(t *testing.T) {
	fields := reflect.VisibleFields(reflect.TypeFor[handlers.Stats]())
	counter := func(f reflect.StructField) bool { return f.Type.Kind() == reflect.Uint64 }
	first := slices.IndexFunc(fields, func(f reflect.StructField) bool { return !counter(f) })
	if rest := fields[max(first, 0):]; slices.ContainsFunc(rest, counter) {
		t.Errorf("a counter stands after %s", fields[first].Name)
	}
}
