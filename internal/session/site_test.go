package session_test

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/internal/session"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var secret, newSecret = bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)

// site handles the requests of browsers with a manager.
type site struct {
	*session.Manager
	known *session.Cookie // of the last request, of whatever browser
	mu    sync.Mutex
	ended []session.ID
}

func newSite(c session.Config) *site {
	s := &site{}
	c.OnEnd = func(_ context.Context, id session.ID) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ended = append(s.ended, id)
	}
	s.Manager = session.New(c)
	return s
}

// own returns a site without an application's manager.
func own(secrets ...[]byte) *site {
	return newSite(session.Config{Secrets: secrets, Lifetime: time.Hour, MaxSessions: 100})
}

// browser is a cookie, "name=value".
type browser string

// request is a request of a browser, with its session loaded.
type request struct {
	*site
	w     *httptest.ResponseRecorder
	r     *http.Request
	stale bool
}

// do makes a request of the browser, which stores the cookie of the response.
func (s *site) do(t testing.TB, b *browser, f func(request)) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "http://localhost/", nil)
	if *b != "" {
		r.Header.Set("Cookie", string(*b))
	}
	w := httptest.NewRecorder()
	ctx, known, stale, err := s.Load(r.Context(), r, s.known)
	s.known = known
	if err != nil {
		t.Fatal(err)
	}
	q := request{s, w, r.WithContext(ctx), stale}
	f(q)
	if err := s.Save(w, q.r); err != nil {
		t.Fatal(err)
	}
	for _, c := range w.Result().Cookies() {
		if *b = ""; c.Value != "" {
			*b = browser(c.Name + "=" + c.Value)
		}
	}
}

// ensure returns the browser's session, which it creates if there is none.
func (s *site) ensure(t testing.TB, b *browser) (id session.ID) {
	t.Helper()
	s.do(t, b, func(q request) {
		var err error
		if id, _, err = q.Ensure(q.w, q.r, q.stale); err != nil {
			t.Error(err)
		}
	})
	return id
}

// put sets a value; "" removes all.
func (s *site) put(t *testing.T, b *browser, value string) {
	t.Helper()
	s.do(t, b, func(q request) {
		if value == "" {
			if err := q.SCS().Clear(q.r.Context()); err != nil {
				t.Error(err)
			}
			return
		}
		q.SCS().Put(q.r.Context(), "name", value)
	})
}

func (s *site) get(t *testing.T, b browser) (value string) {
	t.Helper()
	s.do(t, &b, func(q request) { value = q.SCS().GetString(q.r.Context(), "name") })
	return value
}

func (s *site) destroy(t *testing.T, b *browser) {
	t.Helper()
	s.do(t, b, func(q request) {
		if err := q.SCS().Destroy(q.r.Context()); err != nil {
			t.Error(err)
		}
	})
}

// application returns a manager like those of scs.New, but without the goroutine of their store.
func application(store scs.Store) *scs.SessionManager {
	return &scs.SessionManager{
		Lifetime: time.Hour, Store: store, Codec: scs.GobCodec{},
		Cookie: scs.SessionCookie{Name: "app", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Persist: true},
	}
}

func hashing(m *scs.SessionManager) *scs.SessionManager {
	m.HashTokenInStore = true
	return m
}

// plain is a store without contexts that cannot list its sessions.
type plain struct{ scs.Store }

// shelf is an application's store, with contexts.
type shelf struct {
	all  map[string][]byte
	fail error
}

func newShelf() *shelf { return &shelf{all: map[string][]byte{}} }

func (s *shelf) Find(token string) ([]byte, bool, error) {
	b, ok := s.all[token]
	return b, ok, s.fail
}

func (s *shelf) Commit(token string, b []byte, _ time.Time) error {
	s.all[token] = b
	return s.fail
}

func (s *shelf) Delete(token string) error {
	delete(s.all, token)
	return s.fail
}

func (s *shelf) All() (map[string][]byte, error) { return maps.Clone(s.all), s.fail }

func (s *shelf) FindCtx(_ context.Context, token string) ([]byte, bool, error) { return s.Find(token) }

func (s *shelf) CommitCtx(_ context.Context, token string, b []byte, end time.Time) error {
	return s.Commit(token, b, end)
}

func (s *shelf) DeleteCtx(_ context.Context, token string) error { return s.Delete(token) }
