package query_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"testing/synctest"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/query"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var open = state.NewKey[int]("open")

// board shows as many shelves as are open, each with a query of its own under the same key.
type board struct{ w *world }

func (board) Mount(s *views.Socket, _ views.NoParams) error { open.Set(s, 2); return nil }

func (board) Connect(s *views.Socket) error { s.SetTitle("live"); return nil }

func (board) set(s *views.Socket, n int) error { open.Set(s, n); return nil }

func (b board) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for i := range open.Get(ctx) {
			if err := views.Component(fmt.Sprint("shelf-", i+1), shelf{b.w, i + 1}).Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// shelf is a page of the table.
type shelf struct {
	w *world
	N int
}

func (sh shelf) Mount(s *views.Socket) error {
	items.Keep(s, query.Live[item]{
		Load: sh.w.table.load, ID: item.key, Page: query.Page{Number: sh.N, Size: 2},
		Refetch: []pubsub.AnyTopic{sh.w.changed},
	})
	return nil
}

func (shelf) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		fmt.Fprintf(w, `<ul id="%s">`, views.ID(ctx))
		for _, it := range items.Get(ctx).Items {
			fmt.Fprintf(w, `<li id="item-%d">%s</li>`, it.ID, it.Name)
		}
		_, err := io.WriteString(w, `</ul>`)
		return err
	})
}

// A component keeps a query of its own, which ends with it.
func TestQueriesOfComponents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 6, nil)
		r := chi.NewRouter()
		r.Use(w.kit.Middleware)
		r.Mount(w.kit.AssetsPath(), w.kit.Assets())
		r.Handle("/", handlers.View(w.kit, board{w}))
		p := livetest.Open(t, r, "/")
		synctest.Wait()
		list(t, p, "#shelf-1 li", named(1, 2)...)
		list(t, p, "#shelf-2 li", named(3, 4)...)
		w.table.loaded()
		w.table.rename(4, "renamed")
		w.publish()
		p.Await()
		list(t, p, "#shelf-1 li", named(1, 2)...)
		list(t, p, "#shelf-2 li", "row 3", "renamed")
		expect(t, "loads", w.table.loaded(), 2)
		if err := views.Send(p.View(), board.set, 1); err != nil {
			t.Fatal(err)
		}
		p.ExpectNone("#shelf-2")
		expect(t, "subscriptions", w.bus.Stats().Subscribers, 1)
		if err := views.Send(p.View(), board.set, 3); err != nil {
			t.Fatal(err)
		}
		p.Await()
		list(t, p, "#shelf-3 li", named(5, 6)...)
		expect(t, "subscriptions", w.bus.Stats().Subscribers, 3)
	})
}
