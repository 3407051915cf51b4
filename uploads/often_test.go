package uploads_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/uploads"
	"github.com/sideband-go/sideband/views"
)

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
