package ratelimit_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/ratelimit"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var number = state.NewKey[int]("number")

// list is a page whose address says what it shows: each step asks the database, say.
type list struct{ asked *atomic.Int32 }

type listQuery struct {
	N int `query:"n"`
}

func (list) Mount(*views.Socket, listQuery) error { return nil }

func (l list) HandleParams(s *views.Socket, q listQuery) error {
	l.asked.Add(1)
	number.Set(s, q.N)
	return nil
}

func (list) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = fmt.Fprintf(w, `<p id="number">%d</p><a id="next"`, number.Get(ctx))
		err := templruntime.RenderAttributes(ctx, w, w, "a", views.Patch(ctx, listQuery{number.Get(ctx) + 1}))
		_, _ = io.WriteString(w, `>Next</a>`)
		return err
	})
}

// A click on a patch link runs HandleParams: it counts as an event, for the hook and for Limits.SessionEvents.
func TestPatchesAreLimited(t *testing.T) {
	for name, c := range map[string]struct {
		config handlers.Config
		hooks  []views.Hook
	}{
		"hook":          {hooks: []views.Hook{ratelimit.New(2, time.Hour, ratelimit.BySession).Hook()}},
		"SessionEvents": {config: handlers.Config{Limits: handlers.Limits{SessionEvents: 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := list{new(atomic.Int32)}
				c.config.Logger = slog.New(slog.DiscardHandler)
				kit := handlers.New(c.config)
				r := chi.NewRouter()
				r.Use(kit.Middleware)
				r.Handle("/", handlers.View(kit, l, c.hooks...))
				r.Mount(kit.AssetsPath(), kit.Assets())
				page := livetest.Open(t, r, "/")
				for range 500 {
					page.Link("Next").Click()
				}
				if n := l.asked.Load(); n > 4 {
					t.Errorf("HandleParams has run %d times, with a limit of 2", n)
				}
				if notice := page.Notice(); !strings.HasPrefix(notice, "That was too often.") {
					t.Errorf("the notice is %q", notice)
				}
				page.Expect("#number", "2")
				page.Back() // by a page load: address and content agree
				page.Expect("#number", "1")
			})
		})
	}
}

// costly is a page whose Mount is limited.
type costly struct{ limit *ratelimit.Limit }

func (c costly) Mount(s *views.Socket, _ views.NoParams) error { return c.limit.Take(s) }

func (costly) Render() templ.Component { return templ.NopComponent }

// A Mount that a limit refuses says when to try again, as an event does.
func TestAMountThatIsLimitedSaysWhenToTryAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Handle("/", handlers.View(kit, costly{ratelimit.New(1, time.Hour, ratelimit.ByNetwork)}))
		ask := func() *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			r.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
			return w
		}
		if w := ask(); w.Code != http.StatusOK || w.Header().Get("Retry-After") != "" {
			t.Errorf("the first: %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
		}
		if w := ask(); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "3600" {
			t.Errorf("the second: %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
		}
		if err := kit.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
