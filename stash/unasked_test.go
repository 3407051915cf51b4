package stash_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var name = state.NewKey[string]("name").Durable()

// late is a page whose durable key has no value before an event.
type late struct{}

func (late) Mount(*views.Socket, views.NoParams) error { return nil }

func (late) Save(s *views.Socket, _ views.NoParams) error {
	name.Set(s, "Ann")
	return nil
}

func (late) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, `<button id="save"`)
		if err := templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, late.Save)); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, `>Save</button><p id="name">%s</p>`, name.Get(ctx))
		return err
	})
}

func lateSite() http.Handler {
	kit := newKit(handlers.Stash{})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, late{}))
	return r
}

// Case 324: a page that had no durable state when it was served is not asked for any, so an event brings it back at
// once, without a connection; a later page of its type keeps its state.
func TestPagesWithoutDurableStateAreNotAsked(t *testing.T) {
	t.Parallel()
	first := livetest.Open(t, lateSite(), "/")
	if strings.Contains(first.HTML(), "sb-stash") {
		t.Error("the page has room for state")
	}
	first.Button("Save").Click()
	first.Expect("#name", "Ann")
	second := first.NewTab("/")
	second.Button("Save").Click()
	second.AwaitSaved()
	first.CutConnection()
	first.Site().Restart(lateSite())
	first.Button("Save").Click() // nothing waits for an answer of the page
	first.Expect("#name", "Ann")
	second.Expect("#name", "Ann")
	if r, err := second.Recovered(); r != state.Recovered {
		t.Errorf("the second page's state is %v: %v", r, err)
	}
}
