package handlers_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// An application's manager keeps its cookie, its values and its store, and is watched.
func TestAnApplicationsOwnSessions(t *testing.T) {
	for _, hashed := range []bool{false, true} {
		store := newShelf()
		m := ownManager(store)
		m.Cookie.Name, m.HashTokenInStore = "app", hashed
		s := newAccounts(t, handlers.Config{Sessions: handlers.Sessions{Manager: m}}, rooms.Page{})
		if s.kit.Sessions() != m {
			t.Error("the manager is another one")
		}
		b := s.browser(t)
		b.login("ann")
		cookie := b.cookies()
		if !strings.HasPrefix(cookie, "app=") || len(store.all) != 1 {
			t.Errorf("cookie %q, %d sessions", cookie, len(store.all))
		}
		p, other := b.open("/rooms/a").connect(""), s.browser(t).open("/rooms/a").connect("")
		p.post("event=Add&value=1", nil)
		p.await(">1<")
		if store.ctx == 0 {
			t.Error("the store never gets the request's context")
		}
		b.logout()
		p.gone()
		other.post("event=Add&value=2", nil)
		other.await(">2<")
		if a := s.browser(t).do("GET", "/whoami", nil, "Cookie", cookie); a.body != "" {
			t.Errorf("the old cookie is that of %q", a.body)
		}
		n := 0
		if err := m.Iterate(t.Context(), func(context.Context) error { n++; return nil }); err != nil || n != 1 {
			t.Errorf("%d sessions are listed: %v", n, err)
		}
		if st := s.kit.Stats(); st.Sessions != 0 {
			t.Errorf("%+v", st)
		}
	}
}

// A store that fails is an error, not somebody else's session.
func TestASessionStoreThatFails(t *testing.T) {
	store := newShelf()
	s := newAccounts(t, handlers.Config{Sessions: handlers.Sessions{Manager: ownManager(store)}}, rooms.Page{})
	b := s.browser(t)
	b.login("ann")
	p := b.open("/rooms/a").connect("")
	store.fail(errors.New("a secret of the store"))
	for what, a := range map[string]answer{
		"page":  b.do("GET", "/rooms/a", nil),
		"event": p.post("event=Add&value=1", nil),
		"new":   s.browser(t).do("GET", "/rooms/a", nil),
	} {
		if a.status < 500 || strings.Contains(a.body, "secret") || ticketIn.MatchString(a.body) {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	if a := b.do("POST", "/logout", nil); a.status < 500 {
		t.Errorf("log-out: %d", a.status)
	}
	store.fail(nil)
	p.post("event=Add&value=1", nil)
	p.await(">1<")
}

// The session goes on after a restart, without its values: who was logged in is not.
func TestSessionsAfterARestart(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}
	s := newAccounts(t, c, rooms.Page{})
	b := s.browser(t)
	b.open("/rooms/a")
	anonymous := b.open("/rooms/a")
	user := s.browser(t)
	user.login("ann")
	private := user.open("/rooms/a")
	shutdown(t, s.kit)
	next := newAccounts(t, c, rooms.Page{})
	s.kit, s.log, s.Config.Handler = next.kit, next.log, next.Config.Handler
	if a := anonymous.post("event=Add&value=1", nil); a.status != http.StatusOK {
		t.Errorf("answered %d", a.status)
	}
	if a := private.post("event=Add&value=1", nil); a.status != http.StatusForbidden || a.header.Get("HX-Refresh") != "true" {
		t.Errorf("a page of somebody who is not logged in any more: %d", a.status)
	}
	if a := user.do("GET", "/whoami", nil); a.body != "" {
		t.Errorf("logged in as %q", a.body)
	}
}

// ownManager is an application's, as scs.New makes them, but for a store whose goroutine
// can't be stopped without a race.
func ownManager(store scs.Store) *scs.SessionManager {
	return &scs.SessionManager{
		Lifetime: time.Hour, Store: store, Codec: scs.GobCodec{},
		Cookie: scs.SessionCookie{Name: "session", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Persist: true},
	}
}

// shelf is a store of an application, with contexts.
type shelf struct {
	mu     sync.Mutex
	all    map[string][]byte
	before func() // called before each saving
	ctx    int    // calls with a request's context
	err    error
}

func newShelf() *shelf { return &shelf{all: map[string][]byte{}} }

func (s *shelf) Find(token string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.all[token]
	return b, ok, s.err
}

func (s *shelf) Commit(token string, b []byte, _ time.Time) error {
	s.mu.Lock()
	before := s.before
	s.mu.Unlock()
	if before != nil {
		before()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.all[token] = b
	}
	return s.err
}

func (s *shelf) Delete(token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		delete(s.all, token)
	}
	return s.err
}

// All is for Iterate.
func (s *shelf) All() (map[string][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.all), s.err
}

func (s *shelf) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *shelf) count(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Value(http.ServerContextKey) != nil {
		s.ctx++
	}
}

func (s *shelf) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	s.count(ctx)
	return s.Find(token)
}

func (s *shelf) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	s.count(ctx)
	return s.Commit(token, b, expiry)
}

func (s *shelf) DeleteCtx(ctx context.Context, token string) error {
	s.count(ctx)
	return s.Delete(token)
}
