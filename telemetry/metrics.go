package telemetry

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
)

// maxSeries is how many sets of attributes a process may have. Names are those of the program, so
// that it is only a last resort: what comes later counts as "other".
const maxSeries = 2000

// durations are the bounds of histograms of seconds: an event takes a fraction of a millisecond.
var durations = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// sizes are the bounds of histograms of bytes.
var sizes = []float64{64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20}

// uploadSizes are those of the histogram of uploads.
var uploadSizes = []float64{4 << 10, 64 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20, 256 << 20, 1 << 30}

// lengths are the bounds of the histogram of queues.
var lengths = []float64{0, 1, 2, 4, 8, 16, 32, 64, 128, 256}

// metrics are the instruments of a Telemetry.
type metrics struct {
	turn, wait, callback, render, patch metric.Float64Histogram
	task, upload, stash                 metric.Float64Histogram
	size, page, queue                   metric.Int64Histogram
	uploadSize, stashSize               metric.Int64Histogram

	series made[series, []metric.RecordOption]
}

// series is a set of attributes; "" of those that are not there.
type series struct {
	label
	outcome fault.Outcome
	whole   bool
}

// newMetrics makes the instruments. unregister has those of Stats read no more.
func newMetrics(m metric.Meter, k *handlers.Kit, s *spans) (ms *metrics, unregister func() error, err error) {
	ms = new(metrics)
	seconds := func(to *metric.Float64Histogram, name, what string) {
		if err == nil {
			*to, err = m.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(what), metric.WithExplicitBucketBoundaries(durations...))
		}
	}
	numbers := func(to *metric.Int64Histogram, name, unit, what string, bounds []float64) {
		if err == nil {
			*to, err = m.Int64Histogram(name, metric.WithUnit(unit), metric.WithDescription(what), metric.WithExplicitBucketBoundaries(bounds...))
		}
	}
	seconds(&ms.turn, "sideband.turn.duration", "Time from when a turn is asked for until its patch is on its way.")
	seconds(&ms.wait, "sideband.turn.wait", "Time that a turn waits for those before it.")
	seconds(&ms.callback, "sideband.callback.duration", "Time that callbacks run.")
	seconds(&ms.render, "sideband.render.duration", "Time that a rendering takes, with finding the difference.")
	seconds(&ms.patch, "sideband.patch.duration", "Time until a connection has taken a patch.")
	seconds(&ms.task, "sideband.task.duration", "Time that background tasks run, loads of queries among them.")
	seconds(&ms.upload, "sideband.upload.duration", "Time in which the files of an event arrive.")
	seconds(&ms.stash, "sideband.stash.duration", "Time that durable state takes to be read, recovered or written.")
	numbers(&ms.size, "sideband.patch.size", "By", "Patches that connections have taken; the sum is what was sent.", sizes)
	numbers(&ms.page, "sideband.response.size", "By", "Pages, and patches in the answers to events.", sizes)
	numbers(&ms.uploadSize, "sideband.upload.size", "By", "What events with files have brought.", uploadSizes)
	numbers(&ms.stashSize, "sideband.stash.size", "By", "Durable state that was read, recovered or written.", sizes)
	numbers(&ms.queue, "sideband.queue.length", "{callback}", "Callbacks that wait before one that comes.", lengths)
	if err != nil {
		return nil, nil, fmt.Errorf("instrument: %w", err)
	}
	if unregister, err = observeStats(m, k.Stats, s); err != nil {
		return nil, nil, fmt.Errorf("instrument: %w", err)
	}
	return ms, unregister, nil
}

// record records what is over.
func (ms *metrics) record(a *live.Activity, l *labels, outcome fault.Outcome) {
	ctx := context.Background()
	took := a.Ended.Sub(start(a)).Seconds()
	with := ms.optionsOf(l, outcome, a.Whole)
	switch kind := a.Kind; {
	case kind == live.ActivityTask, kind == live.ActivityLoad:
		ms.task.Record(ctx, took, with...)
	case kind == live.ActivityUpload:
		ms.recordSized(ms.upload, ms.uploadSize, a, took, with)
	case kind.IsApart():
		ms.recordSized(ms.stash, ms.stashSize, a, took, with)
	case kind == live.ActivityRender:
		ms.render.Record(ctx, took, with...)
	case kind == live.ActivityPatch:
		ms.recordSized(ms.patch, ms.size, a, took, with)
	default:
		ms.callback.Record(ctx, a.Own.Seconds(), with...)
		if a.Parent == nil && kind != live.ActivityCallback {
			ms.recordTurn(a, took, with)
		}
	}
}

// recordSized records what has bytes, which count if it has succeeded.
func (*metrics) recordSized(duration metric.Float64Histogram, size metric.Int64Histogram, a *live.Activity, took float64, with []metric.RecordOption) {
	duration.Record(context.Background(), took, with...)
	if a.Err == nil {
		size.Record(context.Background(), int64(a.Bytes), with...)
	}
}

// recordTurn records a turn.
func (ms *metrics) recordTurn(a *live.Activity, took float64, with []metric.RecordOption) {
	ctx := context.Background()
	turn := ctx
	if s := recordedSpan(a); s != nil {
		turn = trace.ContextWithSpan(ctx, s.span) // for exemplars
	}
	ms.turn.Record(turn, took, with...)
	if a.Answered > 0 {
		ms.page.Record(ctx, int64(a.Answered), with...)
	}
	if !a.Queued.IsZero() {
		of := ms.with(series{label: label{kind: a.Kind, view: a.Page()}})
		ms.wait.Record(ctx, a.Began.Sub(a.Queued).Seconds(), of...)
		ms.queue.Record(ctx, int64(a.Waiting), of...)
	}
}

// optionsOf returns the options for what has labels.
func (ms *metrics) optionsOf(l *labels, outcome fault.Outcome, whole bool) []metric.RecordOption {
	s := series{label: l.label, outcome: outcome, whole: whole}
	if outcome != fault.Succeeded {
		return ms.with(s)
	}
	kept := &l.succeeded
	if whole {
		kept = &l.succeededWhole
	}
	if o := kept.Load(); o != nil {
		return *o
	}
	o := ms.with(s)
	kept.Store(&o)
	return o
}

// with returns the options for a set of attributes.
func (ms *metrics) with(s series) []metric.RecordOption {
	return ms.series.get(s, func() []metric.RecordOption {
		if ms.series.isFull() {
			s = series{label: label{kind: s.kind, view: "other"}, outcome: s.outcome}
		}
		return []metric.RecordOption{metric.WithAttributeSet(s.set())}
	})
}

func (s series) set() attribute.Set {
	list := []attribute.KeyValue{viewKey.String(s.view)}
	if s.outcome != "" {
		list = append(list, outcomeKey.String(string(s.outcome)))
	}
	switch s.kind {
	case live.ActivityPatch, live.ActivityUpload:
	case live.ActivityRender:
		list = append(list, wholeKey.Bool(s.whole))
	default:
		list = append(list, kindKey.String(s.kind.String()))
	}
	if s.component != "" {
		list = append(list, componentKey.String(s.component))
	}
	if s.method != "" {
		list = append(list, methodKey.String(s.method))
	}
	return attribute.NewSet(list...)
}
