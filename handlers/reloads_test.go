package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// Case 5: a page is told to reload itself three times within a minute, whoever tells it.
func TestReloadsAreLimited(t *testing.T) {
	for name, close := range map[string]func(*gate){
		"refused":                   func(g *gate) { g.status(http.StatusForbidden, "") },
		"a page instead":            func(g *gate) { g.status(http.StatusOK, "") },
		"sent to itself":            func(g *gate) { g.status(http.StatusFound, "/rooms/a") },
		"sent to itself, relative":  func(g *gate) { g.status(http.StatusFound, "?") },
		"sent to itself, absolute":  func(g *gate) { g.with(toItself) },
		"sent to nowhere":           func(g *gate) { g.status(http.StatusFound, "javascript:x") },
		"without a place to go to":  func(g *gate) { g.status(http.StatusNotModified, "") },
		"sent to itself, otherwise": func(g *gate) { g.status(http.StatusFound, "/rooms/a?clean=1") },
	} {
		t.Run(name, func(t *testing.T) {
			s, gate := gatedSite(t, handlers.Config{})
			p := s.browser(t).open("/rooms/a")
			close(gate)
			n := 0
			for ; n < 10; n++ {
				a := p.stream()
				if _, again := a.reload(t); !again {
					if !strings.Contains(a.body, "not live") || !strings.Contains(a.body, `id="sb-stream" hx-swap="delete"`) {
						t.Errorf("in the end: %d %s", a.status, a.body)
					}
					break
				}
			}
			if n > 3 {
				t.Errorf("%d reloads", n)
			}
		})
	}
}

func toItself(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "http://"+r.Host+"/rooms/a", http.StatusFound)
}

// The counter of reloads comes back with the next request, whatever the address.
func TestReloadsAreCountedForEachAddress(t *testing.T) {
	s, _ := gatedSite(t, handlers.Config{})
	for _, path := range []string{"/rooms/a", "/rooms/%C3%A4b", "/rooms/a%20b", "/rooms/a%2Fb", "/rooms/100%25", "/rooms/a;b", "/rooms/a%3Bb", "/rooms/%22x%22", "/rooms/" + strings.Repeat("x", 5000)} {
		a := s.browser(t).do("GET", path+"?sideband=stream", nil, "Sideband-Ticket", "x")
		if _, ok := a.reload(t); !ok {
			t.Errorf("%.40s: %d %s", path, a.status, a.body)
			continue
		}
		scope := ""
		for _, line := range a.header.Values("Set-Cookie") {
			c, err := http.ParseSetCookie(line)
			if err == nil && c.Name == "sideband-reloads" {
				scope = c.Path
			}
		}
		// Browsers compare it with the address as it is written.
		if scope == "" || path != scope && !(strings.HasPrefix(path, scope) && strings.HasSuffix(scope, "/")) {
			t.Errorf("%.40s: the cookie is for %.40q", path, scope)
		}
	}
}

// Case 5: behind a round robin of processes that share nothing a page gives up, and says so.
func TestARoundRobinOfStrangers(t *testing.T) {
	one, two := roomSite(t, handlers.Config{}, rooms.Page{}), roomSite(t, handlers.Config{}, rooms.Page{})
	kits, turn := []http.Handler{one.Config.Handler, two.Config.Handler}, atomic.Int64{}
	one.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kits[turn.Add(1)%2].ServeHTTP(w, r)
	})
	b := one.browser(t)
	for n := 0; ; n++ {
		a := b.open("/rooms/a").stream()
		if _, again := a.reload(t); again && n < 3 {
			continue
		}
		if n > 3 || !strings.Contains(a.body, "not live") || !strings.Contains(a.body, `id="sb-stream" hx-swap="delete"`) {
			t.Errorf("after %d reloads: %d %s", n, a.status, a.body)
		}
		break
	}
	// An event is answered with a notice then, and no reload.
	p := b.open("/rooms/a")
	if a := p.post("event=Add&value=1", nil); a.status < 400 || a.header.Get("HX-Refresh") != "" || !strings.Contains(a.body, "not live") {
		t.Errorf("event: %d %v %s", a.status, a.header, a.body)
	}
	if st1, st2 := one.kit.Stats(), two.kit.Stats(); st1.Reloads+st2.Reloads != 3 || st1.ReloadsRefused+st2.ReloadsRefused != 2 {
		t.Errorf("%+v %+v", st1, st2)
	}
}

// A browser with many pages of one address, opened a while ago, is told to reload each of
// them; but one that comes back the same, out of a cache, no more than three times.
func TestOldPagesAreCountedEachByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}
		before := newDesk(c, rooms.Page{})
		first := before.open(t, "/rooms/a", "")
		leaves := []leaf{first}
		for range 5 {
			leaves = append(leaves, before.open(t, "/rooms/a", first.cookie))
		}
		before.close(t)
		time.Sleep(2 * time.Minute)
		c.Version = "2"
		after := newDesk(c, rooms.Page{})
		defer after.close(t)
		counter := ""
		reloads := func(l leaf) bool {
			r := httptest.NewRequest("POST", "/rooms/a?event=Add&value=1", nil)
			r.Header.Set("Cookie", first.cookie+"; "+counter)
			r.Header.Set("Sideband-Ticket", l.ticket)
			w := after.ask(r)
			if w.Code != http.StatusGone {
				t.Errorf("answered %d", w.Code)
			}
			for _, got := range w.Result().Cookies() {
				if got.Name == "sideband-reloads" {
					counter = got.Name + "=" + got.Value
				}
			}
			return w.Header().Get("HX-Refresh") == "true"
		}
		for i, l := range leaves {
			if !reloads(l) {
				t.Errorf("page %d is not told to reload", i)
			}
		}
		for range 2 {
			if !reloads(first) {
				t.Error("a page is told to reload fewer than three times")
			}
		}
		if reloads(first) {
			t.Error("a page is told to reload a fourth time")
		}
	})
}
