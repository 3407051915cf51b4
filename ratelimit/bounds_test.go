package ratelimit_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
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
	"github.com/sideband-go/sideband/uploads"
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

// sink is a Writer that counts what it is given.
type sink struct{ bytes *atomic.Int64 }

func (s sink) Write(b []byte) (int, error) { s.bytes.Add(int64(len(b))); return len(b), nil }
func (s sink) Close() error                { return nil }
func (s sink) Abort()                      {}

var (
	opened, written = new(atomic.Int32), new(atomic.Int64)
	plan            = uploads.New("plan", uploads.Config{MaxFiles: 50, To: func(context.Context, uploads.Entry) (uploads.Writer, error) {
		opened.Add(1)
		return sink{written}, nil
	}})
)

type inbox struct{}

func (inbox) Mount(s *views.Socket, _ views.NoParams) error { plan.Allow(s); return nil }

func (inbox) Chosen(*views.Socket, *uploads.Event) error { return nil }

func (inbox) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		b := uploads.Bind(ctx, plan, inbox.Chosen)
		_, _ = io.WriteString(w, `<label>Plan <input`)
		err := templruntime.RenderAttributes(ctx, w, w, "input", b.AtOnce())
		_, _ = fmt.Fprintf(w, `></label><p id="n">%d</p>`, len(plan.Entries(ctx)))
		return err
	})
}

// Beyond the session's limit nobody is given the files of an event.
func TestFilesBeyondTheSessionsLimitAreNotTaken(t *testing.T) {
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler), Limits: handlers.Limits{SessionEvents: 1}})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/", handlers.View(kit, inbox{}))
	r.Mount(kit.AssetsPath(), kit.Assets())
	page := livetest.Open(t, r, "/")
	page.Skip(livetest.Failures)
	for i := range 5 {
		page.Field("Plan").ChooseFiles(livetest.File{Name: fmt.Sprintf("%d.txt", i), Content: strings.Repeat("x", 10_000)})
	}
	page.Settle()
	if n := opened.Load(); n > 1 {
		t.Errorf("Config.To was given %d files of %d bytes", n, written.Load())
	}
	if notice := page.Notice(); !strings.HasPrefix(notice, "That was too often.") {
		t.Errorf("the notice is %q", notice)
	}
}
