package handlers_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// accounts is an application with log-in and log-out around the rooms.
type accounts struct {
	*site
	sessions *scs.SessionManager
}

func newAccounts(t *testing.T, c handlers.Config, p rooms.Page) *accounts {
	t.Helper()
	a := &accounts{}
	name := func(r *http.Request) string { return a.sessions.GetString(r.Context(), "name") }
	if c.Identity == nil {
		c.Identity = name
	}
	a.site = newSite(t, c, func(kit *handlers.Kit, r chi.Router) {
		a.sessions = kit.Sessions()
		r.Post("/login", func(w http.ResponseWriter, r *http.Request) {
			if err := a.sessions.RenewToken(r.Context()); err != nil {
				t.Error(err)
			}
			a.sessions.Put(r.Context(), "name", r.FormValue("name"))
			w.WriteHeader(http.StatusNoContent)
		})
		r.Post("/logout", func(w http.ResponseWriter, r *http.Request) {
			if err := a.sessions.Destroy(r.Context()); err != nil {
				http.Error(w, "That did not work.", http.StatusInternalServerError)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
		r.Post("/rename", func(w http.ResponseWriter, r *http.Request) {
			a.sessions.Put(r.Context(), "name", r.FormValue("name"))
			w.WriteHeader(http.StatusNoContent)
		})
		r.Post("/forget", func(w http.ResponseWriter, r *http.Request) {
			if err := a.sessions.Clear(r.Context()); err != nil {
				t.Error(err)
			}
			w.WriteHeader(http.StatusNoContent)
		})
		r.Get("/whoami", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, name(r)) })
		view := handlers.View(kit, p)
		r.Handle("/rooms/{room}", view)
		r.Handle("/bye/{room}", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && !r.URL.Query().Has("sideband") {
				if err := a.sessions.Destroy(r.Context()); err != nil {
					t.Error(err)
				}
			}
			view.ServeHTTP(w, r)
		}))
	})
	return a
}

func (b *browser) login(name string) {
	b.t.Helper()
	if a := b.do("POST", "/login?name="+name, nil); a.status != http.StatusNoContent {
		b.t.Fatalf("log-in: %d %s", a.status, a.body)
	}
}

func (b *browser) logout() {
	b.t.Helper()
	if a := b.do("POST", "/logout", nil); a.status != http.StatusNoContent {
		b.t.Fatalf("log-out: %d %s", a.status, a.body)
	}
}

// cookies is what the browser would send, as a header: a request with it is one that was
// sent now, however late it arrives.
func (b *browser) cookies() string {
	r := &http.Request{Header: http.Header{}}
	for _, c := range b.http.Jar.Cookies(b.home()) {
		r.AddCookie(c)
	}
	return r.Header.Get("Cookie")
}

func (b *browser) home() *url.URL { return b.site.home(b.t) }

func (s *site) home(t testing.TB) *url.URL {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// gone reports whether the page's stream ends with a reload and nothing else.
func (p *tab) gone() {
	p.t.Helper()
	p.await(`http-equiv="refresh"`)
	if _, data := p.message(); data != "" {
		p.t.Errorf("after the last message came %q", data)
	}
}

// await reads the stream until a message has the text.
func (p *tab) await(want string) (id string) {
	p.t.Helper()
	defer p.limit()()
	var all []string
	for {
		id, data := p.message()
		switch {
		case strings.Contains(data, want):
			return id
		case data == "":
			p.t.Fatalf("the stream ends after %q, without %q", all, want)
		}
		all = append(all, data)
	}
}

// waitUntil is waitFor that goes on with the test when it waits in vain.
func waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for limit := time.After(30 * time.Second); !ok(); {
		select {
		case <-tick.C:
		case <-limit:
			t.Errorf("waited in vain until %s", what)
			return
		}
	}
}
