package handlers_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// What a view remembers of its page's requests lets in nothing but the same again.
func TestARememberedTicketIsGoodForNothingElse(t *testing.T) {
	d := newDesk(handlers.Config{}, rooms.Page{})
	defer d.close(t)
	p := d.open(t, "/rooms/a", "")
	other := d.open(t, "/rooms/b", p.cookie)
	stranger := d.open(t, "/rooms/a", "")
	const url = "/rooms/a?event=Add&value=1"
	expect := func(name string, l leaf, url string, want int) {
		t.Helper()
		if w := d.post(l, url); w.Code != want {
			t.Errorf("%s: %d, not %d: %s", name, w.Code, want, w.Body)
		}
	}
	for range 3 {
		expect("the page", p, url, http.StatusOK)
	}
	expect("another session", leaf{ticket: p.ticket, cookie: stranger.cookie}, url, http.StatusForbidden)
	expect("no session", leaf{ticket: p.ticket}, url, http.StatusForbidden)
	expect("another address", p, "/rooms/b?event=Add&value=1", http.StatusConflict)
	b, err := base64.RawURLEncoding.DecodeString(p.ticket)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		b[i] ^= 1
		expect("a damaged ticket", leaf{ticket: base64.RawURLEncoding.EncodeToString(b), cookie: p.cookie}, url, http.StatusForbidden)
		b[i] ^= 1
	}
	expect("a longer ticket", leaf{ticket: p.ticket + "AAAA", cookie: p.cookie}, url, http.StatusForbidden)
	// The id of one page, in the clear, in the ticket of another one.
	o, err := base64.RawURLEncoding.DecodeString(other.ticket)
	if err != nil {
		t.Fatal(err)
	}
	copy(o[17:33], b[17:33])
	expect("another page's id", leaf{ticket: base64.RawURLEncoding.EncodeToString(o), cookie: p.cookie}, url, http.StatusForbidden)
	expect("the page again", p, url, http.StatusOK)
}

// What may change is asked at each request, also of a view that remembers.
func TestARememberedCookieEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(handlers.Config{Sessions: handlers.Sessions{Lifetime: time.Minute}}, rooms.Page{})
		defer d.close(t)
		p := d.open(t, "/rooms/a", "")
		const url = "/rooms/a?event=Add&value=1"
		for range 2 {
			if w := d.post(p, url); w.Code != http.StatusOK {
				t.Errorf("while it lasts: %d %s", w.Code, w.Body)
			}
		}
		time.Sleep(61 * time.Second)
		if w := d.post(p, url); w.Code != http.StatusForbidden {
			t.Errorf("afterwards: %d %s", w.Code, w.Body)
		}
	})
}

func TestTheUserOfARememberedTicketIsAskedAnew(t *testing.T) {
	user := "ann"
	d := newDesk(handlers.Config{Identity: func(*http.Request) string { return user }}, rooms.Page{})
	defer d.close(t)
	p := d.open(t, "/rooms/a", "")
	const url = "/rooms/a?event=Add&value=1"
	for range 2 {
		if w := d.post(p, url); w.Code != http.StatusOK {
			t.Errorf("ann: %d %s", w.Code, w.Body)
		}
	}
	user = "bob"
	if w := d.post(p, url); w.Code != http.StatusForbidden {
		t.Errorf("bob: %d %s", w.Code, w.Body)
	}
}

// The ticket and the cookie that a view remembers count in its size.
func TestRememberedTicketsCountInASize(t *testing.T) {
	grows := func(query string) int64 {
		d := newDesk(handlers.Config{}, rooms.Page{})
		defer d.close(t)
		p := d.open(t, "/rooms/a"+query, "")
		before := d.kit.Stats().Views.Bytes
		if w := d.post(p, "/rooms/a?event=Add&value=1"); w.Code != http.StatusOK {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		return d.kit.Stats().Views.Bytes - before
	}
	const long = 600 // is in the ticket, and in its text in base64
	if n := grows("?q="+strings.Repeat("x", long)) - grows(""); n < 2*long {
		t.Errorf("the size grows by %d bytes more with a query of %d", n, long)
	}
}
