package forms_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// visit does what stands in a test otherwise, with a page at / and perhaps more routes, and prints how it fails.
func visit(v views.View[views.NoParams], f func(page *livetest.Page), more ...func(*handlers.Kit, chi.Router)) {
	if said := faketest.Run(func(t testing.TB) { f(openPage(t, v, more...)) }); said != "" {
		fmt.Println(said)
	}
}

// openPage opens a page of a site of its own.
func openPage(t testing.TB, v views.View[views.NoParams], more ...func(*handlers.Kit, chi.Router)) *livetest.Page {
	kit := handlers.New(handlers.Config{})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, v))
	for _, add := range more {
		add(kit, r)
	}
	return livetest.Open(t, r, "/")
}

// element is what templ writes for an element with attributes.
func element(name string, attrs templ.Attributer, content ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, "<"+name); err != nil {
			return err
		}
		if err := templruntime.RenderAttributes(ctx, w, w, name, attrs); err != nil {
			return err
		}
		if _, err := io.WriteString(w, ">"); err != nil || name == "input" {
			return err
		}
		if err := templ.Join(content...).Render(ctx, w); err != nil {
			return err
		}
		_, err := io.WriteString(w, "</"+name+">")
		return err
	})
}
