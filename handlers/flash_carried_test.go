package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/trip"
	"github.com/sideband-go/sideband/views"
)

func TestAFlashGoesAlong(t *testing.T) {
	away := func(to string) func(s *views.Socket) error {
		return func(s *views.Socket) error {
			s.Flash(views.FlashSuccess, "Saved")
			return s.Redirect(to)
		}
	}
	for name, get := range map[string]func(t *testing.T, b *browser) answer{
		"with an event": func(_ *testing.T, b *browser) answer {
			p := b.open("/trip")
			return b.do("GET", p.post("event=Act", nil).header.Get("HX-Redirect"), nil)
		},
		"with an event of a page with a stream": func(_ *testing.T, b *browser) answer {
			p := b.open("/trip").connect("")
			return b.do("GET", p.post("event=Act", nil).header.Get("HX-Redirect"), nil)
		},
		"with Mount": func(_ *testing.T, b *browser) answer { return b.do("GET", "/away", nil) },
		"with Mount, over another page": func(_ *testing.T, b *browser) answer {
			return b.do("GET", "/far", nil)
		},
	} {
		for _, target := range []string{"/still", "/there"} {
			t.Run(name+" to "+target, func(t *testing.T) {
				s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) {
					tripRoutes(trip.Page{Does: away(target)})(kit, r)
					r.Handle("/away", handlers.View(kit, trip.Page{OnMount: away(target)}))
					r.Handle("/far", handlers.View(kit, trip.Page{OnMount: away("/between")}))
					r.Handle("/between", handlers.View(kit, trip.Page{OnMount: goes(target)}))
				})
				b := s.browser(t)
				a := get(t, b)
				wantNotes(t, a.body, "success Saved")
				if static := target == "/still"; static == strings.Contains(a.body, "Dismiss") {
					t.Errorf("a button on a static page, or none on another: %s", a.body)
				}
				wantNotes(t, b.do("GET", target, nil).body) // once
			})
		}
	}
}

func TestAFlashFromAMessageGoesAlong(t *testing.T) {
	refs := make(chan views.Ref, 1)
	s := tripSite(t, handlers.Config{}, trip.Page{Refs: refs, Does: func(s *views.Socket) error {
		s.Flash(views.FlashError, "bad")
		if err := views.Send(s, trip.Page.Say, "also"); err != nil {
			return err
		}
		return s.Redirect("/there")
	}})
	b := s.browser(t)
	p := b.open("/trip").connect("")
	if err := trip.Act(<-refs); err != nil {
		t.Fatal(err)
	}
	a := b.do("GET", "/trip"+p.sentTo(), nil)
	wantNotes(t, a.body, "success also", "error bad")
	wantNotes(t, b.do("GET", "/there", nil).body)
}

func TestOrdinaryHandlersSayThings(t *testing.T) {
	for _, query := range []string{"", "?renew", "?out"} {
		s := tripSite(t, handlers.Config{}, trip.Page{})
		b := s.browser(t)
		if query != "" {
			b.open("/trip")
			b.do("GET", "/in?renew", nil)
		}
		wantNotes(t, b.do("GET", "/in"+query, nil).body, "success Welcome back", "info Last word")
		wantNotes(t, b.do("GET", "/still", nil).body)
	}
}

func TestSayingThingsTooLateIsLogged(t *testing.T) {
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) {
		r.Get("/late", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusOK)
			kit.Flash(w, r, views.FlashInfo, "x")
		})
	})
	if a := s.browser(t).do("GET", "/late", nil); a.header.Get("Set-Cookie") != "" || !strings.Contains(s.log.String(), "Kit.Flash was called") {
		t.Errorf("%v, %s", a.header, s.log)
	}
}

func TestAFlashWaitsForAPageThatShowsIt(t *testing.T) {
	s := tripSite(t, handlers.Config{}, trip.Page{Does: func(s *views.Socket) error {
		s.Flash(views.FlashInfo, "hello")
		return s.Redirect("/mute")
	}})
	b := s.browser(t)
	b.open("/trip").post("event=Act", nil)
	for _, a := range []answer{
		b.do("GET", "/mute", nil), b.do("HEAD", "/still", nil), b.do("GET", "/nowhere", nil), b.do("GET", "/still", nil, "Sec-Purpose", "prefetch"),
		b.do("GET", "/still", nil, "Sec-Fetch-Dest", "image"),
	} {
		if strings.Contains(a.header.Get("Set-Cookie"), "flash") || strings.Contains(a.body, "hello") {
			t.Errorf("taken: %v %s", a.header, a.body)
		}
	}
	wantNotes(t, b.do("GET", "/still", nil).body, "info hello")
}

func TestMountClearsWhatWasCarried(t *testing.T) {
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) {
		tripRoutes(trip.Page{})(kit, r)
		clears := func(s *views.Socket) error { s.ClearFlash(views.FlashInfo); return nil }
		r.Handle("/clear", handlers.View(kit, trip.Page{OnMount: clears}))
		r.Handle("/on", handlers.View(kit, trip.Page{OnMount: func(s *views.Socket) error {
			_ = clears(s)
			return s.Redirect("/still")
		}}))
	})
	b := s.browser(t).strict()
	b.do("GET", "/in", nil)
	wantNotes(t, b.do("GET", "/clear", nil).body, "success Welcome back")
	b.do("GET", "/in", nil)
	b.do("GET", "/on", nil)
	wantNotes(t, b.do("GET", "/still", nil).body, "success Welcome back")
}

// A flash is shown in its own tab; what goes along is shown by one of them, once.
func TestFlashesOfTwoTabs(t *testing.T) {
	away := false
	s := tripSite(t, handlers.Config{}, trip.Page{Does: func(s *views.Socket) error {
		s.Flash(views.FlashInfo, "for one")
		if away {
			return s.Redirect("/there")
		}
		return nil
	}})
	b := s.browser(t)
	one, two := b.open("/trip").connect(""), b.open("/trip").connect("")
	one.post("event=Act", nil)
	one.expect("for one")
	two.post("event=Step", nil)
	if _, data := two.message(); strings.Contains(data, "for one") {
		t.Errorf("the other tab gets %q", data)
	}
	wantNotes(t, b.open("/trip").html)
	away = true
	one.post("event=Act", nil)
	wantNotes(t, b.do("GET", "/there", nil).body, "info for one")
	wantNotes(t, b.do("GET", "/there", nil).body)
}

func TestARemountedViewHasNoFlash(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}
	s := tripSite(t, c, trip.Page{})
	b := s.browser(t)
	p := b.open("/trip").connect("")
	b.strict().do("GET", "/in", nil)
	shutdown(t, s.kit)
	next := tripSite(t, c, trip.Page{})
	s.kit, s.Config.Handler = next.kit, next.Config.Handler
	p.connect("0")
	if _, data := p.message(); !strings.Contains(data, "innerMorph") || len(notes(data)) > 0 {
		t.Errorf("the stream brings %q", data)
	}
	wantNotes(t, b.do("GET", "/still", nil).body, "success Welcome back", "info Last word") // also by another process
}

func cookieOf(t *testing.T, h http.Header) *http.Cookie {
	t.Helper()
	for _, c := range (&http.Response{Header: h}).Cookies() {
		if strings.HasSuffix(c.Name, "sideband-flash") {
			return c
		}
	}
	t.Fatalf("no cookie in %v", h)
	return nil
}

func TestTheCookieOfAFlash(t *testing.T) {
	s := tripSite(t, handlers.Config{}, trip.Page{})
	b, other := s.browser(t).strict(), s.browser(t).strict()
	b.open("/trip")
	other.open("/trip")
	good := cookieOf(t, b.do("GET", "/in", nil).header)
	if good.Path != "/" || good.MaxAge != 60 || !good.HttpOnly || good.SameSite != http.SameSiteLaxMode || good.Domain != "" || len(good.Value) > 2048 || strings.Contains(good.Value, "Welcome") {
		t.Errorf("%+v", good)
	}
	base, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	show := func(who *browser, value string) answer {
		who.http.Jar.SetCookies(base, []*http.Cookie{{Name: good.Name, Value: value, Path: "/"}})
		return who.do("GET", "/still", nil)
	}
	for name, a := range map[string]answer{
		"tampered":          show(b, flip(good.Value)),
		"another session's": show(other, good.Value),
		"no session's":      show(s.browser(t), good.Value),
		"oversized":         show(b, strings.Repeat("A", 3000)),
		"garbage":           show(b, "hello"),
		"a ticket":          show(b, b.open("/trip").ticket),
	} {
		if a.status != http.StatusOK || len(notes(a.body)) > 0 || cookieOf(t, a.header).MaxAge >= 0 {
			t.Errorf("%s: answered %d %v %s", name, a.status, a.header, a.body)
		}
	}
	wantNotes(t, show(b, good.Value).body, "success Welcome back", "info Last word")

	r := httptest.NewRequest("GET", "/in", nil)
	r.Host = "app.example"
	w := httptest.NewRecorder()
	s.Config.Handler.ServeHTTP(w, r)
	if c := cookieOf(t, w.Header()); c.Name != "__Host-sideband-flash" || !c.Secure || c.Path != "/" {
		t.Errorf("away from the machine itself: %+v", c)
	}
}

func TestManyLongFlashesFitIntoTheCookie(t *testing.T) {
	s := tripSite(t, handlers.Config{}, trip.Page{Does: func(s *views.Socket) error {
		for _, k := range []views.FlashKind{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
			s.Flash(k, strings.Repeat("ä", 900))
		}
		s.Flash("short", "short")
		return s.Redirect("/still")
	}})
	b := s.browser(t)
	a := b.open("/trip").post("event=Act", nil)
	if c := cookieOf(t, a.header); len(c.Value) > 2048 {
		t.Errorf("%d bytes", len(c.Value))
	}
	got := notes(b.do("GET", "/still", nil).body)
	if len(got) != 8 || got[7] != "short short" || !strings.HasSuffix(got[0], "ä…") || len(got[0]) < 100 {
		t.Errorf("says %q", got)
	}
}

func TestAFlashGoesAlongForAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kit := handlers.New(handlers.Config{Logger: quietLogger})
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		tripRoutes(trip.Page{})(kit, r)
		c := cookieOf(t, recorded(r, "GET", "/in").Header())
		time.Sleep(59 * time.Second)
		wantNotes(t, recorded(r, "GET", "/still", "Cookie", c.Name+"="+c.Value).Body.String(), "success Welcome back", "info Last word")
		time.Sleep(2 * time.Second) // again, though it was shown
		if w := recorded(r, "GET", "/still", "Cookie", c.Name+"="+c.Value); len(notes(w.Body.String())) > 0 || cookieOf(t, w.Header()).MaxAge >= 0 {
			t.Errorf("%v %s", w.Header(), w.Body)
		}
		if err := kit.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
