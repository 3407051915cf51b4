package handlers_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/views"
)

type tagQuery struct {
	Name string `path:"name"`
	Text string `query:"q"`
}

// tagPage links to the tags that users have made.
type tagPage struct{ links []tagQuery }

func (tagPage) Mount(*views.Socket, tagQuery) error { return nil }

func (tagPage) HandleParams(*views.Socket, tagQuery) error { return nil }

func (p tagPage) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, q := range p.links {
			if _, err := io.WriteString(w, "<a"); err != nil {
				return err
			}
			if err := templruntime.RenderAttributes(ctx, w, w, "a", views.Patch(ctx, q)); err != nil {
				return err
			}
			if _, err := io.WriteString(w, ">x</a>\n"); err != nil {
				return err
			}
		}
		return nil
	})
}

// Values that make no address of the page make links that lead nowhere, and don't keep the page from being rendered.
func TestValuesThatMakeNoAddress(t *testing.T) {
	for name, q := range map[string]tagQuery{
		"empty": {}, "dot": {Name: "."}, "dots": {Name: ".."}, "slash": {Name: "/evil.example"}, "backslash": {Name: `\evil.example`},
		"long": {Name: strings.Repeat("ü", 1500)}, "long query": {Name: "a", Text: strings.Repeat("a", 3000)},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			kit := handlers.New(handlers.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			r := chi.NewRouter()
			r.Use(kit.Middleware)
			r.Mount(kit.AssetsPath(), kit.Assets())
			r.Handle("/{name}", handlers.View(kit, tagPage{[]tagQuery{q, q, {Name: "good"}}}))
			w := httptest.NewRecorder()
			r.ServeHTTP(w, httptest.NewRequest("GET", "/here", nil))
			if err := kit.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			body := w.Body.String()
			if n := strings.Count(body, `<a role="link" aria-disabled="true">x</a>`); w.Code != 200 || n != 2 {
				t.Errorf("%d, %d links that lead nowhere: %s", w.Code, n, body)
			}
			if !strings.Contains(body, `href="/good"`) {
				t.Errorf("the other link: %s", body)
			}
			if n := strings.Count(log.String(), "a link leads nowhere"); n != 1 {
				t.Errorf("%d warnings: %s", n, log.String())
			}
		})
	}
}
