package stash_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Keys without a word of being durable.
var (
	count = state.NewKey[int]("count")
	label = state.NewKey[string]("label")
	other = state.NewKey[int]("other")
)

// listing is a page that lists its durable keys, and so does its component.
type listing struct{ asks bool }

func (listing) DurableKeys() []state.DurableKey { return []state.DurableKey{count, label} }

func (l listing) Mount(s *views.Socket, _ views.NoParams) error {
	if l.asks {
		if r, err := s.RecoverDurable(); r != state.Recovered || err != nil {
			return fmt.Errorf("recovered: %v, %w", r, err)
		}
	}
	count.SetDefault(s, func() int { return 1 })
	label.SetDefault(s, func() string { return "none" })
	other.Set(s, 1)
	return nil
}

func (listing) Add(s *views.Socket, _ views.NoParams) error {
	for _, k := range []*state.Key[int]{count, other} {
		k.Update(s, func(n int) int { return n + 1 })
	}
	label.Set(s, "added")
	return nil
}

func (listing) Resume(s *views.Socket, _ views.NoParams) error {
	_, err := s.RecoverDurable()
	return err
}

func (listing) Keep(s *views.Socket, _ views.NoParams) error {
	s.SaveDurable()
	return nil
}

func (listing) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<p id="count">%d</p><p id="label">%s</p><p id="other">%d</p>`, count.Get(ctx), label.Get(ctx), other.Get(ctx))
		err = errors.Join(err, button(ctx, w, "Add", views.OnClick(ctx, listing.Add)), button(ctx, w, "Resume", views.OnClick(ctx, listing.Resume)),
			button(ctx, w, "Keep", views.OnClick(ctx, listing.Keep)))
		return errors.Join(err, views.Component("p", part{}).Render(ctx, w))
	})
}

func button(ctx context.Context, w io.Writer, name string, click templ.Attributer) error {
	_, err := fmt.Fprintf(w, `<button id="%s"`, name)
	if err == nil {
		err = templruntime.RenderAttributes(ctx, w, w, "button", click)
	}
	if err == nil {
		_, err = fmt.Fprintf(w, ">%s</button>", name)
	}
	return err
}

// part is a component that lists the key that the page does not.
type part struct{}

func (part) DurableKeys() []state.DurableKey { return []state.DurableKey{other} }

func (part) Mount(s *views.Socket) error {
	other.SetDefault(s, func() int { return 5 })
	return nil
}

func (part) More(s *views.Socket, _ views.NoParams) error {
	other.Update(s, func(n int) int { return n + 1 })
	return nil
}

func (part) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := fmt.Fprintf(w, `<p id="part">%d</p>`, other.Get(ctx)); err != nil {
			return err
		}
		return button(ctx, w, "More", views.OnClick(ctx, part.More))
	})
}

func listingSite(c handlers.Stash, asks bool) http.Handler {
	k := newKit(c)
	r := chi.NewRouter()
	r.Use(k.Middleware)
	r.Mount(k.AssetsPath(), k.Assets())
	r.Handle("/", handlers.View(k, listing{asks}))
	return r
}

func stores() map[string]stash.Store {
	return map[string]stash.Store{"a store": new(stash.Memory), "a page": nil}
}

// Case 463: a page and a component say in a list which of their keys are durable. A key is durable where it is listed.
func TestAListOfDurableKeys(t *testing.T) {
	t.Parallel()
	for name, store := range stores() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := handlers.Stash{Store: store}
			page := livetest.Open(t, listingSite(c, false), "/")
			page.Button("Add").Click()
			page.Button("More").Click()
			page.Expect("#other", "2")
			page.AwaitSaved()
			page.Site().Restart(listingSite(c, false))
			page.Wait("#label", "added")
			page.Expect("#count", "2")
			page.Expect("#other", "1")
			page.Expect("#part", "6")
		})
	}
}

// Case 464: with ManualRecovery a callback decides whether what is kept is recovered, and what is kept stays until it has.
func TestRecoveryOnRequest(t *testing.T) {
	t.Parallel()
	for name, store := range stores() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := handlers.Stash{Store: store, ManualRecovery: true}
			page := livetest.Open(t, listingSite(c, false), "/")
			page.Button("Add").Click()
			page.Button("Add").Click()
			page.Button("More").Click()
			page.Expect("#count", "3")
			page.AwaitSaved()
			offered := func(count string) {
				t.Helper()
				page.Site().Restart(listingSite(c, false))
				page.Wait("#count", "1")
				if r, err := page.Recovered(); r != state.RecoveryOffered || err != nil {
					t.Errorf("%v, %v", r, err)
				}
				page.Button("Add").Click() // which is not kept
				page.Expect("#count", "2")
				page.AwaitSaved()
				page.Button("Resume").Click()
				page.Wait("#count", count)
			}
			offered("3")
			page.Expect("#part", "6")
			page.Button("Add").Click()
			page.Expect("#count", "4")
			page.AwaitSaved()
			offered("4")

			// Who saves instead gives up what was offered.
			page.Site().Restart(listingSite(c, false))
			page.Wait("#count", "1")
			page.Button("Add").Click()
			page.Button("Keep").Click()
			page.AwaitSaved()
			page.Button("Resume").Click() // there is nothing to
			page.Expect("#count", "2")

			page.Site().Restart(listingSite(c, true)) // its Mount recovers
			page.Wait("#label", "added")
			page.Expect("#count", "2")
			page.Expect("#part", "5")
		})
	}
}
