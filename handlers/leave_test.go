package handlers_test

import (
	"errors"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/trip"
	"github.com/sideband-go/sideband/views"
)

// tripSite has a trip page at /trip; /there, /still and /mute say what is carried to
// them, or do not; /in is an ordinary handler.
func tripSite(t testing.TB, c handlers.Config, p trip.Page) *site {
	t.Helper()
	return newSite(t, c, tripRoutes(p))
}

func tripRoutes(p trip.Page) func(kit *handlers.Kit, r chi.Router) {
	return func(kit *handlers.Kit, r chi.Router) {
		r.Handle("/trip", handlers.View(kit, p))
		r.Handle("/there", handlers.View(kit, trip.Page{}))
		r.Handle("/still", handlers.View(kit, views.Static("Still", trip.Still())))
		r.Handle("/mute", handlers.View(kit, views.Static("Mute", trip.Mute())))
		r.HandleFunc("/in", func(w http.ResponseWriter, r *http.Request) {
			kit.Flash(w, r, views.FlashInfo, "First word")
			kit.Flash(w, r, views.FlashSuccess, "Welcome back")
			kit.Flash(w, r, views.FlashInfo, "Last word")
			if r.URL.Query().Has("renew") {
				kit.Sessions().Put(r.Context(), "user", "ann")
				if err := kit.Sessions().RenewToken(r.Context()); err != nil {
					t := http.StatusInternalServerError
					http.Error(w, err.Error(), t)
					return
				}
			}
			if r.URL.Query().Has("out") {
				_ = kit.Sessions().Destroy(r.Context())
			}
			http.Redirect(w, r, "/still", http.StatusSeeOther)
		})
	}
}

// strict makes a browser that stops at redirects.
func (b *browser) strict() *browser {
	b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return b
}

func goes(to string) func(s *views.Socket) error {
	return func(s *views.Socket) error { return s.Redirect(to) }
}

var refreshTo = regexp.MustCompile(`<hx-partial id="sb-notice" hx-swap="innerHTML"><meta http-equiv="refresh" content="0;url=([^"]*)"></hx-partial>`)

// sentTo is where the stream's next message sends the page.
func (p *tab) sentTo() string {
	p.t.Helper()
	_, data := p.message()
	m := refreshTo.FindStringSubmatch(data)
	if m == nil {
		p.t.Fatalf("the stream brings %q", data)
	}
	if strings.Contains(data, `hx-swap="delete"`) {
		p.t.Errorf("the stream is taken away: %q", data)
	}
	return html.UnescapeString(m[1])
}

func TestMountRedirects(t *testing.T) {
	for to, do := range map[string]func(s *views.Socket) error{
		"/still?a=b#c":         goes("/still?a=b#c"),
		"?page=2":              goes("?page=2"),
		"https://a.example/b?": func(s *views.Socket) error { return s.RedirectExternal("https://a.example/b?") },
		"/wrapped":             func(s *views.Socket) error { return errors.Join(s.Redirect("/wrapped")) },
	} {
		s := tripSite(t, handlers.Config{}, trip.Page{OnMount: do})
		for _, method := range []string{"GET", "HEAD"} {
			a := s.browser(t).strict().do(method, "/trip", nil)
			if a.status != http.StatusSeeOther || a.header.Get("Location") != to || a.header.Get("Cache-Control") != "no-store" || a.body != "" {
				t.Errorf("%s: answered %d %v %s", method, a.status, a.header, a.body)
			}
		}
		if c := s.kit.Stats().Views; c.Pending+c.Connected+c.Parked > 0 {
			t.Errorf("a view is kept: %+v", c)
		}
	}
}

func TestAComponentRedirectsAsItIsMounted(t *testing.T) {
	s := tripSite(t, handlers.Config{}, trip.Page{OnPart: goes("/still")})
	if a := s.browser(t).strict().do("GET", "/trip", nil); a.status != http.StatusSeeOther || a.header.Get("Location") != "/still" {
		t.Errorf("answered %d %v", a.status, a.header)
	}
}

// Case 17, in the core: an address that is none is refused and logged, and nothing of the
// callback happens.
func TestHostileRedirectsAreRefused(t *testing.T) {
	for _, to := range []string{"javascript:alert(1)", "//evil.example", `\\evil.example`, `/\evil.example`, "/x\r\nSet-Cookie: a=b", "https://evil.example", "/%2fevil.example", "js:alert(1)"} {
		s := tripSite(t, handlers.Config{}, trip.Page{Does: func(s *views.Socket) error {
			s.Flash(views.FlashInfo, "gone")
			return s.Redirect(to)
		}})
		b := s.browser(t).strict()
		p := b.open("/trip")
		a := p.post("event=Act", nil)
		if a.status != http.StatusInternalServerError || a.header.Get("HX-Redirect") != "" || a.header.Get("Location") != "" || strings.Contains(a.body, "gone") || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%q: answered %d %v %s", to, a.status, a.header, a.body)
		}
		if log := s.log.String(); !strings.Contains(log, "invalid redirect target") {
			t.Errorf("%q: logged %s", to, log)
		}
	}
	s := tripSite(t, handlers.Config{}, trip.Page{OnMount: goes("//evil.example")})
	if a := s.browser(t).strict().do("GET", "/trip", nil); a.status != http.StatusInternalServerError || a.header.Get("Location") != "" || strings.Contains(a.body, "evil") {
		t.Errorf("answered %d %v %s", a.status, a.header, a.body)
	}
}

func TestAnEventRedirects(t *testing.T) {
	for _, connected := range []bool{true, false} {
		s := tripSite(t, handlers.Config{}, trip.Page{Does: func(s *views.Socket) error {
			if err := (trip.Page{}).Step(s, views.NoParams{}); err != nil {
				return err
			}
			return s.Redirect("/still?x=ä,path:/y")
		}})
		p := s.browser(t).open("/trip")
		if connected {
			p.connect("")
		}
		a := p.post("event=Act", nil)
		if a.status != http.StatusNoContent || a.header.Get("HX-Redirect") != "/still?x=%C3%A4,path:/y" || a.header.Get("Cache-Control") != "no-store" || a.body != "" {
			t.Errorf("answered %d %v %s", a.status, a.header, a.body)
		}
		if a.header.Get("Set-Cookie") != "" {
			t.Errorf("nothing was said: %v", a.header)
		}
		// It did what it did: whoever comes back sees it.
		if connected {
			p.post("event=Step", nil)
			p.expect(">Step 2<")
		} else if a := p.post("event=Step", nil); !strings.Contains(a.body, "Step 2") {
			t.Errorf("the page gets %s", a.body)
		}
	}
}

func TestAMessageRedirects(t *testing.T) {
	refs := make(chan views.Ref, 1)
	s := tripSite(t, handlers.Config{}, trip.Page{Refs: refs, Does: goes(`/still?a=1&b='"`)})
	p := s.browser(t).open("/trip").connect("")
	if err := trip.Act(<-refs); err != nil {
		t.Fatal(err)
	}
	if to := p.sentTo(); to != "/still?a=1&b='%22" {
		t.Errorf("the page is sent to %s", to)
	}
	p.post("event=Step", nil) // it is still there, if it does not get there
	p.expect(">Step 1<")
}

func TestConnectRedirects(t *testing.T) {
	s := tripSite(t, handlers.Config{}, trip.Page{OnConnect: func(s *views.Socket) error {
		return s.RedirectExternal("https://a.example/")
	}})
	p := s.browser(t).open("/trip").connect("")
	if to := p.sentTo(); to != "https://a.example/" {
		t.Errorf("the page is sent to %s", to)
	}
}

func TestARedirectWaitsForTheBrowser(t *testing.T) {
	refs := make(chan views.Ref, 1)
	act := func(t *testing.T, limit time.Duration) (*site, *tab) {
		s := tripSite(t, handlers.Config{Timeouts: handlers.Timeouts{ConnectionAge: limit}}, trip.Page{Refs: refs, Does: goes("/still")})
		p := s.browser(t).open("/trip").connect("")
		ref := <-refs
		p.body.Close()
		waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
		if err := trip.Act(ref); err != nil {
			t.Fatal(err)
		}
		return s, p
	}
	t.Run("its stream", func(t *testing.T) {
		_, p := act(t, 0)
		p.connect("0")
		if to := p.sentTo(); to != "/still" {
			t.Errorf("the page is sent to %s", to)
		}
	})
	t.Run("its event", func(t *testing.T) {
		_, p := act(t, 0)
		if a := p.post("event=Step", nil); a.status != http.StatusNoContent || a.header.Get("HX-Redirect") != "/still" {
			t.Errorf("answered %d %v", a.status, a.header)
		}
	})
	t.Run("a stream that may show anything", func(t *testing.T) {
		_, p := act(t, 0)
		p.connect("99-7")
		if to := p.sentTo(); to != "/still" {
			t.Errorf("the page is sent to %s", to)
		}
	})
}

// A page whose Mount redirects when its view is remounted.
func TestARemountRedirects(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}
	away := false
	page := trip.Page{OnMount: func(s *views.Socket) error {
		if away {
			s.Flash(views.FlashWarning, "Please sign in")
			return s.Redirect("/still")
		}
		return nil
	}}
	s := tripSite(t, c, page)
	b := s.browser(t)
	p, other := b.open("/trip").connect(""), b.open("/trip")
	shutdown(t, s.kit)
	next := tripSite(t, c, page)
	s.kit, s.Config.Handler = next.kit, next.Config.Handler
	away = true
	a := other.post("event=Step", nil)
	if a.status != http.StatusNoContent || a.header.Get("HX-Redirect") != "/still" {
		t.Errorf("the event is answered %d %v %s", a.status, a.header, a.body)
	}
	if still := b.do("GET", "/still", nil); !strings.Contains(still.body, "Please sign in") {
		t.Errorf("not said: %s", still.body)
	}
	p.connect("0")
	_, data := p.message()
	m := refreshTo.FindStringSubmatch(data)
	if m == nil || !strings.Contains(data, `hx-swap="delete"`) {
		t.Fatalf("the stream brings %q", data)
	}
	if a := b.do("GET", "/trip"+html.UnescapeString(m[1]), nil); !strings.Contains(a.body, "Please sign in") || !strings.Contains(a.body, ">Still<") {
		t.Errorf("answered %d %s", a.status, a.body)
	}
	if c := s.kit.Stats().Views; c.Pending+c.Connected+c.Parked > 0 {
		t.Errorf("a view is kept: %+v", c)
	}
}

func TestAPanicWithARedirectIsAPanic(t *testing.T) {
	s := tripSite(t, handlers.Config{}, trip.Page{Does: func(s *views.Socket) error { panic(s.Redirect("/still")) }})
	if a := s.browser(t).open("/trip").post("event=Act", nil); a.status != http.StatusInternalServerError || a.header.Get("HX-Redirect") != "" {
		t.Errorf("answered %d %v", a.status, a.header)
	}
}

func TestTheLastRedirectCounts(t *testing.T) {
	s := tripSite(t, handlers.Config{}, trip.Page{Does: func(s *views.Socket) error {
		if err := views.Send(s, trip.Page.Go, "/mute"); err != nil {
			return err
		}
		return s.Redirect("/still")
	}})
	if a := s.browser(t).open("/trip").post("event=Act", nil); a.header.Get("HX-Redirect") != "/mute" {
		t.Errorf("answered %d %v", a.status, a.header)
	}
}

// A token of a redirect leads nowhere but where the page was sent, for its session.
func TestTokensOfRedirects(t *testing.T) {
	refs := make(chan views.Ref, 1)
	s := tripSite(t, handlers.Config{}, trip.Page{Refs: refs, Does: func(s *views.Socket) error {
		s.Flash(views.FlashSuccess, "Saved <it>")
		return s.Redirect("/still?a=b")
	}})
	b := s.browser(t).strict()
	p := b.open("/trip").connect("")
	if err := trip.Act(<-refs); err != nil {
		t.Fatal(err)
	}
	to := p.sentTo()
	if !strings.HasPrefix(to, "?sideband=leave&to=") || strings.Contains(to, "still") || len(to) > 2100 {
		t.Fatalf("the page is sent to %s", to)
	}
	a := b.do("GET", "/trip"+to, nil)
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/still?a=b" || a.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("answered %d %v", a.status, a.header)
	}
	if still := b.do("GET", "/still?a=b", nil); !strings.Contains(still.body, "Saved &lt;it&gt;") {
		t.Errorf("not said: %s", still.body)
	}
	token := strings.TrimPrefix(to, "?sideband=leave&to=")
	for name, c := range map[string]struct {
		who   *browser
		token string
	}{
		"another session's": {s.browser(t).strict(), token},
		"tampered":          {b, flip(token)},
		"of another kind":   {b, p.ticket},
		"oversized":         {b, token + strings.Repeat("A", 5000)},
		"none":              {b, ""},
		"an address":        {b, "https://evil.example"},
	} {
		a := c.who.do("GET", "/trip?x=y&sideband=leave&to="+url.QueryEscape(c.token), nil)
		if a.status != http.StatusSeeOther || a.header.Get("Location") != "?x=y" || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: answered %d %v", name, a.status, a.header)
		}
	}
}

func flip(token string) string {
	c := "A"
	if token[len(token)/2] == 'A' {
		c = "B"
	}
	return token[:len(token)/2] + c + token[len(token)/2+1:]
}

func TestAnAddressThatLeavesNoRoomGoesAlone(t *testing.T) {
	refs := make(chan views.Ref, 1)
	long := "/still?q=" + strings.Repeat("x", 1900)
	s := tripSite(t, handlers.Config{}, trip.Page{Refs: refs, Does: func(s *views.Socket) error {
		s.Flash(views.FlashInfo, "hello")
		return s.Redirect(long)
	}})
	p := s.browser(t).open("/trip").connect("")
	if err := trip.Act(<-refs); err != nil {
		t.Fatal(err)
	}
	if to := p.sentTo(); to != long || !strings.Contains(s.log.String(), "no room") {
		t.Errorf("the page is sent to %s", to)
	}
}
