package ratelimit_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/ratelimit"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var (
	done    = state.NewKey[int]("done")
	checked = state.NewKey[bool]("checked")
	client  = state.NewKey[views.Client]("client")
)

// bench is a page with a button whose event is limited, one whose event is not, and a box.
type bench struct{ limit *ratelimit.Limit }

func (bench) Mount(s *views.Socket, _ views.NoParams) error {
	client.Set(s, s.Client())
	state.Assign(s, done.To(0), checked.To(false))
	return nil
}

func (b bench) Limited(s *views.Socket, _ views.NoParams) error {
	if err := b.limit.Take(s); err != nil {
		return err
	}
	return b.Free(s, views.NoParams{})
}

func (bench) Free(s *views.Socket, _ views.NoParams) error {
	done.Update(s, func(n int) int { return n + 1 })
	client.Set(s, s.Client())
	return nil
}

// Later tells the page by a message who uses it.
func (b bench) Later(s *views.Socket, _ views.NoParams) error {
	return views.Send(s, bench.told, struct{}{})
}

func (bench) told(s *views.Socket, _ struct{}) error {
	client.Set(s, s.Client())
	return nil
}

type box struct {
	On bool `form:"on"`
}

func (b bench) Check(s *views.Socket, p box) error {
	if err := b.limit.Take(s); err != nil {
		return err
	}
	checked.Set(s, p.On)
	return nil
}

func (bench) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, b := range []struct {
			text string
			on   templ.OrderedAttributes
		}{{"Limited", views.OnClick(ctx, bench.Limited)}, {"Free", views.OnClick(ctx, bench.Free)}, {"Later", views.OnClick(ctx, bench.Later)}} {
			_, _ = fmt.Fprintf(w, `<button id="b-%s"`, b.text)
			if err := templruntime.RenderAttributes(ctx, w, w, "button", b.on); err != nil {
				return err
			}
			_, _ = fmt.Fprintf(w, ">%s</button>", b.text)
		}
		_, _ = fmt.Fprintf(w, `<label><input type="checkbox" id="on" name="on" value="true"%s`, map[bool]string{true: " checked"}[checked.Get(ctx)])
		if err := templruntime.RenderAttributes(ctx, w, w, "input", views.OnChange(ctx, bench.Check)); err != nil {
			return err
		}
		c := client.Get(ctx)
		_, err := fmt.Fprintf(w, `>On</label><p id="done">%d</p><p id="network">%s</p><p id="identity">%s</p><p id="session">%s</p>`,
			done.Get(ctx), c.Network, c.Identity, c.Session)
		return err
	})
}

// routes has the page behind middleware that finds the user and, of one proxy, the address.
func routes(b bench, c handlers.Config, hooks ...views.Hook) (*handlers.Kit, http.Handler) {
	c.Logger = slog.New(slog.DiscardHandler)
	c.Identity = func(r *http.Request) string { return r.Header.Get("Test-User") }
	kit := handlers.New(c)
	r := chi.NewRouter()
	r.Use(kit.Middleware, middleware.ClientIPFromXFF("192.0.2.0/24"))
	r.Handle("/", handlers.View(kit, b, hooks...))
	r.Mount(kit.AssetsPath(), kit.Assets())
	return kit, r
}

func open(t *testing.T, b bench, hooks ...views.Hook) (*handlers.Kit, *livetest.Page) {
	t.Helper()
	kit, r := routes(b, handlers.Config{}, hooks...)
	return kit, livetest.Open(t, r, "/")
}

func click(page *livetest.Page, name string, n int) {
	for range n {
		page.Button(name).Click()
	}
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %q, not %q", what, got, want)
	}
}

// counter is one that processes share.
type counter struct {
	counts map[string]int
	fails  bool
	limit  int
}

func at(key string, window time.Time) string { return key + " " + strconv.FormatInt(window.Unix(), 10) }

func (c *counter) Config(limit int, _ time.Duration) { c.limit = limit }

func (c *counter) IncrementBy(key string, window time.Time, n int) error {
	if c.fails {
		return http.ErrServerClosed
	}
	c.counts[at(key, window)] += n
	return nil
}

func (c *counter) Get(key string, current, previous time.Time) (now, before int, err error) {
	if c.fails {
		return 0, 0, http.ErrServerClosed
	}
	return c.counts[at(key, current)], c.counts[at(key, previous)], nil
}

// request asks for the page from an address.
func request(h http.Handler, remote, forwarded string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = remote
	if forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
