package session_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/internal/session"
)

func TestEachBrowserHasItsSession(t *testing.T) {
	s := own(secret)
	var one, two, none browser
	id := s.ensure(t, &one)
	if other := s.ensure(t, &two); other == id || one == two {
		t.Error("two browsers have one session")
	}
	before := one
	if again := s.ensure(t, &one); again != id || one != before {
		t.Error("the second request has another session or another cookie")
	}
	s.do(t, &none, func(q request) {
		if id, ok := q.Current(q.r.Context()); ok || q.HasCookie(q.r) {
			t.Errorf("a browser without a cookie has the session %x", id)
		}
	})
	if none != "" {
		t.Errorf("a request that needs no session gets %s", none)
	}
	if held, evicted := s.Count(); held != 0 || evicted != 0 {
		t.Errorf("sessions without values: %d are stored, %d were evicted", held, evicted)
	}
}

func TestSessionsAfterARestart(t *testing.T) {
	s := own(secret)
	var bare, valued, emptied browser
	id := s.ensure(t, &bare)
	s.put(t, &valued, "ann")
	s.put(t, &emptied, "eve")
	s.put(t, &emptied, "")
	if got := s.get(t, valued); got != "ann" {
		t.Errorf("the value is %q", got)
	}
	next := own(secret)
	if got := next.ensure(t, &bare); got != id {
		t.Error("a session without values is another one")
	}
	for name, b := range map[string]*browser{"values": &valued, "values once": &emptied} {
		next.do(t, b, func(q request) {
			if _, ok := q.Current(q.r.Context()); ok || q.stale || !q.HasCookie(q.r) {
				t.Errorf("a session that had %s lives on", name)
			}
		})
	}
}

// Sessions that were saved longest ago are evicted, however often they are read.
func TestTooManySessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(session.Config{Secrets: [][]byte{secret}, Lifetime: time.Hour, MaxSessions: 3})
		all := make([]browser, 5)
		for i := range 3 {
			s.put(t, &all[i], fmt.Sprint(i))
		}
		s.put(t, &all[0], "saved again")
		_ = s.get(t, all[1])
		s.put(t, &all[3], "3")
		s.put(t, &all[4], "4")
		for i, want := range []string{"saved again", "", "", "3", "4"} {
			if got := s.get(t, all[i]); got != want {
				t.Errorf("%d: %q, not %q", i, got, want)
			}
		}
		if held, evicted := s.Count(); held != 3 || evicted != 2 {
			t.Errorf("%d are stored, %d were evicted", held, evicted)
		}
		// Expired sessions are not found, are removed with the next Commit, and do not count as evicted.
		time.Sleep(time.Hour)
		if got := s.get(t, all[4]); got != "" {
			t.Errorf("an expired session has the value %q", got)
		}
		var b browser
		s.put(t, &b, "new")
		if held, evicted := s.Count(); held != 1 || evicted != 2 {
			t.Errorf("%d are stored, %d were evicted", held, evicted)
		}
	})
}

func TestDestroyedSessionsStayDestroyed(t *testing.T) {
	for name, c := range map[string]session.Config{
		"own":                   {Secrets: [][]byte{secret}, Lifetime: time.Hour, MaxSessions: 10},
		"an application's":      {Manager: application(newShelf())},
		"with tokens as hashes": {Manager: hashing(application(newShelf()))},
		"in a plain store":      {Manager: application(plain{newShelf()})},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(c)
			var b browser
			s.put(t, &b, "ann")
			id := s.ensure(t, &b)
			old, other := b, b
			s.do(t, &other, func(q request) { // it has loaded the session
				s.destroy(t, &b)
				q.SCS().Put(q.r.Context(), "name", "eve")
				if _, ok := q.Current(q.r.Context()); ok {
					t.Error("a request under way still has the destroyed session")
				}
				if _, _, err := q.Ensure(q.w, q.r, q.stale); !errors.Is(err, session.ErrEnded) {
					t.Errorf("a request under way gets another session: %v", err)
				}
			})
			if len(s.ended) != 1 || s.ended[0] != id || b != "" || other != old {
				t.Errorf("ended: %x; the cookies are %q, %q", s.ended, b, other)
			}
			if got := s.get(t, old); got != "" {
				t.Errorf("the old cookie has the value %q", got)
			}
			s.do(t, &old, func(q request) {
				if !q.stale && name == "own" {
					t.Error("the old cookie is not stale")
				}
				got, err := q.Replace(q.w, q.r)
				if now, ok := q.Current(q.r.Context()); err != nil || !ok || got != now || got == id {
					t.Errorf("replaced by %x, %v", got, err)
				}
			})
		})
	}
}

// A request that destroys its session gets another one.
func TestARequestThatEndsItsSession(t *testing.T) {
	s := own(secret)
	var b browser
	s.put(t, &b, "ann")
	id := s.ensure(t, &b)
	s.do(t, &b, func(q request) {
		if err := q.SCS().Destroy(q.r.Context()); err != nil {
			t.Error(err)
		}
		got, created, err := q.Ensure(q.w, q.r, q.stale)
		if got == id || !created || err != nil {
			t.Errorf("%x %v %v", got, created, err)
		}
	})
	if s.get(t, b) != "" || s.ensure(t, &b) == id {
		t.Error("the session lives on")
	}
}

func TestASessionIsDestroyedByItsStoreToken(t *testing.T) {
	s := newSite(session.Config{Manager: hashing(application(newShelf()))})
	var b browser
	s.put(t, &b, "ann")
	id, token := s.ensure(t, &b), ""
	s.do(t, &b, func(q request) { token = q.StoreToken(q.r.Context()) })
	if err := s.Destroy(t.Context(), token); err != nil || len(s.ended) != 1 || s.ended[0] != id {
		t.Errorf("%v, ended %x", err, s.ended)
	}
	if got := s.get(t, b); got != "" {
		t.Errorf("still %q", got)
	}
}

func TestOwners(t *testing.T) {
	s := own(secret)
	var b, other browser
	id, otherID := s.ensure(t, &b), s.ensure(t, &other)
	owner := func(s *site, b *browser, id session.ID, identity string) (o session.Owner) {
		s.do(t, b, func(q request) {
			var err error
			if o, err = q.Owner(q.r.Context(), id, identity); err != nil {
				t.Error(err)
			}
		})
		return o
	}
	owns := func(s *site, b browser, o session.Owner, id session.ID, identity string) (owns bool) {
		s.do(t, &b, func(q request) { owns = q.Owns(q.r.Context(), o, id, identity) })
		return owns
	}
	before, ann := owner(s, &b, id, ""), owner(s, &b, id, "ann")
	old := b
	s.put(t, &b, "value")
	since := owner(s, &b, id, "")
	for name, c := range map[string]struct{ got, want bool }{
		"before the values":             {owns(s, b, before, id, ""), true},
		"since":                         {owns(s, b, since, id, ""), true},
		"since, with the old cookie":    {owns(s, old, since, id, ""), true}, // of one session, while it lives
		"another session":               {owns(s, other, before, otherID, ""), false},
		"somebody is logged in":         {owns(s, b, before, id, "ann"), false},
		"the same":                      {owns(s, b, ann, id, "ann"), true},
		"somebody else":                 {owns(s, b, ann, id, "eve"), false},
		"nobody":                        {owns(s, b, ann, id, ""), false},
		"another process":               {owns(own(secret), old, before, id, ""), true},
		"another process, the values":   {owns(own(secret), b, since, id, ""), false},
		"another process, old cookie":   {owns(own(secret), old, since, id, ""), false},
		"an application's own sessions": {owns(newSite(session.Config{Manager: application(newShelf())}), "", before, id, ""), true},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v", name, c.got)
		}
	}
	// Values that are set in the request itself count.
	var fresh browser
	freshID := s.ensure(t, &fresh)
	s.do(t, &fresh, func(q request) {
		q.SCS().Put(q.r.Context(), "name", "value")
		o, err := q.Owner(q.r.Context(), freshID, "")
		if err != nil || !q.Owns(q.r.Context(), o, freshID, "") || o == session.Owner(freshID) {
			t.Errorf("%x %v", o, err)
		}
	})
}

func TestAnApplicationsStore(t *testing.T) {
	store := newShelf()
	app := application(store)
	s := newSite(session.Config{Manager: app})
	if s.SCS() != app {
		t.Error("SCS returns another manager")
	}
	var b browser
	s.put(t, &b, "ann")
	if held, _ := s.Count(); held != 0 || len(store.all) != 1 || !strings.HasPrefix(string(b), "app=") {
		t.Errorf("%d are counted, the store has %d, the cookie is %q", held, len(store.all), b)
	}
	count := func(context.Context) error { return nil }
	if err := app.Iterate(t.Context(), count); err != nil {
		t.Error(err)
	}
	if err := newSite(session.Config{Manager: application(plain{store})}).SCS().Iterate(t.Context(), count); err == nil || !strings.Contains(err.Error(), "can't list") {
		t.Errorf("a store that can't list its sessions: %v", err)
	}
	store.fail = errors.New("down")
	r := httptest.NewRequest("GET", "http://localhost/", nil)
	r.Header.Set("Cookie", string(b))
	if _, _, _, err := s.Load(r.Context(), r, nil); !errors.Is(err, store.fail) {
		t.Errorf("a store that fails: %v", err)
	}
}

func TestIsMissing(t *testing.T) {
	defer func() {
		if p := recover(); !session.IsMissing(p) || session.IsMissing("scs") || session.IsMissing(nil) {
			t.Errorf("panic: %v", p)
		}
	}()
	own(secret).SCS().GetString(t.Context(), "name")
}
