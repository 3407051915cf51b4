package handlers_test

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Case 39: a stream ends when it is old, after what waited, and the page gets all of the
// view, which brings back what a script has removed from it.
func TestAnOldStreamEnds(t *testing.T) {
	s := roomSite(t, handlers.Config{Timeouts: handlers.Timeouts{ConnectionAge: 20 * time.Millisecond}}, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	p.drain()
	for range 3 { // each time
		waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
		p.connect("0")
		p.await(`id="sb-view" hx-swap="innerMorph"`)
		p.drain()
	}
	if st := s.kit.Stats(); st.Reloads > 0 || st.Remounts > 0 {
		t.Errorf("%+v", st)
	}
}

// An event that comes while an old stream's page is on its way back gets the view whole.
func TestAnEventBetweenAnOldStreamAndTheNext(t *testing.T) {
	s := roomSite(t, handlers.Config{Timeouts: handlers.Timeouts{ConnectionAge: 20 * time.Millisecond}}, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	p.drain()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	if a := p.post("event=Add&value=1", nil); a.status != 200 || !strings.Contains(a.body, "innerMorph") || !strings.Contains(a.body, ">1<") {
		t.Errorf("answered %d %s", a.status, a.body)
	}
}

// kill puts a new process in the place of the one that the tabs were served by, which
// had no time to say good-bye.
func (s *site) kill(t *testing.T, c handlers.Config, p rooms.Page) {
	t.Helper()
	next, old := roomSite(t, c, p), s.kit
	s.CloseClientConnections()
	s.kit, s.log, s.Config.Handler = next.kit, next.log, next.Config.Handler
	t.Cleanup(func() {
		shutdown(t, old)
	})
}

// request is an event to come.
func (p *tab) request(query string) *http.Request {
	p.t.Helper()
	ctx, cancel := context.WithTimeoutCause(p.t.Context(), patience, errPatience)
	p.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "POST", p.site.URL+p.path+"?"+query, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Sideband-Ticket", p.ticket)
	return r
}

// Case 38: the process is killed after the callback has run and before its patch has
// left. The page shows what the new process renders.
func TestAProcessKilledBetweenCallbackAndPatch(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}, Timeouts: handlers.Timeouts{Event: time.Minute}}
	page := rooms.Page{Inside: make(chan ctx), GoOn: make(chan struct{})}
	s := roomSite(t, c, page)
	p := s.browser(t).open("/rooms/a?from=40").connect("")
	p.post("event=Add&value=1", nil)
	last := p.await(">41<")
	lost := make(chan struct{})
	go func() {
		defer close(lost)
		if res, err := p.http.Do(p.request("event=Hold")); err == nil {
			t.Errorf("answered %d", res.StatusCode)
			res.Body.Close()
		}
	}()
	take(t, page.Inside, "Hold to run")
	s.kill(t, c, rooms.Page{})
	take(t, lost, "the request to break off")
	close(page.GoOn)

	p.connect(last)
	p.await(">40<")
	p.post("event=Add&value=1", nil)
	p.await(">41<")
}

// What a view holds goes with it, at the latest when the garbage collector comes by.
func TestAViewThatHasEndedIsForgotten(t *testing.T) {
	for how, end := range map[string]func(*site, *tab){
		"ended": func(s *site, _ *tab) { s.kit.Disconnect("") },
		"evicted": func(_ *site, p *tab) {
			p.open("/rooms/b")
			p.open("/rooms/c")
		},
	} {
		t.Run(how, func(t *testing.T) {
			var left atomic.Int64
			page := rooms.Page{Before: func(s *views.Socket, room string) error {
				if room == "a" {
					weight := new([1 << 16]byte)
					runtime.AddCleanup(weight, func(n int64) { left.Add(-n) }, 1)
					left.Add(1)
					rooms.Extra.Set(s, weight)
				}
				return nil
			}}
			s := roomSite(t, handlers.Config{Limits: handlers.Limits{Views: state.Limits{PerSession: 1}}}, page)
			p := s.browser(t).open("/rooms/a").connect("")
			end(s, p)
			p.drain()
			waitUntil(t, "the view's values are collected", func() bool { runtime.GC(); return left.Load() == 0 })
		})
	}
}
