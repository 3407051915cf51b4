package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// Case 97: a layout with a <base>.
func TestAddressesStandForThemselvesWhereABaseActs(t *testing.T) {
	t.Parallel()
	layout := func(content string) string {
		i := strings.Index(content, `hx-sse:connect="`) + len(`hx-sse:connect="`)
		j := strings.Index(content, `hx-post="`) + len(`hx-post="`)
		stream, _, _ := strings.Cut(content[i:], `&amp;sideband-tab=`)
		event, _, _ := strings.Cut(content[j:], `"`)
		return stream + " " + event
	}
	for _, c := range []struct{ policy, path, want string }{
		{"", "/rooms/a", "?sideband=stream ?event=Check"},
		{handlers.Policy("img-src data:"), "/rooms/a", "?sideband=stream ?event=Check"},
		{handlers.Policy("base-uri 'self'"), "/rooms/a%20b", "/rooms/a%20b?sideband=stream /rooms/a%20b?event=Check"},
		{"default-src 'self'", "/rooms/a", "/rooms/a?sideband=stream /rooms/a?event=Check"},
		{"-", "/rooms/a", "/rooms/a?sideband=stream /rooms/a?event=Check"},
		{"-", "//rooms/a", "/.//rooms/a?sideband=stream /.//rooms/a?event=Check"},
	} {
		kit := handlers.New(handlers.Config{Security: handlers.Security{ContentSecurityPolicy: c.policy}})
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Handle("/*", handlers.View(kit, rooms.Page{}))
		w := httptest.NewRecorder()
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+c.path, nil)
		r.ServeHTTP(w, req)
		if got := layout(w.Body.String()); got != c.want {
			t.Errorf("%s, %s: %s", c.policy, c.path, got)
		}
		if err := kit.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// Case 91.
func TestStyleAttributesAreTheBrowsersWhereThePolicyTakesNone(t *testing.T) {
	t.Parallel()
	for policy, own := range map[string]bool{
		"": true, handlers.Policy("img-src data:"): true, "default-src 'self'; style-src 'self' 'unsafe-inline'": false,
		handlers.Policy("style-src-attr 'unsafe-inline'"): false, "style-src-elem 'self'": false, "-": false,
		"style-src 'unsafe-inline'; style-src-attr 'none'": true,
	} {
		kit := handlers.New(handlers.Config{Security: handlers.Security{ContentSecurityPolicy: policy}})
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Handle("/rooms/{room}", handlers.View(kit, rooms.Page{}))
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/rooms/a", nil))
		if got := strings.Contains(w.Body.String(), "morphIgnore&#34;:[&#34;style&#34;"); got != own {
			t.Errorf("%q: %v", policy, got)
		}
		if err := kit.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
