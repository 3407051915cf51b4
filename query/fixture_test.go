package query_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"
	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/query"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// world is a program with a page that keeps a query.
type world struct {
	t       testing.TB
	table   *table
	bus     *pubsub.Bus
	changed pubsub.Topic[int]
	kit     *handlers.Kit
	site    *livetest.Site
	refuses atomic.Int32 // messages that a hook refuses
}

var (
	items  = query.NewKey[item]("items")
	stream = state.NewStream("row", query.Row[item].Key)
	title  = state.NewKey[string]("title")
)

// page keeps the query that its address names, with what a test has added to it.
type page struct {
	w    *world
	live func(w *world, q *query.Live[item])
}

type params struct {
	Page   int    `query:"page" default:"1"`
	Tenant string `query:"tenant" default:"" validate:"max=20"`
}

func (p page) Mount(s *views.Socket, q params) error {
	title.Set(s, "items")
	return p.keep(s, q.Page, q.Tenant)
}

func (p page) keep(s *views.Socket, n int, tenant string) error {
	q := query.Live[item]{
		Page: query.Page{Number: n, Size: 3}, Load: p.w.table.load, Count: p.w.table.count, ID: item.key,
		Refetch: []pubsub.AnyTopic{p.w.changed},
	}
	if p.live != nil {
		p.live(p.w, &q)
	}
	if q.Shared != "" && tenant != "" {
		q.Shared = tenant
	}
	items.Keep(s, q)
	return nil
}

// Connect says that the stream is open.
func (page) Connect(s *views.Socket) error { title.Set(s, "live"); return nil }

// Keep keeps it again.
func (p page) Keep(s *views.Socket, n int) error { return p.keep(s, n, "") }

func (page) Turn(s *views.Socket, to query.Target) error { items.Turn(s, to); return nil }

func (page) Refetch(s *views.Socket, _ views.NoParams) error { items.Refetch(s); return nil }

// Fail keeps another page, and fails.
func (p page) Fail(s *views.Socket, n int) error {
	if err := p.keep(s, n, ""); err != nil {
		return err
	}
	return views.ErrForbidden
}

func (page) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		r := items.Get(ctx)
		fmt.Fprintf(w, `<h1 id="title">%s</h1><p id="says">%s</p>`, title.Get(ctx), says(r))
		for _, b := range []struct {
			name  string
			attrs templ.OrderedAttributes
		}{
			{"First", views.Button(ctx, page.Turn, query.First)},
			{"Last", views.Button(ctx, page.Turn, query.Last)},
			{"Next", views.Button(ctx, page.Turn, query.Next)},
			{"Prev", views.Button(ctx, page.Turn, query.Prev)},
			{"Page 2", views.Button(ctx, page.Turn, query.Target(2))},
			{"Page 99", views.Button(ctx, page.Turn, query.Target(99))},
			{"Keep 1", views.Button(ctx, page.Keep, 1)},
			{"Keep 2", views.Button(ctx, page.Keep, 2)},
			{"Fail", views.Button(ctx, page.Fail, 2)},
			{"Refetch", views.Button(ctx, page.Refetch, struct{}{})},
		} {
			fmt.Fprintf(w, `<button id="%s"`, strings.ReplaceAll(strings.ToLower(b.name), " ", "-"))
			if err := templruntime.RenderAttributes(ctx, w, w, "button", b.attrs); err != nil {
				return err
			}
			fmt.Fprintf(w, `>%s</button>`, b.name)
		}
		fmt.Fprint(w, `<ul id="items">`)
		if err := views.Each(r.Rows(), query.Row[item].Key, line).Render(ctx, w); err != nil {
			return err
		}
		fmt.Fprint(w, `</ul><ol id="stream">`)
		if err := views.Stream(stream, streamed).Render(ctx, w); err != nil {
			return err
		}
		_, err := fmt.Fprint(w, `</ol>`)
		return err
	})
}

func text(r query.Row[item]) string {
	if r.Deleted {
		return r.Item.Name + " (deleted)"
	}
	return r.Item.Name
}

func line(r query.Row[item]) templ.Component {
	if r.Item.Name == "explode" {
		panic("a row explodes")
	}
	return templ.Raw(fmt.Sprintf(`<li id="item-%d">%s</li>`, r.Item.ID, text(r)))
}

func streamed(r query.Row[item]) templ.Component {
	return templ.Raw(fmt.Sprintf(`<li id="%s">%s</li>`, stream.DOMID(r), text(r)))
}

// says is all that a result says about its rows.
func says(r query.Result[item]) string {
	said := []string{fmt.Sprintf("page %d of %d, %d of %d", r.Page.Number, r.Page.Last(), r.Len(), r.Page.Total)}
	for _, w := range []struct {
		is   bool
		said string
	}{{r.Page.More, "more"}, {r.New > 0, fmt.Sprint(r.New) + " new"}, {r.Loading, "loading"}, {!r.Ready, "not ready"}} {
		if w.is {
			said = append(said, w.said)
		}
	}
	if r.Err != nil {
		said = append(said, "failed: "+r.Err.Error())
	}
	return strings.Join(said, ", ")
}

// newWorld makes a program; live changes what its page keeps.
func newWorld(t testing.TB, rows int, live func(w *world, q *query.Live[item])) *world {
	w := &world{t: t, table: newTable(rows), bus: &pubsub.Bus{Logger: quiet}}
	w.changed = pubsub.NewTopic[int](w.bus, "changed")
	w.kit = handlers.New(handlers.Config{Logger: quiet})
	r := chi.NewRouter()
	r.Use(w.kit.Middleware)
	r.Use(w.kit.Hooks(views.Hook{Message: func(*views.Socket, views.Callback) error {
		if w.refuses.Add(-1) >= 0 {
			return errors.New("the hook fails")
		}
		w.refuses.Store(0)
		return nil
	}}))
	r.Mount(w.kit.AssetsPath(), w.kit.Assets())
	r.Handle("/", handlers.View(w.kit, page{w, live}))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := w.kit.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		// Nothing is left when all pages have ended.
		if n := w.bus.Stats().Subscribers; n != 0 {
			t.Errorf("%d subscriptions are left", n)
		}
		if hubs, slots := query.Left(items); hubs+slots != 0 {
			t.Errorf("%d shared queries and %d that count for a view are left", hubs, slots)
		}
	})
	w.site = livetest.Serve(t, http.Handler(r))
	w.site.Skip(livetest.Failures)
	return w
}

// open opens the page and waits until its connection is open.
func (w *world) open(path string) *livetest.Page {
	w.t.Helper()
	p := w.site.Open(path)
	p.Wait("h1", "live")
	return p
}

// publish says that something has changed.
func (w *world) publish() {
	w.t.Helper()
	if err := w.changed.Publish(context.Background(), 1); err != nil {
		w.t.Fatal(err)
	}
}

// rows expects the rows of the page.
func rows(t testing.TB, p *livetest.Page, want ...string) {
	t.Helper()
	list(t, p, "#items li", want...)
}

func list(t testing.TB, p *livetest.Page, selector string, want ...string) {
	t.Helper()
	var got []string
	found := p.Find(selector)
	for i := range found.Count() {
		got = append(got, found.Nth(i).Text())
	}
	if !slices.Equal(got, want) {
		t.Errorf("shows %q and not %q", got, want)
	}
}

func expect[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v and not %v", what, got, want)
	}
}

func named(ids ...int) (names []string) {
	for _, id := range ids {
		names = append(names, "row "+strconv.Itoa(id))
	}
	return names
}

func contains(text, part string) bool { return strings.Contains(text, part) }
