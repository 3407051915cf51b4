package session_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/internal/session"
)

func TestTheCookieDependsOnTheConnection(t *testing.T) {
	s := own(secret)
	for address, local := range map[string]bool{
		"http://localhost:8080/": true, "http://a.localhost/": true, "http://127.0.0.1:1/": true, "http://[::1]:1/": true,
		"https://localhost/": false, "http://example.com/": false, "https://example.com/": false, "http://localhost.example/": false,
	} {
		r, w := httptest.NewRequest("GET", address, nil), httptest.NewRecorder()
		ctx, _, _, err := s.Load(r.Context(), r, nil)
		if err != nil {
			t.Fatal(err)
		}
		r = r.WithContext(ctx)
		if _, created, err := s.Ensure(w, r, false); err != nil || !created {
			t.Errorf("%v %v", created, err)
		}
		c := w.Result().Cookies()[0]
		if name := map[bool]string{true: "sideband", false: "__Host-sideband"}[local]; c.Name != name || c.Secure == local {
			t.Errorf("%s: %s", address, c)
		}
		if c.Path != "/" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Domain != "" || session.IsLocal(r) != local {
			t.Errorf("%s: %s", address, c)
		}
	}
}

// A cookie that was forged, changed or has expired is no session.
func TestInvalidCookies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := own(secret)
		var good browser
		id := s.ensure(t, &good)
		token, _, _ := strings.Cut(string(good), ".")
		check := func(b browser) {
			t.Helper()
			s.do(t, &b, func(q request) {
				if _, ok := q.Current(q.r.Context()); ok {
					t.Errorf("%.60s is a session", b)
				}
			})
			if s.ensure(t, &b) == id {
				t.Errorf("%.60s: the session lives on", b)
			}
		}
		for _, b := range []string{
			token, token + ".zzzzzzzz.AAAA", string(good[:len(good)-1]), string(good) + "A", strings.Replace(string(good), ".", ".0", 1),
			"sideband=fixed", "sideband=.", "sideband=..", "sideband=" + strings.Repeat("x", 5000),
		} {
			check(browser(b))
		}
		time.Sleep(time.Hour + time.Second)
		check(good)
	})
}

// A known cookie is not verified again, but the session is looked up each time.
func TestAKnownCookie(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := own(secret)
		var b, other browser
		id := s.ensure(t, &b)
		if s.ensure(t, &b) != id {
			t.Fatal("the browser has another session")
		}
		known := s.known
		if s.ensure(t, &other) == id {
			t.Error("a browser without a cookie has the session of the known cookie")
		}
		for _, forged := range []browser{b[:len(b)-1], b + "A", "sideband="} {
			s.known = known
			if s.ensure(t, &forged) == id {
				t.Errorf("%q has the session of the known cookie", forged)
			}
		}
		s.known = known
		if s.ensure(t, &b) != id || s.known != known {
			t.Error("the known cookie was opened again")
		}
		time.Sleep(2 * time.Hour)
		if late := b; s.ensure(t, &late) == id {
			t.Error("a known cookie outlives its session")
		}
	})
}

// Where a known cookie is looked for in the header, it is the one that net/http finds there.
func TestAKnownCookieAmongOthers(t *testing.T) {
	s := own(secret)
	var b, other browser
	s.ensure(t, &b)
	s.ensure(t, &b)
	known := s.known
	s.ensure(t, &other)
	mine, others := string(b), string(other)
	value := strings.TrimPrefix(mine, "sideband=")
	for _, lines := range [][]string{
		{mine},
		{"a=b; " + mine},
		{mine + ";a=b"},
		{"a=b", mine},
		{mine + "; " + others},
		{others + "; " + mine},
		{others, mine},
		{" sideband = " + value},
		{"sideband =x; " + mine},
		{"sideband; " + mine},
		{"sideband=\"" + value + "\""},
		{"sideband=;" + mine},
		{"xsideband=" + value},
		{"Sideband=" + value},
		{"a=" + mine},
		{";;" + mine + ";"},
		{"sideband=\x00; " + mine},
		{""},
		nil,
	} {
		r := httptest.NewRequest("GET", "http://localhost/", nil)
		r.Header["Cookie"] = lines
		var ids [2]session.ID
		for i, known := range []*session.Cookie{nil, known} {
			ctx, c, _, err := s.Load(r.Context(), r, known)
			if err != nil {
				t.Fatal(err)
			}
			ids[i], _ = s.Current(ctx)
			if lines != nil && lines[0] == mine && known != nil && c != known {
				t.Errorf("%q: the known cookie was opened again", lines)
			}
		}
		if ids[0] != ids[1] {
			t.Errorf("%q is another session to who knows the cookie", lines)
		}
	}
}

func TestAKnownCookieOfADestroyedSession(t *testing.T) {
	s := own(secret)
	var b browser
	s.put(t, &b, "ann")
	if s.get(t, b) != "ann" {
		t.Fatal("no value")
	}
	kept := b
	s.do(t, &b, func(q request) {
		if err := q.SCS().Destroy(q.r.Context()); err != nil {
			t.Error(err)
		}
	})
	s.do(t, &kept, func(q request) {
		if _, ok := q.Current(q.r.Context()); ok || !q.stale {
			t.Error("the destroyed session lives on")
		}
	})
}

func FuzzCookie(f *testing.F) {
	s := own(secret)
	var b browser
	s.ensure(f, &b)
	s.ensure(f, &b)
	known := s.known
	f.Add("")
	f.Add("token.zzzz.v.AAAA")
	f.Add("..")
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequest("GET", "http://localhost/", nil)
		r.Header.Set("Cookie", "sideband="+value)
		ctx, _, stale, err := s.Load(r.Context(), r, known)
		if _, ok := s.Current(ctx); ok || stale || err != nil {
			t.Errorf("%q: %v %v %v", value, ok, stale, err)
		}
	})
}

func TestCookiesAreSignedWithTheFirstSecret(t *testing.T) {
	var b browser
	id := own(secret).ensure(t, &b)
	old := b
	if own(newSecret, secret).ensure(t, &b) != id || b == old {
		t.Error("a cookie of the second secret belongs to another session, or is not signed again")
	}
	if own(newSecret).ensure(t, &b) != id {
		t.Error("it is not signed with the first secret")
	}
	if own(newSecret).ensure(t, &old) == id {
		t.Error("a cookie of a removed secret is valid")
	}
}
