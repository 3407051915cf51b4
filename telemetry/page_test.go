package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/telemetry"
	"github.com/sideband-go/sideband/views"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(patient{m}) }

// patient waits, after the tests, for what the kits of the tests leave behind for a moment.
type patient struct{ m *testing.M }

func (p patient) Run() int {
	status := p.m.Run()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if goleak.Find() == nil {
			break
		}
	}
	return status
}

var (
	count  = state.NewKey[int]("count")
	report = state.NewAsync[int]("orders.report")
)

// secret is what must not be in any telemetry.
const secret = "hunter2"

// desk is a page whose events do what telemetry tells apart.
type desk struct {
	bus  *pubsub.Bus
	held chan struct{}        // lets Hold go on
	hold atomic.Int32         // how often Hold has begun
	ref  chan views.Ref       // gets the page when it connects
	ctx  chan context.Context // gets the context of Add
}

// asked is what Mount takes.
type asked struct {
	Token string `query:"token"`
}

func (d *desk) Mount(s *views.Socket, _ asked) error {
	count.Set(s, 0)
	if d.bus != nil {
		return pubsub.Subscribe(s, pubsub.NewTopic[int](d.bus, "counts"), (*desk).add)
	}
	return nil
}

// Publish tells all desks to add 1.
func (d *desk) Publish(s *views.Socket, _ views.NoParams) error {
	return pubsub.NewTopic[int](d.bus, "counts").Publish(s, 1)
}

func (d *desk) Connect(s *views.Socket) error {
	if d.ref != nil {
		d.ref <- s.Ref()
	}
	return nil
}

func (d *desk) Add(s *views.Socket, n int) error {
	count.Update(s, func(c int) int { return c + n })
	if d.ctx != nil {
		d.ctx <- context.WithoutCancel(s)
	}
	return nil
}

func (d *desk) Forbid(*views.Socket, views.NoParams) error { return views.ErrForbidden }

func (d *desk) Fail(*views.Socket, views.NoParams) error { return errors.New(secret) }

func (d *desk) Panic(*views.Socket, views.NoParams) error { panic(secret) }

func (d *desk) Hold(*views.Socket, views.NoParams) error {
	d.hold.Add(1)
	<-d.held
	return nil
}

// Later sends the page a message that holds.
func (d *desk) Later(s *views.Socket, _ views.NoParams) error {
	return views.Send(s, (*desk).Hold, views.NoParams{})
}

// Twice sends the page a message.
func (d *desk) Twice(s *views.Socket, _ views.NoParams) error {
	return views.Send(s, (*desk).add, 2)
}

// Work has a background task send one.
func (d *desk) Work(s *views.Socket, _ views.NoParams) error {
	views.Start(s, func(context.Context) (int, error) { return 5, nil }, (*desk).worked)
	return nil
}

func (d *desk) add(s *views.Socket, n int) error {
	count.Update(s, func(c int) int { return c + n })
	return nil
}

func (d *desk) worked(s *views.Socket, r state.Result[int]) error { return d.add(s, r.Value) }

// Report starts a task for a key.
func (d *desk) Report(s *views.Socket, _ views.NoParams) error {
	report.Start(s, func(context.Context) (int, error) { return 1, nil })
	return nil
}

// Idle changes nothing.
func (d *desk) Idle(*views.Socket, views.NoParams) error { return nil }

func (d *desk) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = fmt.Fprintf(w, `<p id="count">%d</p>`, count.Get(ctx))
		for name, on := range map[string]templ.OrderedAttributes{
			"Add": views.OnClick(ctx, (*desk).Add, 1), "Forbid": views.OnClick(ctx, (*desk).Forbid), "Fail": views.OnClick(ctx, (*desk).Fail),
			"Panic": views.OnClick(ctx, (*desk).Panic), "Hold": views.OnClick(ctx, (*desk).Hold), "Twice": views.OnClick(ctx, (*desk).Twice),
			"Work": views.OnClick(ctx, (*desk).Work), "Idle": views.OnClick(ctx, (*desk).Idle), "Publish": views.OnClick(ctx, (*desk).Publish),
			"Later": views.OnClick(ctx, (*desk).Later), "Report": views.OnClick(ctx, (*desk).Report),
		} {
			if err := button(ctx, w, name, on); err != nil {
				return err
			}
		}
		return views.Component("7", tray{}).Render(ctx, w)
	})
}

func button(ctx context.Context, w io.Writer, name string, on templ.OrderedAttributes) error {
	_, _ = fmt.Fprintf(w, `<button id="b-%s"`, name)
	err := templruntime.RenderAttributes(ctx, w, w, "button", on)
	_, _ = fmt.Fprintf(w, ">%s</button>", name)
	return err
}

// tray is a component.
type tray struct{}

func (tray) Mount(*views.Socket) error { return nil }

func (tray) Tap(*views.Socket, views.NoParams) error { return nil }

func (tray) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return button(ctx, w, "Tap", views.OnClick(ctx, tray.Tap))
	})
}

// bench is a page with telemetry.
type bench struct {
	kit      *handlers.Kit
	page     *livetest.Page
	exporter *tracetest.InMemoryExporter
	reader   *metric.ManualReader
	tele     *telemetry.Telemetry
	tracers  *trace.TracerProvider
}

// open opens the page with telemetry. around, if not nil, is middleware before the kit's.
func open(t *testing.T, d *desk, c handlers.Config, tc telemetry.Config, around func(*trace.TracerProvider) func(http.Handler) http.Handler) *bench {
	t.Helper()
	b := &bench{exporter: tracetest.NewInMemoryExporter(), reader: metric.NewManualReader()}
	b.tracers = trace.NewTracerProvider(trace.WithSyncer(b.exporter))
	if tc.Tracers == nil {
		tc.Tracers = b.tracers
	}
	if tc.Meters == nil {
		tc.Meters = metric.NewMeterProvider(metric.WithReader(b.reader))
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if tc.Logger == nil {
		tc.Logger = c.Logger
	}
	b.kit = handlers.New(c)
	var err error
	if b.tele, err = telemetry.Start(b.kit, tc); err != nil {
		t.Fatal(err)
	}
	r := chi.NewRouter()
	if around != nil {
		r.Use(around(b.tracers))
	}
	r.Use(b.kit.Middleware)
	r.Handle("/desk/{room}", handlers.View(b.kit, d))
	r.Mount(b.kit.AssetsPath(), b.kit.Assets())
	site := livetest.Serve(t, r)
	site.Skip(livetest.Failures)
	b.page = site.Open("/desk/" + secret + "?token=" + secret)
	return b
}

// take returns the spans so far, and forgets them.
func (b *bench) take(t *testing.T) tracetest.SpanStubs {
	t.Helper()
	if err := b.tele.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := b.exporter.GetSpans()
	b.exporter.Reset()
	return s
}

// find returns the span with a name.
func find(t *testing.T, spans tracetest.SpanStubs, name string) tracetest.SpanStub {
	t.Helper()
	for _, s := range spans {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no span %q in %q", name, names(spans))
	return tracetest.SpanStub{}
}

func names(spans tracetest.SpanStubs) (all []string) {
	for _, s := range spans {
		all = append(all, s.Name)
	}
	return all
}

// attributes of a span, as text.
func attributes(s tracetest.SpanStub) map[string]string {
	all := map[string]string{}
	for _, a := range s.Attributes {
		all[string(a.Key)] = a.Value.String()
	}
	return all
}
