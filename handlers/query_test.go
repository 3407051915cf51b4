package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/views"
)

// porter is middleware that lets in whoever names a project that they may see.
type porter struct {
	mu     sync.Mutex
	closed map[string]bool
	seen   []string // method, query and event of each request
	forms  []string // the project as r.FormValue has it
}

func (p *porter) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		project := r.URL.Query().Get("from")
		p.mu.Lock()
		closed := p.closed[project]
		p.seen = append(p.seen, strings.TrimSpace(r.Method+" "+r.URL.RawQuery+" "+handlers.EventName(r)))
		p.mu.Unlock()
		if closed {
			http.Error(w, "This project is not yours.", http.StatusForbidden)
			return
		}
		form := r.FormValue("from")
		p.mu.Lock()
		p.forms = append(p.forms, form)
		p.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

func (p *porter) close(project string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = map[string]bool{project: true}
}

// last is what the middleware has seen since it was asked before.
func (p *porter) last() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := strings.Join(p.seen, "; ")
	p.seen = nil
	return seen
}

func portedSite(t *testing.T, c handlers.Config, page rooms.Page) (*site, *porter) {
	t.Helper()
	p := &porter{}
	return newSite(t, c, func(kit *handlers.Kit, r chi.Router) {
		r.With(p.middleware).Handle("/rooms/{room}", handlers.View(kit, page))
		r.With(p.middleware).Post("/rooms/{room}/api", func(http.ResponseWriter, *http.Request) {})
		cut := http.NewServeMux()
		cut.Handle("/{room}", handlers.View(kit, page))
		r.With(p.middleware).Handle("/cut/{room}", http.StripPrefix("/cut", cut))
		r.With(p.middleware).Handle("/too/{room}", http.StripPrefix("/too", cut))
	}), p
}

// Case 81: middleware sees the page's query at its events and its stream.
func TestMiddlewareSeesThePagesQuery(t *testing.T) {
	s, guard := portedSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a?from=5&x=%2F&y").connect("")
	if seen := guard.last(); seen != "GET from=5&x=%2F&y; GET sideband=stream&from=5&x=%2F&y" {
		t.Errorf("page and stream: %s", seen)
	}
	if a := p.post("event=Add&value=1", url.Values{"from": {"6"}}); a.status != http.StatusNoContent {
		t.Errorf("%d %s", a.status, a.body)
	}
	if seen := guard.last(); seen != "POST from=5&x=%2F&y Add" {
		t.Errorf("an event: %s", seen)
	}
	p.await(">6<")
	guard.close("5")
	if a := p.post("event=Add&value=1", nil); a.status != http.StatusNoContent || a.header.Get("HX-Redirect") != "/rooms/a?from=5&x=%2F&y" {
		t.Errorf("an event that is not allowed any more: %d %v", a.status, a.header)
	}
	if to, reloads := p.again().stream().reload(t); !reloads || to != "/rooms/a?from=5&x=%2F&y" {
		t.Errorf("a stream that is not allowed any more goes to %q", to)
	}
	if n := s.kit.Stats().Events; n != 1 {
		t.Errorf("%d events", n)
	}
}

// Case 81: what the query on the wire names besides has no say.
func TestAQueryThatIsMadeUp(t *testing.T) {
	s, guard := portedSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	allowed := b.open("/rooms/a?from=6")
	p := b.open("/rooms/a?from=5").connect("")
	guard.close("5")
	for _, query := range []string{"event=Add&value=1&from=6", "from=6&event=Add&value=1", "event=Add&value=1&fro%6d=6", "%65vent=Add&value=1&from=6", "event=Add&value=1;&from=6", "event=Add&event=Reset&value=1&from=6"} {
		guard.last()
		if a := p.again().post(query, nil); a.status != http.StatusNoContent || a.header.Get("HX-Redirect") == "" {
			t.Errorf("%s: %d %v (middleware saw %s)", query, a.status, a.header, guard.last())
		}
	}
	// A request that is none of a page's may show middleware what it likes: nothing runs.
	for query, header := range map[string][]string{
		"event=Add&value=1&from=6 ":  {"Sideband-Ticket", p.ticket + "A"},
		"event=Add&value=1&from=6":   {"Sideband-Ticket", ""},
		"value=1&from=6":             {"Sideband-Ticket", p.ticket}, // names no event
		"Event=Add&value=1&from=6":   {"Sideband-Ticket", p.ticket},
		"sideband=stream&from=6":     {"Sideband-Ticket", p.ticket},
		"sideband=stream&from=6&x=1": {"Sideband-Ticket", ""},
	} {
		if a := b.do("POST", "/rooms/a?"+strings.TrimSpace(query), nil, header...); a.status != http.StatusForbidden && a.status != http.StatusNotFound {
			t.Errorf("%s: %d %v", query, a.status, a.header)
		}
	}
	if a := p.again().do("GET", "/rooms/a?sideband=stream&from=6", nil, "Sideband-Ticket", p.ticket); !strings.Contains(a.body, "http-equiv") {
		t.Errorf("a stream: %d %s", a.status, a.body)
	}
	if n := s.kit.Stats().Events; n != 0 {
		t.Errorf("%d events", n)
	}
	// The page of the other project goes on, with its own.
	guard.last()
	if a := allowed.again().post("event=Add&value=1&from=5", nil); a.status != http.StatusOK || !strings.Contains(a.body, ">7<") {
		t.Errorf("the page that is allowed: %d %s", a.status, a.body)
	}
	if seen := guard.last(); seen != "POST from=6 Add" {
		t.Error(seen)
	}
}

// Case 81, of a page whose view is gone: Mount gets what middleware has let through now.
func TestAPageThatIsMountedAgainHasTheQueryThatMiddlewareSaw(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}
	first, _ := portedSite(t, c, rooms.Page{})
	second, guard := portedSite(t, c, rooms.Page{})
	p := first.browser(t).open("/rooms/a?from=5")
	p.http.Jar.SetCookies(second.home(t), p.http.Jar.Cookies(first.home(t)))
	p.browser.site = second
	if a := p.post("event=Add&value=1&from=7&sideband=stream", nil); a.status != http.StatusOK || !strings.Contains(a.body, ">6<") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if seen := guard.last(); seen != "POST from=5 Add" {
		t.Error(seen)
	}
	q := first.browser(t).open("/rooms/a?from=5")
	q.http.Jar.SetCookies(second.home(t), q.http.Jar.Cookies(first.home(t)))
	q.browser.site = second
	q.connect("")
	q.await(">5<")
	if seen := guard.last(); seen != "GET sideband=stream&from=5" {
		t.Error(seen)
	}
}

// A page's query may name what the kit's own parameters name, and hold what can't be read.
func TestAPagesQueryAndTheKitsParameters(t *testing.T) {
	s, guard := portedSite(t, handlers.Config{}, rooms.Page{})
	for _, query := range []string{
		"from=5&event=Fail&value=panic", "from=5&to=x&typing&after=9", "from=5&q=100%", "from=5&a;b=c", "from=5&sideband=x", "from=5&sideband=",
	} {
		p := s.browser(t).open("/rooms/a?" + query).connect("")
		guard.last()
		if a := p.post("event=Both", url.Values{"a": {"7"}, "b": {"x"}}); a.status != http.StatusNoContent {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
		if seen := guard.last(); seen != "POST "+query+" Both" {
			t.Errorf("%s: middleware saw %s", query, seen)
		}
		p.await(">7<")
		p.post("event=Add&value=1", nil)
		p.await(">8<")
	}
}

// The form that middleware reads has the page's query in it, too.
func TestTheFormThatMiddlewareReads(t *testing.T) {
	guard := &porter{}
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) {})
	kit := s.kit
	r := chi.NewRouter()
	r.Use(func(next http.Handler) http.Handler { // outside of the kit's: it has read the form before
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm()
			next.ServeHTTP(w, r)
		})
	}, kit.Middleware, guard.middleware)
	r.Handle("/rooms/{room}", handlers.View(kit, rooms.Page{}))
	s.Config.Handler = r
	p := s.browser(t).open("/rooms/a?from=5").connect("")
	if a := p.post("event=Both&from=6", url.Values{"a": {"7"}}); a.status != http.StatusNoContent {
		t.Errorf("%d %s", a.status, a.body)
	}
	p.await(">7<")
	if got := strings.Join(guard.forms, " "); got != "5 5 5" {
		t.Errorf("the form has %s", got)
	}
}

// Requests of the application's own are as they came, though htmx sends the ticket along.
func TestTheQueryOfOtherRequestsIsLeftAlone(t *testing.T) {
	s, guard := portedSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	p := b.open("/rooms/a?from=5")
	guard.last()
	for _, c := range [][2]string{
		{"POST", "/rooms/a/api?event=Add&from=6"}, {"POST", "/rooms/a?from=6"}, {"GET", "/rooms/a?from=6&event=Add"}, {"GET", "/rooms/a?from=6&sideband=x"},
	} {
		b.do(c[0], c[1], nil, "Sideband-Ticket", p.ticket)
		_, query, _ := strings.Cut(c[1], "?")
		if seen := guard.last(); seen != c[0]+" "+query {
			t.Errorf("%v: middleware saw %s", c, seen)
		}
	}
}

// Below a prefix that a router cuts, middleware sees the page's query too, and a ticket is
// good where it came from alone.
func TestThePagesQueryBelowAPrefix(t *testing.T) {
	s, guard := portedSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/cut/a?from=5").connect("")
	guard.last()
	p.post("event=Add&value=1&from=6", nil)
	if seen := guard.last(); seen != "POST from=5 Add" {
		t.Error(seen)
	}
	p.await(">6<")
	guard.close("5")
	if a := p.post("event=Add&value=1&from=6", nil); a.header.Get("HX-Redirect") != "/cut/a?from=5" {
		t.Errorf("%d %v", a.status, a.header)
	}
	p.path = "/too/a"
	if a := p.post("event=Add&value=1&from=6", nil); a.status != http.StatusConflict {
		t.Errorf("at another prefix: %d %v", a.status, a.header)
	}
}

// Kits whose middlewares nest see what their own pages send, with one secret or two.
func TestThePagesQueryInNestedKits(t *testing.T) {
	for _, inner := range []string{strings.Repeat("i", 32), string(secret)} {
		outer := handlers.New(handlers.Config{Logger: quietLogger, Security: handlers.Security{Secrets: [][]byte{secret}}})
		guard := &porter{}
		s := newSite(t, handlers.Config{Security: handlers.Security{Secrets: [][]byte{[]byte(inner)}}}, func(*handlers.Kit, chi.Router) {})
		r := chi.NewRouter()
		r.Use(outer.Middleware, guard.middleware)
		r.Handle("/out/{room}", handlers.View(outer, rooms.Page{}))
		r.Route("/in", func(r chi.Router) {
			r.Use(s.kit.Middleware, guard.middleware)
			r.Handle("/{room}", handlers.View(s.kit, rooms.Page{}))
		})
		s.Config.Handler = r
		b := s.browser(t)
		for _, path := range []string{"/out/a?from=5", "/in/a?from=5"} {
			p := b.open(path).connect("")
			guard.last()
			if a := p.post("event=Add&value=1", nil); a.status != http.StatusNoContent {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
			p.await(">6<")
			if seen := guard.last(); !strings.HasSuffix(seen, "POST from=5 Add") {
				t.Errorf("%s: %s", path, seen)
			}
		}
		shutdown(t, outer)
	}
}

// On its way to another page, too, middleware sees the query.
func TestTheQueryOfAPageThatIsSentAway(t *testing.T) {
	page := rooms.Page{Ref: make(chan ref, 1), Does: func(s *views.Socket) error {
		s.Flash(views.FlashInfo, "Saved")
		return s.Redirect("/rooms/b?from=1")
	}}
	s, guard := portedSite(t, handlers.Config{}, page)
	p := s.browser(t).open("/rooms/a?from=5&to=x").connect("")
	if err := views.Send(take(t, page.Ref, "the view to connect"), rooms.Page.Act, views.NoParams{}); err != nil {
		t.Fatal(err)
	}
	_, data := p.message()
	m := refreshIn.FindStringSubmatch(data)
	if m == nil {
		t.Fatal(data)
	}
	to := strings.ReplaceAll(m[1], "&amp;", "&")
	guard.close("")
	guard.last()
	if a := p.do("GET", "/rooms/a"+to, nil); a.status != http.StatusOK || !strings.Contains(a.body, "Room b") {
		t.Errorf("%s: %d %s", to, a.status, a.body)
	}
	if seen := guard.last(); !strings.HasPrefix(seen, "GET sideband=leave&to=") || !strings.HasSuffix(seen, "&from=5&to=x; GET from=1") {
		t.Error(seen)
	}
}
