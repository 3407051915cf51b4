// Package telemetry tells OpenTelemetry what a kit does: spans of mounts, events, messages, renderings
// and patches; metrics of all of them, and of what [handlers.Stats] counts; a warning for what is
// slow; and trace ids in logs. It needs OpenTelemetry's API alone: which SDK and exporters there are,
// the program decides.
//
// Nothing that a user has sent, and no value of a key, is part of it: neither parameters nor tickets,
// cookies, ids or texts of errors. Attributes are names that the program has: of types, methods and
// routes.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/applog"
	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
)

// Scope is the name of the instrumentation scope of all spans and metrics.
const Scope = "github.com/sideband-go/sideband/telemetry"

// Config says where telemetry goes. Without Tracers and Meters, nothing is observed.
type Config struct {
	// Tracers makes the spans; otel.GetTracerProvider() is the program's global one. Spans must copy the attributes that
	// they are given, as those of OpenTelemetry's SDK do. Default: none.
	Tracers trace.TracerProvider
	// Meters makes the metrics; otel.GetMeterProvider() is the program's global one. Default: none.
	Meters metric.MeterProvider
	// Slow is how long a turn may take, from when it is asked for to when its patch is on its way. One
	// that takes longer is logged, as a warning that says where the time went. Default 500 ms; below
	// zero: never. Without Tracers and Meters nothing is logged.
	Slow time.Duration
	// Logger takes these warnings. Default: the kit's.
	Logger *slog.Logger
}

// Telemetry is what observes a kit. Its methods may be called from any goroutine.
type Telemetry struct {
	tracer  trace.Tracer // nil: no spans
	metrics *metrics     // nil: no metrics
	labels  made[label, *labels]
	slow    time.Duration
	log     *slog.Logger
	spans   spans
	stop    func() error
	broken  sync.Once // says that metrics are lost
}

// ErrStarted is returned by [Start] for a kit that has telemetry.
var ErrStarted = errors.New("telemetry: the kit has telemetry already: Stop that before")

// Start observes a kit from now on: what its pages do, and its Stats. Views never wait for an
// exporter: spans that it does not take in time are dropped, see docs/limits.md. They do wait for what
// a span processor does when a span starts. The error is [ErrStarted], or that of an instrument which
// the meter provider refuses.
func Start(k *handlers.Kit, c Config) (*Telemetry, error) {
	t := &Telemetry{slow: c.Slow, stop: func() error { return nil }}
	if c.Tracers == nil && c.Meters == nil {
		return t, nil
	}
	if t.slow == 0 {
		t.slow = 500 * time.Millisecond
	}
	if c.Tracers != nil {
		t.tracer = c.Tracers.Tracer(Scope)
	}
	unregister := func() error { return nil }
	if c.Meters != nil {
		var err error
		if t.metrics, unregister, err = newMetrics(c.Meters.Meter(Scope), k, &t.spans); err != nil {
			return nil, fmt.Errorf("telemetry: %w", err)
		}
	}
	log, observe := live.Face.Observe(k)
	if t.log = log; c.Logger != nil {
		t.log = applog.Guard(c.Logger)
	}
	ignore := observe(observer{t})
	if ignore == nil {
		return nil, errors.Join(ErrStarted, unregister())
	}
	t.stop = func() error { ignore(); return unregister() }
	return t, nil
}

// Flush waits until the spans that have ended so far were given to the tracer provider, or ctx is done.
// It does not flush the provider.
func (t *Telemetry) Flush(ctx context.Context) error {
	if err := t.spans.flush(ctx); err != nil {
		return fmt.Errorf("telemetry: %w", err)
	}
	return nil
}

// Stop stops observing, and then is [Telemetry.Flush]. Call it after [handlers.Kit.Shutdown], before the
// providers are shut down.
func (t *Telemetry) Stop(ctx context.Context) error {
	if err := t.stop(); err != nil {
		return fmt.Errorf("telemetry: %w", err)
	}
	return t.Flush(ctx)
}

// observer is the live.Observer of a Telemetry.
type observer struct{ *Telemetry }

// Cause is part of live.Observer.
func (t observer) Cause(ctx context.Context) any {
	if t.tracer == nil {
		return nil
	}
	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
		return sc
	}
	return nil
}

// Begin is part of live.Observer.
func (t observer) Begin(ctx context.Context, a *live.Activity) (inside context.Context) {
	if t.tracer == nil || !hasSpan(a.Kind) {
		return ctx
	}
	inside = ctx
	defer func() { // processors and samplers are the application's
		if recover() != nil {
			a.Observed = lost{}
			t.spans.dropped.Add(1)
		}
	}()
	return t.begin(ctx, a)
}

// End is part of live.Observer.
func (t observer) End(a *live.Activity) {
	outcome := fault.OutcomeOf(a.Err)
	l := t.labelsOf(label{kind: a.Kind, view: a.Page(), component: a.Component, method: a.Method})
	if t.metrics != nil {
		t.record(a, l, outcome)
	}
	if took := a.Ended.Sub(start(a)); a.Parent == nil && t.slow > 0 && took > t.slow && a.Kind.IsCallback() {
		t.warn(a, took, outcome)
	}
	if t.tracer != nil {
		t.end(a, l, outcome)
	}
}

// record measures an activity. Filters of the meter provider are the application's: their first panic is logged.
func (t observer) record(a *live.Activity, l *labels, outcome fault.Outcome) {
	defer func() {
		if p := recover(); p != nil {
			err := fault.NewPanic(p)
			t.broken.Do(func() {
				t.log.Error("sideband: the meter provider has panicked, and metrics are lost", fault.WithStack([]any{"err", err}, err)...)
			})
		}
	}()
	t.metrics.record(a, l, outcome)
}

// start returns when an activity was asked for.
func start(a *live.Activity) time.Time {
	if a.Queued.IsZero() {
		return a.Began
	}
	return a.Queued
}

// warn says where the time of a turn went.
func (t observer) warn(a *live.Activity, took time.Duration, outcome fault.Outcome) {
	ctx := context.Background()
	if s := recordedSpan(a); s != nil {
		ctx = trace.ContextWithSpan(ctx, s.span)
	}
	args := []slog.Attr{slog.String("view", a.Page()), slog.String("kind", a.Kind.String())}
	if a.Component != "" {
		args = append(args, slog.String("component", a.Component))
	}
	if a.Method != "" {
		args = append(args, slog.String("method", a.Method))
	}
	round := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
	args = append(args, slog.String("outcome", string(outcome)), slog.Duration("took", round(took)),
		slog.Duration("waited", round(a.Began.Sub(start(a)))), slog.Duration("ran", round(a.Ran)),
		slog.Duration("rendered", round(a.Rendered)), slog.Duration("wrote", round(a.Wrote)))
	t.log.LogAttrs(ctx, slog.LevelWarn, "sideband: slow", args...)
}
