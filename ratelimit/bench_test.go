package ratelimit_test

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"
	"golang.org/x/sys/unix"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/ratelimit"
	"github.com/sideband-go/sideband/views"
)

// checker is a page whose event does what a benchmark says.
type checker struct{ do func(s *views.Socket) }

func (checker) Mount(*views.Socket, views.NoParams) error { return nil }

func (c checker) Check(s *views.Socket, _ views.NoParams) error {
	c.do(s)
	return nil
}

func (checker) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, `<button id="check"`)
		err := templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, checker.Check))
		_, _ = io.WriteString(w, ">Check</button>")
		return err
	})
}

// used is the processor time that the process has used.
func used(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Skip(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkTake is one check of a limit: by the session of an event, and among as many keys as a limit remembers.
func BenchmarkTake(b *testing.B) {
	keys := make([]string, 100_000)
	for i := range keys {
		keys[i] = "key " + strconv.Itoa(i)
	}
	next := 0
	for name, by := range map[string]ratelimit.By{
		"session": ratelimit.BySession, "100000 keys": func(*views.Socket) string { next++; return keys[next%len(keys)] },
	} {
		b.Run(name, func(b *testing.B) {
			limit := ratelimit.New(1_000_000_000, time.Second, by)
			kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler), Timeouts: handlers.Timeouts{Event: time.Hour}})
			r := chi.NewRouter()
			r.Use(kit.Middleware)
			r.Handle("/", handlers.View(kit, checker{func(s *views.Socket) {
				b.ReportAllocs()
				began := used(b)
				for b.Loop() {
					if err := limit.Take(s); err != nil {
						b.Error(err)
					}
				}
				b.ReportMetric(float64(used(b)-began)/float64(b.N), "cpu-ns/op")
			}}))
			livetest.Open(b, r, "/").Button("Check").Click()
		})
	}
}
