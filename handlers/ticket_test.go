package handlers_test

import (
	"bytes"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/state"
)

// Case 1: a ticket is good as long as its view is here; without it for Security.TicketLife.
func TestTicketsExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(handlers.Config{
			Security: handlers.Security{TicketLife: time.Hour}, Sessions: handlers.Sessions{Lifetime: 1000 * time.Hour}, Limits: handlers.Limits{Views: state.Limits{PendingLife: 3 * time.Hour, Life: 3 * time.Hour}},
		}, rooms.Page{})
		defer d.close(t)
		p := d.open(t, "/rooms/a", "")
		time.Sleep(2 * time.Hour)
		if w := d.post(p, "/rooms/a?event=Add&value=1"); w.Code != http.StatusOK {
			t.Errorf("with its view: %d", w.Code)
		}
		time.Sleep(4 * time.Hour)
		synctest.Wait()
		if c := d.kit.Stats().Views; c.Parked+c.Pending > 0 {
			t.Fatalf("the view is still here: %+v", c)
		}
		w := d.post(p, "/rooms/a?event=Add&value=1")
		if w.Code != http.StatusGone || w.Header().Get("HX-Refresh") != "true" || !strings.Contains(w.Body.String(), "sb-notice") {
			t.Errorf("without: %d %v %s", w.Code, w.Header(), w.Body)
		}
		if st := d.kit.Stats(); st.Remounts != 0 || st.TicketsRefused != 1 || st.Events != 1 {
			t.Errorf("%+v", st)
		}
		// A younger one is remounted.
		q := d.open(t, "/rooms/b", p.cookie)
		d.kit.Disconnect("")
		time.Sleep(time.Hour)
		if w := d.post(q, "/rooms/b?event=Add&value=1"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), ">1<") {
			t.Errorf("within its life: %d %s", w.Code, w.Body)
		}
	})
}

// Case 41: the clocks of processes differ by up to five minutes.
func TestTicketsFromTheFuture(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}
	for ahead, want := range map[time.Duration]int{4 * time.Minute: http.StatusOK, 6 * time.Minute: http.StatusForbidden} {
		var p leaf
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(ahead)
			d := newDesk(c, rooms.Page{})
			defer d.close(t)
			p = d.open(t, "/rooms/a", "")
		})
		synctest.Test(t, func(t *testing.T) { // begins when the first one did
			d := newDesk(c, rooms.Page{})
			defer d.close(t)
			if w := d.post(p, "/rooms/a?event=Add&value=1"); w.Code != want {
				t.Errorf("%v ahead: %d %s", ahead, w.Code, w.Body)
			}
		})
	}
}

// Pages of another version are only good as long as their view is here.
func TestTicketsOfAnotherVersion(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}, Version: "1"}
	one := newDesk(c, rooms.Page{})
	c.Version = "2"
	two := newDesk(c, rooms.Page{})
	defer one.close(t)
	defer two.close(t)
	p := one.open(t, "/rooms/a", "")
	if w := one.post(p, "/rooms/a?event=Add&value=1"); w.Code != http.StatusOK {
		t.Errorf("the same: %d", w.Code)
	}
	if w := two.post(p, "/rooms/a?event=Add&value=1"); w.Code != http.StatusGone || w.Header().Get("HX-Refresh") != "true" {
		t.Errorf("another: %d", w.Code)
	}
}

// A page belongs to whom it was served for.
func TestTicketsOfAnotherUser(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}, Identity: func(r *http.Request) string { return r.Header.Get("X-User") }}
	d := newDesk(c, rooms.Page{})
	defer d.close(t)
	p := d.open(t, "/rooms/a", "")
	for user, want := range map[string]int{"": 200, "ann": 403} {
		r := httptest.NewRequest("POST", "/rooms/a?event=Add&value=1", nil)
		r.Header.Set("Sideband-Ticket", p.ticket)
		r.Header.Set("Cookie", p.cookie)
		r.Header.Set("X-User", user)
		if w := d.ask(r); w.Code != want {
			t.Errorf("%q: %d", user, w.Code)
		}
	}
}

// Case 4: what is sealed with the second key is good, and is sealed with the first when
// the page is served again. What no key opens costs one reload.
func TestSecretsAreReplaced(t *testing.T) {
	old, fresh := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	before := newDesk(handlers.Config{Security: handlers.Security{Secrets: [][]byte{old}}}, rooms.Page{})
	during := newDesk(handlers.Config{Security: handlers.Security{Secrets: [][]byte{fresh, old}}}, rooms.Page{})
	after := newDesk(handlers.Config{Security: handlers.Security{Secrets: [][]byte{fresh}}}, rooms.Page{})
	defer before.close(t)
	defer during.close(t)
	defer after.close(t)

	p := before.open(t, "/rooms/a", "")
	if w := during.post(p, "/rooms/a?event=Add&value=1"); w.Code != http.StatusOK {
		t.Errorf("a ticket and cookie of the old key: %d %s", w.Code, w.Body)
	}
	q := during.open(t, "/rooms/a", p.cookie)
	if q.cookie == p.cookie {
		t.Error("the cookie is not signed anew")
	}
	if w := during.post(leaf{ticket: p.ticket, cookie: q.cookie}, "/rooms/a?event=Add&value=1"); w.Code != http.StatusOK {
		t.Errorf("an old ticket with the new cookie: %d: it is another session", w.Code)
	}
	if w := after.post(q, "/rooms/a?event=Add&value=1"); w.Code != http.StatusOK {
		t.Errorf("without the old key: %d %s", w.Code, w.Body)
	}
	if w := after.post(p, "/rooms/a?event=Add&value=1"); w.Code != http.StatusForbidden || w.Header().Get("HX-Refresh") != "true" {
		t.Errorf("with the old key removed: %d", w.Code)
	}
	reloaded := after.open(t, "/rooms/a", p.cookie)
	if w := after.post(reloaded, "/rooms/a?event=Add&value=1"); w.Code != http.StatusOK {
		t.Errorf("after the reload: %d", w.Code)
	}
}

// Case 4.
func TestASecretThatIsTooShort(t *testing.T) {
	defer func() {
		if msg, _ := recover().(string); !strings.Contains(msg, "Security.Secrets[1] has 31 bytes") || strings.Contains(msg, "xxx") {
			t.Errorf("panic: %q", msg)
		}
	}()
	handlers.New(handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret, []byte(strings.Repeat("x", 31))}}})
}

// Cookies can be neither made nor changed.
func TestCookiesThatWereNotGiven(t *testing.T) {
	d := newDesk(handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}, rooms.Page{})
	defer d.close(t)
	p := d.open(t, "/rooms/a", "")
	token, _, _ := strings.Cut(p.cookie, ".")
	for _, cookie := range []string{
		token, token + ".zzzzzzzz.AAAA", p.cookie[:len(p.cookie)-1], p.cookie + "A", "sideband=fixed", "sideband=.", "sideband=..",
		strings.Replace(p.cookie, "=", "=x", 1), "sideband=" + strings.Repeat("x", 5000),
	} {
		if w := d.post(leaf{ticket: p.ticket, cookie: cookie}, "/rooms/a?event=Add&value=1"); w.Code != http.StatusForbidden {
			t.Errorf("%.60s: %d", cookie, w.Code)
		}
		r := httptest.NewRequest("GET", "/rooms/a", nil)
		r.Header.Set("Cookie", cookie)
		given := d.ask(r).Result().Cookies()
		if len(given) != 1 || strings.HasPrefix(given[0].Value, strings.TrimPrefix(token, "sideband=")) || strings.HasPrefix(given[0].Value, "fixed") {
			t.Errorf("%.60s: the session goes on as %v", cookie, given)
		}
	}
}

// Case 3: what does not fit into a ticket is a page that works, without being live.
func TestAnAddressThatIsTooLongForATicket(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	a := b.do("GET", "/rooms/a?from=3&x="+strings.Repeat("y", 2000), nil)
	if a.status != http.StatusOK || !strings.Contains(a.body, `id="count">3<`) || ticketIn.MatchString(html.UnescapeString(a.body)) || strings.Contains(a.body, "hx-sse") {
		t.Errorf("answered %d %s", a.status, a.body)
	}
	if !strings.Contains(s.log.String(), "too long for a live page") || strings.Contains(s.log.String(), "yyyy") {
		t.Errorf("log: %s", s.log)
	}
	if c := s.kit.Stats().Views; c.Pending > 0 {
		t.Errorf("%+v", c)
	}
	p := b.open("/rooms/a?x=" + strings.Repeat("y", 1200))
	if len(p.ticket) > 2048 {
		t.Errorf("a ticket of %d bytes", len(p.ticket))
	}
	p.connect("")
}
