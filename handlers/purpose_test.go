package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// Case 11: what nobody has asked to look at mounts nothing, counts nowhere and is not kept.
func TestRequestsThatNobodyLooksAt(t *testing.T) {
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{SessionMounts: 3}}, rooms.Page{})
	b := s.browser(t)
	b.open("/rooms/a") // has a session
	before := s.kit.Stats()
	for _, c := range []struct {
		method, path string
		status       int
		header       []string
	}{
		{"GET", "/rooms/a?1", 403, []string{"Sec-Fetch-Dest", "image"}},
		{"HEAD", "/rooms/a?1", 403, []string{"Sec-Fetch-Dest", "image"}},
		{"GET", "/rooms/a?sideband=stream", 403, []string{"Sec-Fetch-Dest", "image"}},
		{"GET", "/rooms/a?sideband=leave", 403, []string{"Sec-Fetch-Dest", "image"}},
		{"GET", "/rooms/a?sideband=other", 403, []string{"Sec-Fetch-Dest", "track"}},
		{"GET", "/rooms/a", 403, []string{"Sec-Fetch-Dest", "script"}},
		{"GET", "/rooms/a", 403, []string{"Sec-Fetch-Dest", "style"}},
		{"GET", "/rooms/a", 403, []string{"Sec-Fetch-Dest", "font"}},
		{"GET", "/rooms/a", 403, []string{"Sec-Fetch-Dest", "audio"}},
		{"GET", "/rooms/a", 403, []string{"Sec-Fetch-Dest", "video"}},
		{"GET", "/rooms/a", 403, []string{"Sec-Fetch-Dest", "serviceworker"}},
		{"GET", "/rooms/a", 403, []string{"Sec-Fetch-Dest", "something-new"}},
		{"GET", "/rooms/a", 503, []string{"Sec-Purpose", "prefetch"}},
		{"GET", "/rooms/a", 503, []string{"Sec-Purpose", "prefetch;prerender", "Sec-Fetch-Dest", "document"}},
		{"GET", "/rooms/a", 503, []string{"Purpose", "prefetch"}},
		{"GET", "/rooms/a", 503, []string{"X-Moz", "prefetch"}},
		{"GET", "/rooms/a?sideband=stream", 503, []string{"Sec-Purpose", "prefetch"}},
		{"GET", "/rooms/a?sideband=other", 503, []string{"Sec-Purpose", "prefetch"}},
		{"GET", "/rooms/a?x=%2F", 204, []string{"HX-Request", "true", "Sec-Fetch-Dest", "empty"}},
		{"GET", "/rooms/a?sideband=other", 204, []string{"HX-Request", "true"}},
	} {
		for range 10 {
			a := b.do(c.method, c.path, nil, c.header...)
			if a.status != c.status || a.header.Get("Cache-Control") != "no-store" || a.header.Get("Set-Cookie") != "" || strings.Contains(a.body, "<html") {
				t.Fatalf("%v: %d %v %s", c, a.status, a.header, a.body)
			}
			if to := a.header.Get("HX-Redirect"); (to != "") != (c.status == 204) || to != "" && to != c.path {
				t.Fatalf("%v: goes to %q", c, to)
			}
		}
	}
	if st := s.kit.Stats(); st.Mounts != before.Mounts || st.SessionMountsRefused > 0 || st.TicketsRefused > 0 || st.Speculative != 200 || st.Views.Pending != 1 {
		t.Errorf("%+v", st)
	}
	for range 2 { // the session has its Mounts, and what can be a page is one
		b.do("GET", "/rooms/a", nil, "Sec-Fetch-Dest", "iframe")
	}
	if st := s.kit.Stats(); st.Mounts != before.Mounts+2 {
		t.Errorf("%+v", st)
	}
}

// A link that htmx loads ahead goes nowhere else than to its page.
func TestAPreloadGoesToItsOwnSite(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	r := httptest.NewRequest("GET", "/rooms/a", nil)
	r.URL.Path, r.RequestURI = "//rooms/a", "//rooms/a"
	r.Header.Set("HX-Request", "true")
	w := httptest.NewRecorder()
	s.Config.Handler.ServeHTTP(w, r)
	if to := w.Header().Get("HX-Redirect"); strings.HasPrefix(to, "//") {
		t.Errorf("%d: goes to %q", w.Code, to)
	}
}

// A HEAD keeps no view.
func TestAHeadKeepsNoView(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	w := httptest.NewRecorder()
	s.Config.Handler.ServeHTTP(w, httptest.NewRequest("HEAD", "/rooms/a", nil))
	if n := s.kit.Stats().Views; w.Code != http.StatusOK || n.Pending+n.Connected+n.Parked > 0 {
		t.Errorf("%d, %+v", w.Code, n)
	}
}
