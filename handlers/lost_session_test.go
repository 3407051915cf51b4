package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// shows asks a site for a page's event and its stream, with a cookie.
func (a *accounts) shows(t *testing.T, p *tab, cookie string) (event int, stream string) {
	t.Helper()
	b := a.browser(t)
	e := b.do("POST", "/rooms/a?event=Add&value=1", nil, "Sideband-Ticket", p.ticket, "Cookie", cookie)
	if e.status == http.StatusOK {
		return e.status, ""
	}
	return e.status, b.do("GET", "/rooms/a?sideband=stream", nil, "Sideband-Ticket", p.ticket, "Cookie", cookie).body
}

// Case 83: a session that has had values and was destroyed or renewed is no session after a
// restart, nor in another process with the same secrets.
func TestASessionThatWasDestroyedStaysSo(t *testing.T) {
	anybody := func(*http.Request) string { return "" } // tickets are the session's alone
	for how, end := range map[string]func(*browser){
		"destroyed": (*browser).logout,
		"renewed":   func(b *browser) { b.login("eve") },
		"lost":      func(*browser) {},
	} {
		t.Run(how, func(t *testing.T) {
			c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}, Identity: anybody}
			s := newAccounts(t, c, rooms.Page{})
			b := s.browser(t)
			b.login("ann")
			p, old := b.open("/rooms/a"), b.cookies()
			end(b)
			next := newAccounts(t, c, rooms.Page{})
			event, stream := next.shows(t, p, old)
			if event != http.StatusForbidden || !strings.Contains(stream, `http-equiv="refresh"`) {
				t.Errorf("its page goes on: %d %s", event, stream)
			}
			for _, path := range []string{"/whoami", "/rooms/a"} {
				a := next.browser(t).do("GET", path, nil, "Cookie", old)
				if path == "/whoami" && a.body != "" || path == "/rooms/a" && a.status != http.StatusOK {
					t.Errorf("%s: %d %s", path, a.status, a.body)
				}
				token, _, _ := strings.Cut(old, ".")
				if given := a.header.Get("Set-Cookie"); path == "/rooms/a" && (given == "" || strings.HasPrefix(given, token)) {
					t.Errorf("the session goes on as %q", given)
				}
			}
			if n := next.kit.Stats().Remounts; n != 0 {
				t.Errorf("%d views were remounted", n)
			}
		})
	}
}

// Case 83: who has kept a cookie of before the session had values gets none of the pages
// that were opened since.
func TestACookieOfBeforeTheSessionHadValues(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}, Identity: func(*http.Request) string { return "" }}
	s := newAccounts(t, c, rooms.Page{})
	b := s.browser(t)
	before, old := b.open("/rooms/a"), b.cookies()
	b.do("POST", "/rename?name=ann", nil) // without a new token
	if b.cookies() == old {
		t.Error("the cookie says nothing of the values")
	}
	since := b.open("/rooms/a")
	forged := strings.Replace(b.cookies(), ".v.", ".", 1)
	if forged == b.cookies() {
		t.Error("the cookie has no mark")
	}
	for what, p := range map[string]*tab{"before": before, "since": since} {
		if a := p.post("event=Add&value=1", nil); a.status != http.StatusOK {
			t.Errorf("here, a page of %s: %d", what, a.status)
		}
	}
	b.logout()
	next := newAccounts(t, c, rooms.Page{})
	if event, _ := next.shows(t, since, old); event != http.StatusForbidden {
		t.Errorf("a page of since goes on: %d", event)
	}
	next.browser(t).do("POST", "/rename?name=eve", nil, "Cookie", old) // it has values again, others
	if event, _ := next.shows(t, since, old); event != http.StatusForbidden {
		t.Errorf("a page of since goes on with new values: %d", event)
	}
	if event, _ := next.shows(t, before, old); event != http.StatusOK { // it never was more than that
		t.Errorf("a page of before, of a session without values: %d", event)
	}
	if event, _ := next.shows(t, since, forged); event != http.StatusForbidden {
		t.Errorf("with a forged cookie: %d", event)
	}
}

// A session whose values were all taken away again goes on, as long as the process does.
func TestASessionThatHasNoValuesAnyMore(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}, Identity: func(*http.Request) string { return "" }}
	s := newAccounts(t, c, rooms.Page{})
	b := s.browser(t)
	b.login("ann")
	p := b.open("/rooms/a")
	if a := b.do("POST", "/forget", nil); a.status != http.StatusNoContent {
		t.Fatal(a)
	}
	if a := p.post("event=Add&value=1", nil); a.status != http.StatusOK {
		t.Errorf("its page: %d", a.status)
	}
	if event, _ := newAccounts(t, c, rooms.Page{}).shows(t, p, b.cookies()); event != http.StatusForbidden {
		t.Errorf("after a restart: %d", event)
	}
}

// Sessions that had to make room have ended: their pages reload.
func TestASessionThatWasPushedOut(t *testing.T) {
	s := newAccounts(t, handlers.Config{Sessions: handlers.Sessions{Max: 2}, Identity: func(*http.Request) string { return "" }}, rooms.Page{})
	b := s.browser(t)
	b.login("ann")
	p := b.open("/rooms/a")
	for range 2 {
		s.browser(t).login("eve")
	}
	if a := p.post("event=Add&value=1", nil); a.status != http.StatusForbidden || a.header.Get("HX-Refresh") != "true" {
		t.Errorf("%d %v", a.status, a.header)
	}
	q := b.open("/rooms/a")
	if a := q.post("event=Add&value=1", nil); a.status != http.StatusOK {
		t.Errorf("after the reload: %d", a.status)
	}
}
