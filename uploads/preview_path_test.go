package uploads_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/uploads"
	"github.com/sideband-go/sideband/views"
)

var portrait = uploads.New("portrait", uploads.Config{})

// person is a page with an action that has a picture to choose.
type person struct{}

type personQuery struct {
	Tab int `query:"tab"`
}

func (person) Mount(s *views.Socket, _ personQuery) error { portrait.Allow(s); return nil }

func (person) HandleParams(*views.Socket, personQuery) error { return nil }

func (person) Chosen(*views.Socket, *uploads.Event) error { return nil }

func (person) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var list strings.Builder
		for _, e := range portrait.Entries(ctx) {
			fmt.Fprintf(&list, `<img id="preview" src="%s">`, portrait.Preview(ctx, e))
		}
		_, _ = io.WriteString(w, `<label>Portrait <input`)
		err := templruntime.RenderAttributes(ctx, w, w, "input", uploads.Bind(ctx, portrait, person.Chosen).AtOnce())
		_, _ = io.WriteString(w, `></label><a`)
		err = errors.Join(err, templruntime.RenderAttributes(ctx, w, w, "a", views.PatchTo(ctx, "/edit")))
		_, _ = io.WriteString(w, `>Edit</a>`+list.String())
		return err
	})
}

// A patch comes before the browser shows its path.
func TestAPreviewHasThePathOfItsPatch(t *testing.T) {
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, person{}))
	r.Handle("/edit", handlers.View(kit, person{}))
	page := livetest.Open(t, r, "/")
	page.Skip(livetest.Failures)
	page.Field("Portrait").ChooseFiles(livetest.File{Name: "a.png", Content: png})
	for _, path := range []string{"/", "/edit"} {
		if path != "/" {
			page.Link("Edit").Click()
		}
		if src := page.Find("#preview").Attr("src"); !strings.HasPrefix(src, path+"?sideband=file.") {
			t.Errorf("at %s the preview is at %q", path, src)
		}
	}
}
