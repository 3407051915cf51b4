package handlers_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/views"
)

// A Mount that fails when the page is remounted is told in the words of who asked:
// what is final reloads the page, what may pass is tried again.
func TestAMountThatFailsTheSecondTime(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}, Timeouts: handlers.Timeouts{Event: time.Second}}
	for _, f := range []struct {
		name   string
		mount  func() error
		status int
		reload bool
		text   string
	}{
		{"not found", func() error { return views.ErrNotFound }, 404, true, ""},
		{"forbidden", func() error { return views.ErrForbidden }, 403, true, ""},
		{"gone", func() error { return views.Error(410, "Sold out") }, 410, true, ""},
		{"of the application's own", func() error { return views.Error(422, "No such year") }, 422, true, ""},
		{"too many", func() error { return views.Error(429, "Slowly") }, 429, false, "Slowly"},
		{"broken", func() error { return errors.New("a secret of the database") }, 500, false, "Something went wrong"},
		// Pages take a 502 for a proxy's.
		{"a system that is down", func() error { return views.Error(502, "The stock system is down") }, 500, false, "The stock system is down"},
		{"closed", func() error { return views.Error(503, "Back at noon") }, 503, false, "Back at noon"},
		{"panic", func() error { panic("a secret of Mount") }, 500, false, "Something went wrong"},
		{"too slow", func() error { <-hang; return nil }, 503, false, "too long"},
	} {
		t.Run(f.name, func(t *testing.T) {
			var failing atomic.Bool
			var mounts atomic.Int64
			page := rooms.Page{Before: func(*views.Socket, string) error {
				mounts.Add(1)
				if failing.Load() {
					return f.mount()
				}
				return nil
			}, Closed: make(chan struct{}, 9)}
			s := roomSite(t, c, page)
			p := s.browser(t).open("/rooms/a")
			s.restart(t, c, page)
			failing.Store(true)
			mounts.Store(0)

			a := p.post("event=Add&value=1", nil)
			if a.status != f.status || (a.header.Get("HX-Refresh") == "true") != f.reload || strings.Contains(a.body, "secret") {
				t.Errorf("event: %d %v %s", a.status, a.header, a.body)
			}
			if f.text != "" && !strings.Contains(a.body, f.text) {
				t.Errorf("event: the user reads %s", a.body)
			}
			a = p.stream()
			_, reload := a.reload(t)
			if reload != f.reload || !f.reload && (a.status < 429 || strings.Contains(a.body, "secret")) {
				t.Errorf("stream: %d %s", a.status, a.body)
			}
			if n := mounts.Load(); n != 2 {
				t.Errorf("%d Mounts for two requests", n)
			}
			st := s.kit.Stats()
			if st.Views.Pending+st.Views.Parked+st.Views.Connected > 0 {
				t.Errorf("what has failed is kept: %+v", st)
			}

			// It may go well the next time.
			failing.Store(false)
			p.connect("0").await("innerMorph")
			p.post("event=Add&value=1", nil)
			p.await(">1<")
		})
	}
}

// Requests that have waited for the same Mount get the same answer.
func TestRequestsThatShareAFailedMount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}
		mounts, goOn := 0, make(chan struct{})
		before := newDesk(c, rooms.Page{})
		defer before.close(t)
		p := before.open(t, "/rooms/a", "")
		d := newDesk(c, rooms.Page{Before: func(*views.Socket, string) error {
			mounts++
			<-goOn
			return views.ErrNotFound
		}})
		defer d.close(t)
		answers := make(chan int, 3)
		for range 3 {
			go func() { answers <- d.post(p, "/rooms/a?event=Add&value=1").Code }()
		}
		synctest.Wait()
		close(goOn)
		for range 3 {
			if code := <-answers; code != http.StatusNotFound {
				t.Errorf("answered %d", code)
			}
		}
		if mounts != 1 {
			t.Errorf("%d Mounts", mounts)
		}
	})
}

// A session that ends while its page is remounted has no page afterwards.
func TestASessionThatEndsDuringAMount(t *testing.T) {
	begun, goOn := make(chan struct{}), make(chan struct{})
	var again atomic.Bool
	s := newAccounts(t, handlers.Config{}, rooms.Page{Before: func(*views.Socket, string) error {
		if again.Load() {
			close(begun)
			<-goOn
		}
		return nil
	}})
	b := s.browser(t)
	b.login("ann")
	p := b.open("/rooms/a")
	s.kit.Disconnect("ann")
	again.Store(true)
	answered := make(chan answer, 1)
	go func() { answered <- p.post("event=Add&value=1", nil) }()
	take(t, begun, "the second Mount to begin")
	b.logout()
	close(goOn)
	if a := take(t, answered, "the answer to the event"); a.status < 400 || strings.Contains(a.body, "sb-view") {
		t.Errorf("answered %d %s", a.status, a.body)
	}
	waitUntil(t, "no view is left", func() bool {
		c := s.kit.Stats().Views
		return c.Pending+c.Parked+c.Connected == 0
	})
}
