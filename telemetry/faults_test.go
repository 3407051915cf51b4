package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/query"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/stashtest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/telemetry"
	"github.com/sideband-go/sideband/views"
)

// breaking is an exporter that panics.
type breaking struct{ tracetest.NoopExporter }

func (*breaking) ExportSpans(context.Context, []sdk.ReadOnlySpan) error { panic("the exporter breaks") }

// Case 433: an exporter that panics ends nothing; what it was given is counted.
func TestAnExporterThatPanics(t *testing.T) {
	b := open(t, &desk{}, handlers.Config{}, telemetry.Config{Tracers: sdk.NewTracerProvider(sdk.WithSyncer(&breaking{}))}, nil)
	b.page.Button("Add").Click()
	b.page.Expect("#count", "1")
	b.take(t)
	if n := sum(t, b.collect(t)["sideband.spans_dropped"]); n == 0 {
		t.Error("no span was dropped")
	}
}

// starting is a processor, and a sampler, that panics when a span starts, but for those of requests, which are not the
// kit's.
type starting struct {
	sdk.Sampler
	panics atomic.Int32
}

func (p *starting) check(name string) {
	if !strings.HasPrefix(name, "request ") {
		p.panics.Add(1)
		panic("the start of " + name)
	}
}

// OnStart is part of trace.SpanProcessor.
func (p *starting) OnStart(_ context.Context, s sdk.ReadWriteSpan) { p.check(s.Name()) }

// OnEnd is part of trace.SpanProcessor.
func (*starting) OnEnd(sdk.ReadOnlySpan) {}

// Shutdown is part of trace.SpanProcessor.
func (*starting) Shutdown(context.Context) error { return nil }

// ForceFlush is part of trace.SpanProcessor.
func (*starting) ForceFlush(context.Context) error { return nil }

// ShouldSample is part of trace.Sampler.
func (p *starting) ShouldSample(s sdk.SamplingParameters) sdk.SamplingResult {
	p.check(s.Name)
	return p.Sampler.ShouldSample(s)
}

// Case 433: a processor or sampler that panics when a span starts ends nothing, neither in turns nor apart from them; the
// spans are counted.
func TestAStartThatPanics(t *testing.T) {
	for name, with := range map[string]func(*starting) sdk.TracerProviderOption{
		"processor": func(p *starting) sdk.TracerProviderOption { return sdk.WithSpanProcessor(p) },
		"sampler":   func(p *starting) sdk.TracerProviderOption { return sdk.WithSampler(p) },
	} {
		for where, store := range map[string]stash.Store{"store": new(stash.Memory), "page": nil} {
			t.Run(name+", "+where, func(t *testing.T) {
				p := &starting{Sampler: sdk.AlwaysSample()}
				b := openShopFor(t, shop{load: noTools}, store, sdk.NewTracerProvider(with(p)))
				b.page.Field("Plans").ChooseFiles(livetest.File{Name: "b.txt", Content: "hello"})
				b.page.Button("Fail").Click()
				b.page.Button("Again").Click()
				b.page.Button("Step").Click()
				b.page.Expect("#step", "2")
				b.page.AwaitSaved()
				if store != nil {
					b.page.Reload()
					b.page.Expect("#step", "2")
				}
				b.page.Await()
				b.page.WaitFor("one lost span for each panic", func() bool {
					b.take(t)
					panics := int64(p.panics.Load())
					return panics > 0 && sum(t, b.collect(t)["sideband.spans_dropped"]) == panics
				})
			})
		}
	}
}

// Case 433: a filter of the meter provider that panics ends nothing, and is logged once.
func TestAMeterThatPanics(t *testing.T) {
	var log safeBuffer
	view := metric.NewView(metric.Instrument{Name: "sideband.*"}, metric.Stream{AttributeFilter: func(attribute.KeyValue) bool { panic("the filter breaks") }})
	d := &desk{}
	b := open(t, d, handlers.Config{}, telemetry.Config{Logger: slog.New(slog.NewTextHandler(&log, nil)), Meters: metric.NewMeterProvider(metric.WithReader(metric.NewManualReader()), metric.WithView(view))}, nil)
	for i := range 3 {
		b.page.Button("Add").Click()
		b.page.Expect("#count", fmt.Sprint(i+1))
	}
	b.page.WaitFor("a line of the log", func() bool { return strings.Contains(log.String(), "the filter breaks") })
	find(t, b.take(t), "event *telemetry_test.desk.Add")
	if n := strings.Count(log.String(), "metrics are lost"); n != 1 {
		t.Errorf("%d lines of the log", n)
	}
}

// telling is a handler of a log that tells a function of each line.
type telling struct {
	slog.Handler
	tell func(r slog.Record)
}

// Enabled is part of slog.Handler.
func (telling) Enabled(context.Context, slog.Level) bool { return true }

// Handle is part of slog.Handler.
func (h telling) Handle(_ context.Context, r slog.Record) error { h.tell(r); return nil }

// Case 490: a log and a filter of metrics may send to the view that they are told of, also of a callback that is given up:
// since its time is over, or since its view has ended.
func TestTelemetryThatSendsToTheView(t *testing.T) {
	t.Run("its time is over", func(t *testing.T) {
		d := &desk{held: make(chan struct{}), ref: make(chan views.Ref, 1)}
		defer close(d.held)
		var ref atomic.Pointer[views.Ref]
		var sent sync.Once
		view := metric.NewView(metric.Instrument{Name: "sideband.callback.duration"}, metric.Stream{AttributeFilter: func(kv attribute.KeyValue) bool {
			if r := ref.Load(); r != nil && kv.Value.String() == "deadline" {
				sent.Do(func() { _ = views.Send(*r, (*desk).add, 1) })
			}
			return true
		}})
		meters := metric.NewMeterProvider(metric.WithReader(metric.NewManualReader()), metric.WithView(view))
		b := open(t, d, handlers.Config{Timeouts: handlers.Timeouts{Event: time.Second}}, telemetry.Config{Meters: meters}, nil)
		to := <-d.ref
		ref.Store(&to)
		b.page.Button("Later").Click()
		b.page.Wait("#count", "1")
	})
	t.Run("its view has ended", func(t *testing.T) {
		d := &desk{held: make(chan struct{}), ref: make(chan views.Ref, 1)}
		defer close(d.held)
		var ref atomic.Pointer[views.Ref]
		told := make(chan error, 1)
		log := slog.New(telling{slog.DiscardHandler, func(r slog.Record) {
			if to := ref.Load(); to != nil && r.Message == "sideband: slow" {
				ref.Store(nil)
				told <- views.Send(*to, (*desk).add, 1)
			}
		}})
		b := open(t, d, handlers.Config{}, telemetry.Config{Slow: 1, Logger: log}, nil)
		to := <-d.ref
		b.page.AtOnce().Button("Hold").Click()
		b.page.WaitFor("Hold to begin", func() bool { return d.hold.Load() == 1 })
		ref.Store(&to)
		go b.kit.Disconnect("")
		select {
		case err := <-told:
			if !errors.Is(err, views.ErrGone) {
				t.Errorf("the view that has ended: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("the log hangs")
		}
	})
}

// pointer is an error whose nil pointer is returned by mistake: to look into it panics.
type pointer struct{ inner error }

func (*pointer) Error() string   { return "a nil pointer" }
func (p *pointer) Unwrap() error { return p.inner }

// endless is an error that wraps itself.
type endless struct{}

func (endless) Error() string   { return "endless" }
func (e endless) Unwrap() error { return e }

// mute is an error whose every method panics.
type mute struct{}

func (mute) Error() string   { panic("Error") }
func (mute) Is(error) bool   { panic("Is") }
func (mute) As(any) bool     { panic("As") }
func (mute) Unwrap() []error { panic("Unwrap") }

func hostileErrors() map[string]error {
	return map[string]error{
		"a nil pointer": (*pointer)(nil), "endless": endless{}, "mute": mute{},
		"wrapped": fmt.Errorf("outer: %w", (*pointer)(nil)), "joined": errors.Join(errors.New("fine"), mute{}),
	}
}

var (
	taken = state.NewKey[bool]("taken")
	work  = state.NewAsync[int]("work")
	found = query.NewKey[string]("found")
)

// failing is a page all of whose work fails with an error.
type failing struct{ err error }

func (p failing) Mount(s *views.Socket, _ views.NoParams) error {
	taken.Set(s, false)
	found.Keep(s, query.Live[string]{Load: func(context.Context, query.Window) ([]string, error) { return nil, p.err }})
	work.Start(s, func(context.Context) (int, error) { return 0, p.err })
	views.Start(s, func(context.Context) (int, error) { return 0, p.err }, failing.took)
	return nil
}

func (failing) took(s *views.Socket, r state.Result[int]) error {
	taken.Set(s, r.Err != nil)
	return nil
}

func (failing) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		a, q := work.Get(ctx), found.Get(ctx)
		_, err := fmt.Fprintf(w, `<p id="now">%t %t %t %t %t</p>`, taken.Get(ctx), a.Loading, a.Err != nil, q.Loading, q.Err != nil)
		return err
	})
}

// Case 480: background tasks, asynchronous values and queries whose error panics when it is looked into have failed, and
// nothing of them goes on.
func TestErrorsThatPanic(t *testing.T) {
	for name, err := range hostileErrors() {
		t.Run(name, func(t *testing.T) {
			b := &bench{exporter: tracetest.NewInMemoryExporter()}
			b.tracers = sdk.NewTracerProvider(sdk.WithSyncer(b.exporter))
			b.page = livetest.Open(t, b.site(t, failing{err}, nil, b.tracers), "/shop/x")
			b.page.Site().Skip(livetest.Failures)
			b.page.Wait("#now", "true false true false true")
			var all tracetest.SpanStubs
			for _, span := range []string{"task telemetry_test.failing.took", "task telemetry_test.failing.work", "load telemetry_test.failing.found"} {
				b.page.WaitFor("a span "+span, func() bool {
					all = append(all, b.take(t)...)
					for _, s := range all {
						if s.Name == span {
							expect(t, s, map[string]string{"sideband.outcome": "failed"})
							return true
						}
					}
					return false
				})
			}
			if err := b.kit.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// Case 480: a store of durable state whose errors panic when they are looked into has failed, and the state is kept when
// it works again.
func TestAStoreWhoseErrorsPanic(t *testing.T) {
	for name, err := range hostileErrors() {
		t.Run(name, func(t *testing.T) {
			store := &stashtest.Faulty{Store: new(stash.Memory)}
			b := openShop(t, shop{load: noTools}, store)
			b.take(t)
			store.Fail(err)
			b.page.Button("Step").Click()
			write, _ := b.await(t, "stash.write telemetry_test.shop")
			expect(t, write, map[string]string{"sideband.outcome": "failed"})
			b.page.NewTab("/shop/other").Expect("#step", "1")
			read, _ := b.await(t, "stash.read telemetry_test.shop")
			expect(t, read, map[string]string{"sideband.outcome": "failed"})
			store.Mend()
			b.page.AwaitSaved()
			b.page.Reload()
			b.page.Expect("#step", "2")
		})
	}
}

// Case 472: what is forgotten is a write of no record.
func TestSpansOfWhatIsForgotten(t *testing.T) {
	for where, store := range map[string]stash.Store{"store": new(stash.Memory), "page": nil} {
		t.Run(where, func(t *testing.T) {
			b := openShop(t, shop{load: noTools}, store)
			b.page.Button("Step").Click()
			b.page.Expect("#step", "2")
			b.page.AwaitSaved()
			b.await(t, "stash.write telemetry_test.shop") // which ends a moment later
			b.page.Button("Forget").Click()
			write, all := b.await(t, "stash.write telemetry_test.shop")
			linksTo(t, write, find(t, all, "event telemetry_test.shop.Forget"))
			expect(t, write, map[string]string{"sideband.outcome": "ok", "sideband.count": "0", "sideband.bytes": "0"})
		})
	}
}
