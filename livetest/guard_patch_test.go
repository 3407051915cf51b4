package livetest_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	keys "github.com/sideband-go/sideband/state" // a test beside this one has a type of that name
	"github.com/sideband-go/sideband/views"
)

type vaultQuery struct {
	Page int `query:"page" default:"1"`
}

var vaultKey = keys.NewKey[int]("vault")

// vault is a page whose addresses are for members.
type vault struct{}

func (vault) Mount(*views.Socket, vaultQuery) error { return nil }

func (vault) HandleParams(s *views.Socket, q vaultQuery) error {
	vaultKey.Set(s, q.Page)
	return nil
}

func (vault) Wait(s *views.Socket, _ views.NoParams) error {
	views.Start(s, func(context.Context) (int, error) { return 3, nil }, vault.turned)
	return nil
}

func (vault) turned(s *views.Socket, r keys.Result[int]) error {
	return s.Patch(views.URL(s, vaultQuery{r.Value}))
}

func (vault) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		n := vaultKey.Get(ctx)
		for _, part := range []struct {
			tag, text string
			of        templ.OrderedAttributes
		}{
			{"a", "Next", views.Patch(ctx, vaultQuery{n + 1})},
			{"button", "Wait", views.OnClick(ctx, vault.Wait)},
		} {
			if _, err := fmt.Fprintf(w, `<%s id="%s"`, part.tag, part.text); err != nil {
				return err
			}
			if err := templruntime.RenderAttributes(ctx, w, w, part.tag, part.of); err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, `>%s</%s>`, part.text, part.tag); err != nil {
				return err
			}
		}
		_, err := fmt.Fprintf(w, `<h1 id="secret">Secret %d of %s</h1>`, n, current.Get(ctx).Name)
		return err
	})
}

// Case 503. The guard of views.FromContext stands before patches: by links, Back, and what callbacks have patched.
func TestTheGuardStandsBeforePatches(t *testing.T) {
	t.Parallel()
	m := &members{all: map[string]member{}}
	kit := handlers.New(handlers.Config{})
	t.Cleanup(func() {
		if err := kit.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	r := chi.NewRouter()
	r.Use(kit.Middleware, m.load)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/login", handlers.View(kit, views.Static("Log in", templ.Join(views.Flash(), templ.Raw("<h1>Log in</h1>")))))
	r.With(kit.Hooks(require)).Handle("/vault", handlers.View(kit, vault{}))
	s := livetest.Serve(t, r)
	ann := s.Person()
	ann.SetHeader("Member", "ann")
	for name, act := range map[string]func(*livetest.Page){
		"a link": func(p *livetest.Page) { p.Link("Next").Click() },
		"Back":   func(p *livetest.Page) { p.Back() },
	} {
		m.set("ann", &member{"Ann", true})
		page := ann.Open("/vault")
		page.Link("Next").Click()
		page.Expect("#secret", "Secret 2 of Ann")
		m.set("ann", &member{"Annie", true})
		page.Link("Next").Click()
		page.Expect("#secret", "Secret 3 of Annie") // as the request says
		m.set("ann", nil)
		act(page)
		expect(t, "where the page is after "+name, page.Path(), "/login")
		page.ExpectFlash(views.FlashError, "Please log in")
	}
	m.set("ann", &member{"Ann", true})
	page := ann.Open("/vault")
	page.Button("Wait").Click()
	m.set("ann", nil)
	page.Await()
	page.Expect("#secret", "Secret 3 of Ann") // no request has asked for it
}
