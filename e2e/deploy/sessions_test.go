package deploy_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
)

// sharing makes the session manager of one of several processes that share a store.
func sharing(store scs.Store) *scs.SessionManager {
	m := scs.New() // with a store whose goroutine nobody ends
	m.Store = store
	return m
}

// signing is an app with a log-in and a log-out, for a kit with the manager m.
func signing(m *scs.SessionManager) (handlers.Config, routing) {
	c := handlers.Config{Sessions: handlers.Sessions{Manager: m}, Identity: func(r *http.Request) string { return m.GetString(r.Context(), "user") }}
	return c, func(kit *handlers.Kit, page http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Get("/in", func(w http.ResponseWriter, r *http.Request) {
			if err := m.RenewToken(r.Context()); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			m.Put(r.Context(), "user", "ann")
		})
		r.Get("/out", func(w http.ResponseWriter, r *http.Request) {
			if err := m.Destroy(r.Context()); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		})
		r.With(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if m.GetString(r.Context(), "user") == "" {
					http.Redirect(w, r, "/in", http.StatusSeeOther)
					return
				}
				next.ServeHTTP(w, r)
			})
		}).Handle("/count", page)
		return r
	}
}

func TestSessionsThatProcessesShare(t *testing.T) {
	t.Parallel()
	store := memstore.NewWithCleanupInterval(0)
	m, n := sharing(store), sharing(store)
	ca, ra := signing(m)
	a := start(t, "", ca, ra)
	cb, rb := signing(n)
	b := start(t, "", cb, rb)
	p := visit(t, http1())
	if got := p.do(http.MethodGet, a.url()+"/count"); got.status != http.StatusSeeOther {
		t.Fatalf("without a log-in the page is answered %d", got.status)
	}
	p.do(http.MethodGet, a.url()+"/in")
	p.open(b.url() + "/count").connect() // a log-in with one process is one with the other
	if cache := p.do(http.MethodGet, b.url()+"/count").header.Get("Cache-Control"); !strings.Contains(cache, "no-store") {
		t.Errorf("the page of somebody who is logged in is served with Cache-Control: %s", cache)
	}
	p.counts("Count: 1")
	p.do(http.MethodGet, a.url()+"/out")
	// The process with the page does not hear of it, but its next event is refused.
	got := p.click()
	if got.status != http.StatusNoContent || got.header.Get("HX-Redirect") != "/in" {
		t.Errorf("after the log-out an event is answered %d %v", got.status, got.header)
	}
	p.ask()
	if data, _ := p.next(); !strings.Contains(data, "url=/in") {
		t.Errorf("after the log-out the stream brings %q", data)
	}
}

func TestALogOutEndsThePagesOfTheSameProcess(t *testing.T) {
	t.Parallel()
	c, routes := signing(sharing(memstore.NewWithCleanupInterval(0)))
	a := start(t, "", c, routes)
	p := visit(t, http1())
	p.do(http.MethodGet, a.url()+"/in")
	p.open(a.url() + "/count").connect()
	p.counts("Count: 1")
	p.do(http.MethodGet, a.url()+"/out")
	if data, _ := p.next(); !strings.Contains(data, "refresh") {
		t.Errorf("after the log-out the stream brings %q", data)
	}
}

func TestTheEndOfAnIdentityEndsItsPages(t *testing.T) {
	t.Parallel()
	c, routes := signing(sharing(memstore.NewWithCleanupInterval(0)))
	a := start(t, "", c, routes)
	p := visit(t, http1())
	p.do(http.MethodGet, a.url()+"/in")
	p.open(a.url() + "/count").connect()
	p.counts("Count: 1")
	if n := a.kit.Disconnect("ann"); n != 1 {
		t.Errorf("%d pages have ended", n)
	}
	if data, _ := p.next(); !strings.Contains(data, "refresh") {
		t.Errorf("the stream brings %q", data)
	}
}
