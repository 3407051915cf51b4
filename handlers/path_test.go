package handlers_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/views"
)

// crossing is a site whose middleware notes which room it lets through; Mount notes which
// one it gets. Nobody but the middleware before them may see the room "secret".
type crossing struct {
	handler http.Handler
	passed  []string // rooms, as middleware has seen them
	mounted []string
}

func (c *crossing) guard(param func(r *http.Request) string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			room := param(r)
			if room == "secret" {
				http.Error(w, "This room is not for you.", http.StatusForbidden)
				return
			}
			c.passed = append(c.passed, room)
			next.ServeHTTP(w, r)
		})
	}
}

func (c *crossing) page(kit *handlers.Kit) http.Handler {
	return handlers.View(kit, rooms.Page{Before: func(_ *views.Socket, room string) error {
		c.mounted = append(c.mounted, room)
		return nil
	}})
}

func forbidden(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "This room is not for you.", http.StatusForbidden)
}

func chiParam(r *http.Request) string  { return chi.URLParam(r, "room") }
func pathValue(r *http.Request) string { return r.PathValue("room") }

// crossings are sites of all kinds of routers, by their names.
func crossings(t testing.TB) map[string]*crossing {
	t.Helper()
	all := map[string]*crossing{}
	make := func(name string, routes func(c *crossing, kit *handlers.Kit) http.Handler) {
		c := &crossing{}
		kit := handlers.New(handlers.Config{Logger: quietLogger, Security: handlers.Security{Secrets: [][]byte{secret}}, Limits: handlers.Limits{SessionMounts: 1 << 30}})
		t.Cleanup(func() { shutdown(t, kit) })
		c.handler = routes(c, kit)
		all[name] = c
	}
	make("chi", func(c *crossing, kit *handlers.Kit) http.Handler {
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.With(c.guard(chiParam)).Handle("/in/{room}", c.page(kit))
		r.With(c.guard(pathValue)).Handle("/in/{wing}/{room}", c.page(kit))
		r.With(c.guard(func(r *http.Request) string { return chi.URLParam(r, "*") })).Handle("/all/*", c.page(kit))
		return r
	})
	make("chi beside static routes", func(c *crossing, kit *handlers.Kit) http.Handler {
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.HandleFunc("/in/secret", forbidden)
		r.HandleFunc("/in/{wing}/secret", forbidden)
		r.Route("/in", func(r chi.Router) {
			r.HandleFunc("/secret", forbidden)
			r.With(c.guard(func(r *http.Request) string { return "not " + chiParam(r) })).Handle("/{room}", c.page(kit))
		})
		return r
	})
	make("chi in chi", func(c *crossing, kit *handlers.Kit) http.Handler {
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Route("/in/{room}", func(r chi.Router) {
			r.Use(c.guard(chiParam))
			r.Handle("/", c.page(kit))
			r.Handle("/{wing}", c.page(kit))
		})
		return r
	})
	make("net/http", func(c *crossing, kit *handlers.Kit) http.Handler {
		m := http.NewServeMux()
		m.Handle("/in/{room}", c.guard(pathValue)(c.page(kit)))
		m.Handle("/in/{wing}/{room}", c.guard(pathValue)(c.page(kit)))
		m.HandleFunc("/in/secret", forbidden)
		m.Handle("/all/{room...}", c.guard(pathValue)(c.page(kit)))
		return kit.Middleware(m)
	})
	make("net/http in chi", func(c *crossing, kit *handlers.Kit) http.Handler {
		m := http.NewServeMux()
		m.Handle("/in/{room}", c.guard(pathValue)(c.page(kit)))
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Mount("/", m)
		return r
	})
	make("behind a prefix", func(c *crossing, kit *handlers.Kit) http.Handler {
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.With(c.guard(chiParam)).Handle("/{room}", c.page(kit))
		return http.StripPrefix("/in", r)
	})
	return all
}

// request is one whose path is as it came over the wire; nil if net/http would refuse it.
func request(method, target string, header ...string) *http.Request {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n")))
	if err != nil {
		return nil
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// holds checks what one request has come to: Mount gets what middleware has let through.
func (c *crossing) holds(t *testing.T, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	c.passed, c.mounted = nil, nil
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	for _, room := range c.mounted {
		if len(c.passed) != 1 || room != c.passed[0] && "not "+room != c.passed[0] && room != "" {
			t.Errorf("%s: middleware has let %q through, Mount got %q", r.RequestURI, c.passed, room)
		}
		if room == "secret" {
			t.Errorf("%s: somebody gets into the room", r.RequestURI)
		}
	}
	return w
}

// Case 80.
func TestMountGetsWhatMiddlewareHasSeen(t *testing.T) {
	for name, c := range crossings(t) {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{
				"/in/secret", "/in/secre%74", "/in/%73ecret", "/in/x/secre%74", "/in/secre%74/a%2Fb", "/in/secre%74/", "/in/secret/%61",
				"/in/secre%74_(x)", "/in/a%2Fb", "/in/a%2fb", "/in/a%252Fb", "/in/%E4", "/in/Gr%C3%BC%C3%9Fe", "/in/gr%c3%bc%c3%9fe",
				"/in/%2e%2e", "/in/%2e%2e/secre%74", "/all/secre%74", "/all/x%2Fsecre%74", "/in/%5Csecre%74", "/in/secre%74%00", "//in/secre%74",
			} {
				c.holds(t, request("GET", path))
			}
		})
	}
}

// Parameters come as text, wherever they were escaped.
func TestPathParametersAreNotEscaped(t *testing.T) {
	for _, name := range []string{"chi", "net/http"} {
		c := crossings(t)[name]
		for _, room := range []string{"plain", "<b>", "Grüße", "a b", "50%", "a+b", "a_(b)", "it's", "[x]", "a,b", "a;b", "a:b@c", "%2F", `a\b`, "*", "a\x00b"} {
			w := c.holds(t, request("GET", "/in/"+url.PathEscape(room)))
			if w.Code == http.StatusSeeOther {
				w = c.holds(t, request("GET", w.Header().Get("Location")))
			}
			if w.Code != http.StatusOK || len(c.mounted) != 1 || c.mounted[0] != room {
				t.Errorf("%s: %q came as %q (%d)", name, room, c.mounted, w.Code)
			}
		}
	}
}

// A slash in a parameter comes as the router says it: chi leaves it escaped, for everybody.
func TestASlashInAPathParameter(t *testing.T) {
	for name, want := range map[string]string{"chi": "a%2Fb", "net/http": "a/b"} {
		c := crossings(t)[name]
		w := c.holds(t, request("GET", "/in/a%2Fb"))
		if w.Code != http.StatusOK || len(c.mounted) != 1 || c.mounted[0] != want {
			t.Errorf("%s: came as %q (%d)", name, c.mounted, w.Code)
		}
	}
}

// Case 80: a path that is written in another way leads to the canonical one, on the same site.
func TestAPathThatIsNotCanonical(t *testing.T) {
	chi := crossings(t)["chi"]
	for path, want := range map[string]string{
		"/in/secre%74":                      "/in/secret",
		"/in/secre%74?x=%61&y":              "/in/secret?x=%61&y",
		"/in/secre%74?":                     "/in/secret",
		"/in/gr%c3%bc%c3%9fe":               "/in/Gr%C3%BC%C3%9Fe",
		"/in/a%2fb":                         "/in/a%2Fb",
		"/in/a%2Fb%2Cc%61":                  "/in/a%2Fb%2Cca",
		"/in/Gr%C3%BC_(x)":                  "/in/gr%C3%BC_%28x%29",
		"/in/%5C%5Cevil%2eexample":          "/in/%5C%5Cevil.example",
		`/in/\evil%2eexample`:               "/in/%5Cevil.example",
		"/in/%0D%0AX%3a1":                   "/in/%0D%0AX:1",
		"http://evil.example/in/secre%74":   "/in/secret",
		"/in/secre%74?sideband=leave&to=%2": "/in/secret?sideband=leave&to=%2",
	} {
		w := chi.holds(t, request("GET", path))
		if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || !strings.EqualFold(to, want) {
			t.Errorf("%s: %d, to %q, not %q", path, w.Code, to, want)
		}
	}
	// There is no address to go to, or it would be another one.
	for _, path := range []string{"/in/%2e%2e", "/in/x/%2E", "/all/%2e%2e/%2e%2e/x"} {
		if w := chi.holds(t, request("GET", path)); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, to %q", path, w.Code, w.Header().Get("Location"))
		}
	}
	prefix := crossings(t)["behind a prefix"]
	if w := prefix.holds(t, request("GET", "/in/secre%74?a")); w.Header().Get("Location") != "/in/secret?a" {
		t.Errorf("behind a prefix: to %q", w.Header().Get("Location"))
	}
	if w := prefix.holds(t, request("HEAD", "/in/secre%74")); w.Code != http.StatusSeeOther {
		t.Errorf("HEAD: %d", w.Code)
	}
}

// No redirect leads away from the site, whatever the path.
func TestACanonicalPathIsOfTheSameSite(t *testing.T) {
	kit := handlers.New(handlers.Config{Logger: quietLogger})
	t.Cleanup(func() { shutdown(t, kit) })
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/*", handlers.View(kit, rooms.Page{}))
	for _, path := range []string{"//evil.example/%61", "//evil.example%2f%61", "/%2e/%2fevil.example", "///evil.example/%61", "/%5cevil.example/%61", "/.%2e//evil.example/"} {
		w := httptest.NewRecorder()
		r.ServeHTTP(w, request("GET", path))
		if to := w.Header().Get("Location"); w.Code == http.StatusOK || strings.HasPrefix(to, "//") || strings.Contains(to, `\`) || strings.Contains(to, "/.") {
			t.Errorf("%s: %d, to %q", path, w.Code, to)
		}
	}
}

// What a page's own request may not do either: its ticket is good, and its path another
// way to write that of the page.
func TestEventsAndStreamsOfAPathThatIsNotCanonical(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	for path, other := range map[string]string{"/rooms/a": "/rooms/%61", "/rooms/a%5Cb": `/rooms/%61%5Cb`, "/rooms/a%2Fb": "/rooms/a%2fb"} {
		p := b.open(path)
		p.path = other
		if a := p.post("event=Add&value=1", nil); a.status != http.StatusConflict {
			t.Errorf("%s: an event: %d %s", other, a.status, a.body)
		}
		if _, reloads := p.again().stream().reload(t); !reloads {
			t.Errorf("%s: its stream is opened", other)
		}
		p.path = path
		p.post("event=Add&value=1", nil)
	}
	if n := s.kit.Stats().Events; n != 3 {
		t.Errorf("%d events", n)
	}
}

func FuzzPaths(f *testing.F) {
	for _, path := range []string{
		"/in/secret", "/in/secre%74", "/in/a%2Fb", "/in/Gr%C3%BC%C3%9Fe_(x)", "/in/%2e%2e/secre%74", "/all/secre%74", "//in/%73", `/in/\%73`, "/in/x/secre%74?%61#", "/in/secre%74/a%2F",
	} {
		f.Add(path)
	}
	sites := crossings(f)
	f.Fuzz(func(t *testing.T, path string) {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " \t\r\n\v\f\u0085\u00a0") {
			return
		}
		for _, c := range sites {
			for range 5 {
				r := request("GET", path)
				if r == nil {
					return
				}
				w := c.holds(t, r)
				to := w.Header().Get("Location")
				if w.Code != http.StatusSeeOther {
					break
				}
				if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") && !strings.Contains(to, "?") {
					t.Fatalf("%s: sent to %q", path, to)
				}
				if to == path {
					t.Fatalf("%s: sent to itself", path)
				}
				path = to
			}
		}
	})
}
