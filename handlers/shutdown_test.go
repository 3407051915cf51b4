package handlers_test

import (
	"context"
	"errors"
	"html"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// Streams are sent away one after the other, so that pages don't come back all at once.
func TestShutdownIsSpread(t *testing.T) {
	s := roomSite(t, handlers.Config{Timeouts: handlers.Timeouts{ShutdownSpread: time.Hour}}, rooms.Page{})
	b := s.browser(t)
	const pages = 20
	left, seen := atomic.Int64{}, make(chan int64, pages)
	var all sync.WaitGroup
	for range pages {
		p := b.open("/rooms/a").connect("")
		all.Go(func() {
			p.drain()
			left.Add(1)
			seen <- int64(s.kit.Stats().Connections)
		})
	}
	shutdown(t, s.kit)
	inTime(t, "a stream", all.Wait)
	most := int64(0)
	for range pages {
		most = max(most, <-seen)
	}
	if most < pages/4 {
		t.Errorf("when the first had left only %d others had not", most)
	}
}

// A deadline counts more than the spread.
func TestShutdownWithADeadline(t *testing.T) {
	page := rooms.Page{Inside: make(chan ctx), GoOn: make(chan struct{})}
	s := roomSite(t, handlers.Config{Timeouts: handlers.Timeouts{ShutdownSpread: time.Hour, Event: time.Hour}}, page)
	var tabs []*tab
	for range 10 {
		tabs = append(tabs, s.browser(t).open("/rooms/a").connect(""))
	}
	_, answered := tabs[0].hold(page)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := s.kit.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with a callback that goes on: %v", err)
	}
	for _, p := range tabs {
		p.drain()
	}
	close(page.GoOn)
	take(t, answered, "the answer to Hold")
	shutdown(t, s.kit)
}

// Who comes while the kit shuts down, or afterwards, is told to come again.
func TestRequestsAfterShutdown(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a")
	for range 2 { // once more changes nothing
		shutdown(t, s.kit)
	}
	for what, a := range map[string]answer{"page": p.do("GET", "/rooms/a", nil), "event": p.post("event=Add&value=1", nil), "stream": p.stream()} {
		if a.status != http.StatusServiceUnavailable || a.header.Get("HX-Refresh") != "" {
			t.Errorf("%s: %d %v %s", what, a.status, a.header, a.body)
		}
	}
}

// Everything at once: events, streams, log-outs, ends, and a shutdown in the middle of it.
func TestShutdownAmidEverything(t *testing.T) {
	s := newAccounts(t, handlers.Config{Limits: handlers.Limits{SessionMounts: 10_000}, Timeouts: handlers.Timeouts{ConnectionAge: 5 * time.Millisecond}}, rooms.Page{})
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			for ctx.Err() == nil {
				b := s.browser(t)
				if b.do("POST", "/login?name=ann", nil).status != http.StatusNoContent {
					continue
				}
				a := b.do("GET", "/rooms/a", nil)
				m := ticketIn.FindStringSubmatch(html.UnescapeString(a.body))
				if m == nil {
					continue
				}
				p := &tab{browser: b, path: "/rooms/a", ticket: m[1]}
				var both sync.WaitGroup
				both.Go(func() {
					r := p.request("sideband=stream")
					r.Method = "GET"
					if res, err := b.http.Do(r); err == nil {
						_, _ = io.Copy(io.Discard, res.Body) // it may be cut by the shutdown
						res.Body.Close()
					}
				})
				both.Go(func() { p.post("event=Add&value=1", nil) })
				both.Go(func() { s.kit.Disconnect("ann") })
				p.post("event=Check", nil, "HX-Source", "input#agree")
				b.do("POST", "/logout", nil)
				both.Wait()
				b.http.CloseIdleConnections()
			}
		})
	}
	waitFor(t, func() bool { return s.kit.Stats().Mounts > 60 })
	shutdown(t, s.kit)
	cancel()
	inTime(t, "a browser", work.Wait)
	if st := s.kit.Stats(); st.Connections != 0 || st.Views.Pending+st.Views.Connected+st.Views.Parked != 0 {
		t.Errorf("%+v", st)
	}
}
