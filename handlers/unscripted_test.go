package handlers_test

import (
	"bytes"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/views"
)

// native posts as a browser without JavaScript does, and does not follow the redirect.
func (p *tab) native(query string, form url.Values, header ...string) answer {
	p.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	if !form.Has("sb-ticket") {
		form.Set("sb-ticket", p.ticket)
	}
	p.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return p.do("POST", p.path+"?"+query, form, header...)
}

var noticeIn = regexp.MustCompile(`<p id="sb-notice" role="status">([^<]*)</p>`)

// back follows the redirect of an event, and returns the page and its notice.
func (p *tab) back(a answer) (page answer, notice string) {
	p.t.Helper()
	to := a.header.Get("Location")
	if a.status != http.StatusSeeOther || !strings.HasPrefix(to, "?sideband=") {
		p.t.Fatalf("answered %d to %q: %s", a.status, to, a.body)
	}
	page = p.do("GET", p.path+to, nil)
	m := noticeIn.FindStringSubmatch(page.body)
	if page.status != http.StatusOK || m == nil {
		p.t.Fatalf("GET %s: %d %s", to, page.status, page.body)
	}
	return page, html.UnescapeString(m[1])
}

func TestAnEventWithoutScripts(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a?from=3&x=%zz")
	a := p.native("event=Add&value=2", nil)
	page, notice := p.back(a)
	if !strings.Contains(page.body, ">5<") || notice != "" {
		t.Errorf("the page says %q: %s", notice, page.body)
	}
	if to := a.header.Get("Location"); !strings.HasSuffix(to, "&from=3&x=%zz") {
		t.Errorf("the page's query is not kept: %s", to)
	}
	if page.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the page may be cached: %v", page.header)
	}
	again, _ := p.back(a) // a reload
	if again.body != page.body {
		t.Errorf("a reload shows something else: %s", again.body)
	}
	p.native("event=Add&value=2", nil)
	if again, _ = p.back(a); !strings.Contains(again.body, ">7<") {
		t.Errorf("the view lost its state: %s", again.body)
	}
}

func TestFailuresWithoutScripts(t *testing.T) {
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{Fields: 5, Body: 4000}}, rooms.Page{})
	p := s.browser(t).open("/rooms/a")
	many := url.Values{"x": {"1", "2", "3", "4", "5", "6"}}
	for _, c := range []struct {
		name, query string
		form        url.Values
		notice      string
	}{
		{"a text of the callback's", "event=Fail&value=forbidden", nil, "Not allowed"},
		{"an error", "event=Fail&value=x", nil, "Something went wrong. Please try again."},
		{"a panic", "event=Fail&value=panic", nil, "Something went wrong. Please try again."},
		{"the page can't be rendered", "event=Fail&value=render", nil, "Something went wrong. Please try again."},
		{"a bad value", "event=Add&value=x", nil, "That value could not be read."},
		{"too many fields", "event=Add&value=1", many, "That could not be read. Please reload the page."},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := p.native(c.query, c.form)
			page, notice := p.back(a)
			if notice != c.notice || !strings.Contains(page.body, ">0<") {
				t.Errorf("says %q: %s", notice, page.body)
			}
			if _, notice = p.back(a); notice != "" {
				t.Errorf("a reload says %q once more", notice)
			}
		})
	}
}

func TestRedirectsWithoutScripts(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{Does: func(s *views.Socket) error {
		s.Flash(views.FlashInfo, "Moved")
		return s.Redirect("/rooms/b?from=2")
	}})
	p := s.browser(t).open("/rooms/a")
	a := p.native("event=Act", nil)
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/rooms/b?from=2" || !strings.Contains(a.header.Get("Set-Cookie"), "sideband-flash=") {
		t.Errorf("answered %d %v", a.status, a.header)
	}
}

// What can't be admitted is a page that says so, and nothing runs.
func TestRefusalsWithoutScripts(t *testing.T) {
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{Body: 4000}}, rooms.Page{})
	b := s.browser(t)
	p, other, foreign := b.open("/rooms/a"), b.open("/rooms/b"), s.browser(t).open("/rooms/a")
	for _, c := range []struct {
		name   string
		ticket string
		header []string
		status int
	}{
		{"no ticket", "", nil, 403},
		{"a damaged one", p.ticket[:len(p.ticket)-2] + "AA", nil, 403},
		{"the placeholder", strings.Repeat("A", 22), nil, 403},
		{"another address's", other.ticket, nil, 409},
		{"another session's", foreign.ticket, nil, 403},
		{"too large", strings.Repeat("A", 5000), nil, 413},
		{"JSON", p.ticket, []string{"Content-Type", "application/json"}, 403},
		{"compressed", p.ticket, []string{"Content-Encoding", "gzip"}, 403},
		{"another site's", p.ticket, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"without a cookie", p.ticket, []string{"Cookie", "sideband="}, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := p.native("event=Add&value=1", url.Values{"sb-ticket": {c.ticket}}, c.header...)
			if a.status != c.status || a.header.Get("HX-Refresh") != "" || strings.HasPrefix(a.body, "<hx-partial") {
				t.Errorf("answered %d %v", a.status, a.header)
			}
			if c.name != "another site's" && !strings.HasPrefix(a.body, "<!doctype html>") {
				t.Errorf("no page: %.80s", a.body)
			}
		})
	}
	if a := p.native("event=Nothing", nil); a.status != http.StatusNotFound {
		t.Errorf("an unknown event: %d", a.status)
	}
	if page, _ := p.back(p.native("event=Add&value=1", nil)); !strings.Contains(page.body, ">1<") {
		t.Errorf("something of that ran: %s", page.body)
	}
}

// The address of a view is good for its owner, at its own address; anybody else gets a page of their own.
func TestTheAddressOfAViewIsItsOwners(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	p := b.open("/rooms/a")
	to := p.native("event=Add&value=5", nil).header.Get("Location")
	other := s.browser(t).open("/rooms/a")
	other.http.CheckRedirect = b.http.CheckRedirect
	for _, c := range []struct {
		name string
		who  *browser
		path string
		want string
	}{
		{"another session", other.browser, "/rooms/a" + to, "/rooms/a"},
		{"another path", b, "/rooms/b" + to, "/rooms/b"},
		{"another query", b, "/rooms/a" + to + "&from=9", "/rooms/a?from=9"},
		{"an unknown view", b, "/rooms/a?sideband=" + strings.Repeat("A", 22), "/rooms/a"},
		{"another spelling", b, "/rooms/a?from=1&side%62and=" + strings.Repeat("A", 22), "/rooms/a?from=1"},
		{"two views", b, "/rooms/a" + to + "&sideband=" + strings.Repeat("A", 22) + "&from=1", "/rooms/a?from=1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := c.who.do("GET", c.path, nil)
			if a.status != http.StatusSeeOther || a.header.Get("Location") != c.want || strings.Contains(a.body, ">5<") {
				t.Errorf("answered %d to %q", a.status, a.header.Get("Location"))
			}
		})
	}
	for _, header := range [][]string{{"Sec-Purpose", "prefetch"}, {"Sec-Fetch-Dest", "image"}} {
		if a := b.do("GET", "/rooms/a"+to, nil, header...); a.status < 400 {
			t.Errorf("%v is answered %d", header, a.status)
		}
	}
	if a := b.do("HEAD", "/rooms/a"+to, nil); a.status != http.StatusOK || a.body != "" {
		t.Errorf("HEAD is answered %d", a.status)
	}
	if page := b.do("GET", "/rooms/a"+to, nil); !strings.Contains(page.body, ">5<") {
		t.Errorf("the owner's page: %d %s", page.status, page.body)
	}
}

// Middleware sees the page as it was opened, and answers with pages.
func TestMiddlewareWithoutScripts(t *testing.T) {
	var seen []string
	refuse := 0
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) {
		r.With(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen = append(seen, r.Method+" "+r.URL.RawQuery+" "+handlers.EventName(r))
				if refuse != 0 {
					http.Error(w, "not you", refuse)
					return
				}
				if r.Method == http.MethodPost && r.FormValue("text") != "hello" {
					t.Error("middleware can't read the body")
				}
				next.ServeHTTP(w, r)
			})
		}).Handle("/rooms/{room}", handlers.View(kit, rooms.Page{}))
	})
	p := s.browser(t).open("/rooms/a?from=1")
	p.back(p.native("event=Add&value=2&from=9", url.Values{"text": {"hello"}}))
	if got := strings.Join(seen, ", "); got != "GET from=1 , POST from=1 Add, GET from=1 " {
		t.Errorf("middleware saw %s", got)
	}
	refuse = http.StatusUnauthorized
	if a := p.native("event=Add&value=2", nil); a.status != http.StatusUnauthorized || a.body != "not you\n" || a.header.Get("HX-Redirect") != "" {
		t.Errorf("answered %d %v %s", a.status, a.header, a.body)
	}
}

func TestMultipartWithoutScripts(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a")
	cut := 0 // bytes that are missing at the end
	post := func(file string, more int) answer {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		if more > 0 {
			_ = w.WriteField("sb-ticket", p.ticket)
		}
		for range more {
			_, _ = w.CreatePart(nil)
		}
		_ = w.WriteField("text", "two\nlines")
		f, err := w.CreateFormFile("file", file)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write([]byte(file))
		_ = w.WriteField("sb-ticket", p.ticket)
		_ = w.Close()
		b.Truncate(b.Len() - cut)
		p.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/rooms/a?event=Write", &b)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", w.FormDataContentType())
		res, err := p.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return answer{status: res.StatusCode, header: res.Header}
	}
	page, notice := p.back(post("", 0))
	if notice != "" || !strings.Contains(page.body, "two\nlines") {
		t.Errorf("says %q: %s", notice, page.body)
	}
	if _, notice = p.back(post("a.txt", 0)); notice != "That can't be sent in this form." {
		t.Errorf("a file: %q", notice)
	}
	cut = 4
	if _, notice = p.back(post("a.txt", 0)); notice != "That could not be read. Please reload the page." {
		t.Errorf("parts without an end: %q", notice)
	}
	cut = 0
	if _, notice = p.back(post("", 9_000)); notice != "That is too much to send at once." {
		t.Errorf("too many parts: %q", notice)
	}
}

// A page whose view has expired is remounted by its ticket; the event runs.
func TestAnEventWithoutScriptsAfterARestart(t *testing.T) {
	secret := [][]byte{bytes.Repeat([]byte("s"), 32)}
	c := handlers.Config{Security: handlers.Security{Secrets: secret}}
	p := roomSite(t, c, rooms.Page{}).browser(t).open("/rooms/a?from=4")
	next := roomSite(t, c, rooms.Page{})
	q := &tab{browser: next.browser(t), path: p.path, ticket: p.ticket}
	at, err := url.Parse(next.URL)
	if err != nil {
		t.Fatal(err)
	}
	before, err := url.Parse(p.site.URL)
	if err != nil {
		t.Fatal(err)
	}
	q.http.Jar.SetCookies(at, p.http.Jar.Cookies(before))
	page, _ := q.back(q.native("event=Add&value=1", nil))
	if !strings.Contains(page.body, ">5<") {
		t.Errorf("the page: %s", page.body)
	}
}

// A browser whose scripts run after all connects to the page that it was served last.
func TestAPageServedAgainConnects(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a")
	page, _ := p.back(p.native("event=Add&value=1", nil))
	after := regexp.MustCompile(`after=(\w+)`).FindStringSubmatch(page.body)
	if after == nil {
		t.Fatalf("no position: %s", page.body)
	}
	p.connect(after[1])
	p.post("event=Add&value=1", nil)
	if _, data := p.message(); !strings.Contains(data, ">2<") && !strings.Contains(data, "2</hx-partial>") || strings.Contains(data, "sb-view") {
		t.Errorf("the connection brings %s", data)
	}
	// The page as it was at first needs the whole view.
	old := s.browser(t).open("/rooms/a")
	old.back(old.native("event=Add&value=1", nil))
	old.connect("0").expect("sb-view")
}

// Views of pages without scripts live as long as those whose connection has closed.
func TestViewsWithoutScriptsAreParked(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a")
	if n := s.kit.Stats().Views; n.Pending != 1 || n.Parked != 0 {
		t.Fatalf("%+v", n)
	}
	p.native("event=Add&value=1", nil)
	if n := s.kit.Stats().Views; n.Pending != 0 || n.Parked != 1 {
		t.Errorf("%+v", n)
	}
}
