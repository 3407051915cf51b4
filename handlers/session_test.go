package handlers_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/views"
)

// Somebody logs in while another page of the browser is on its way. That page must not
// bring the old session back, nor a new one, in place of the one they have logged in to.
func TestAPageUnderWayDuringALogIn(t *testing.T) {
	t.Run("loaded before", func(t *testing.T) {
		inside, goOn := make(chan struct{}), make(chan struct{})
		once := sync.OnceFunc(func() { close(inside); <-goOn })
		s := newAccounts(t, handlers.Config{}, rooms.Page{Before: func(_ *views.Socket, room string) error {
			if room == "slow" {
				once()
			}
			return nil
		}})
		b := s.browser(t)
		b.open("/rooms/a") // makes a session
		page := make(chan answer, 1)
		go func() { page <- b.do("GET", "/rooms/slow", nil) }()
		take(t, inside, "Mount to begin")
		b.login("ann")
		close(goOn)
		take(t, page, "the slow page")
		if a := b.do("GET", "/whoami", nil); a.body != "ann" {
			t.Errorf("logged in as %q", a.body)
		}
	})
	t.Run("loaded after", func(t *testing.T) {
		// The page's stream says that it should reload, and its request overtakes the
		// answer that brings the new cookie.
		s := newAccounts(t, handlers.Config{}, rooms.Page{})
		b := s.browser(t)
		b.open("/rooms/a")
		old := b.cookies()
		b.login("ann")
		b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		b.do("GET", "/rooms/a", nil, "Cookie", old)
		if a := b.do("GET", "/whoami", nil); a.body != "ann" {
			t.Errorf("logged in as %q", a.body)
		}
	})
}

// A page whose own request ends the session belongs to the next one.
func TestAPageThatLogsOut(t *testing.T) {
	s := newAccounts(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	b.login("ann")
	p := b.open("/bye/a").connect("")
	p.post("event=Add&value=3", nil)
	p.await(">3<")
	if a := b.do("GET", "/whoami", nil); a.body != "" {
		t.Errorf("logged in as %q", a.body)
	}
}

// A browser that never got the new cookie, because the answer was lost or somebody else
// has ended its session, gets another session in the end.
func TestACookieOfASessionThatHasEnded(t *testing.T) {
	s := newAccounts(t, handlers.Config{}, rooms.Page{})
	b, other := s.browser(t), s.browser(t)
	b.login("ann")
	other.http.Jar.SetCookies(s.home(t), b.http.Jar.Cookies(s.home(t)))
	other.logout()
	p := b.open("/rooms/a?from=2&x=%2F").connect("")
	p.post("event=Add&value=1", nil)
	p.await(">3<")
	b.open("/rooms/a") // and keeps it
	if a := b.do("GET", "/whoami", nil); a.body != "" {
		t.Errorf("logged in as %q", a.body)
	}
}

// Case 8: who logs out during a request is logged out, though an idle timeout makes
// each request save its session.
func TestALogOutDuringARequest(t *testing.T) {
	for _, hashed := range []bool{false, true} {
		m := ownManager(newShelf())
		m.IdleTimeout, m.HashTokenInStore = time.Hour, hashed
		page := rooms.Page{Inside: make(chan ctx), GoOn: make(chan struct{})}
		s := newAccounts(t, handlers.Config{Sessions: handlers.Sessions{Manager: m}, Timeouts: handlers.Timeouts{Event: time.Minute}}, page)
		b := s.browser(t)
		b.login("ann")
		stolen := b.cookies()
		p := b.open("/rooms/a").connect("")
		_, answered := p.hold(page)
		b.logout()
		close(page.GoOn)
		take(t, answered, "the answer to Hold")
		if a := b.do("GET", "/whoami", nil); a.body != "" {
			t.Errorf("hashed %v: logged in as %q", hashed, a.body)
		}
		if a := s.browser(t).do("GET", "/whoami", nil, "Cookie", stolen); a.body != "" {
			t.Errorf("hashed %v: the old cookie is that of %q", hashed, a.body)
		}
	}
}

// Case 8, at its narrowest: the session is deleted while another request is saving it.
func TestALogOutDuringASave(t *testing.T) {
	store := newShelf()
	m := ownManager(store)
	m.IdleTimeout = time.Hour
	s := newAccounts(t, handlers.Config{Sessions: handlers.Sessions{Manager: m}}, rooms.Page{})
	b := s.browser(t)
	b.login("ann")
	stolen := b.cookies()
	store.mu.Lock()
	saving, goOn := make(chan struct{}), make(chan struct{})
	store.before = sync.OnceFunc(func() { close(saving); <-goOn })
	store.mu.Unlock()
	done := make(chan answer, 1)
	go func() { done <- s.browser(t).do("GET", "/whoami", nil, "Cookie", stolen) }()
	take(t, saving, "the session to be saved")
	b.logout()
	close(goOn)
	take(t, done, "the answer to the request that saves")
	store.mu.Lock()
	left := len(store.all)
	store.mu.Unlock()
	if left > 0 { // another process, or this one after a restart, would find it
		t.Errorf("the store has %d sessions again", left)
	}
}

// A handler that fails after it has ended the session has ended it nevertheless.
func TestALogOutThatPanics(t *testing.T) {
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) {
		r.Handle("/rooms/{room}", handlers.View(kit, rooms.Page{}))
		r.Post("/logout", func(_ http.ResponseWriter, r *http.Request) {
			if err := kit.Sessions().Destroy(r.Context()); err != nil {
				t.Error(err)
			}
			panic(http.ErrAbortHandler)
		})
	})
	b := s.browser(t)
	b.open("/rooms/a").connect("")
	if res, err := b.http.Post(s.URL+"/logout", "", nil); err == nil {
		res.Body.Close()
		t.Errorf("answered %s", res.Status)
	}
	waitUntil(t, "its page is gone", func() bool { c := s.kit.Stats().Views; return c.Connected+c.Parked == 0 })
}

// An event may end its own session, or begin another one: its answer brings the cookie,
// and the page loads itself anew.
func TestAnEventThatEndsItsSession(t *testing.T) {
	for name, want := range map[string]string{"out": "", "in": "bob"} {
		t.Run(name, func(t *testing.T) {
			var s *accounts
			s = newAccounts(t, handlers.Config{}, rooms.Page{Does: func(c *views.Socket) error {
				if name == "out" {
					return s.sessions.Destroy(c)
				}
				if err := s.sessions.RenewToken(c); err != nil {
					return err
				}
				s.sessions.Put(c, "name", "bob")
				return nil
			}})
			b := s.browser(t)
			b.login("ann")
			p := b.open("/rooms/a").connect("")
			if a := p.post("event=Act", nil); a.status != http.StatusNoContent || a.header.Get("Set-Cookie") == "" {
				t.Errorf("answered %d %v %s", a.status, a.header, a.body)
			}
			p.gone()
			if a := b.do("GET", "/whoami", nil); a.body != want {
				t.Errorf("logged in as %q", a.body)
			}
			if a := p.post("event=Add&value=1", nil); a.status != http.StatusForbidden {
				t.Errorf("the page before: %d", a.status)
			}
			q := b.open("/rooms/a").connect("")
			q.post("event=Add&value=1", nil)
			q.await(">1<")
		})
	}
}

// A session's first values, at log-in without a new token, make another user of it.
func TestALogInWithoutANewToken(t *testing.T) {
	s := newAccounts(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	p := b.open("/rooms/a")
	b.do("GET", "/rooms/b", nil)
	b.do("POST", "/rename?name=ann", nil)
	if a := p.post("event=Add&value=1", nil); a.status != http.StatusForbidden || a.header.Get("HX-Refresh") != "true" {
		t.Errorf("an event of the page before: %d", a.status)
	}
	q := b.open("/rooms/a").connect("")
	if n := s.kit.Disconnect("ann"); n != 1 {
		t.Errorf("%d pages ended", n)
	}
	q.gone()
}
