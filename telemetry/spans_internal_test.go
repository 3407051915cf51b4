package telemetry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/sideband-go/sideband/internal/live"
)

// endless is a span that has another one end when it is given.
type endless struct {
	noop.Span
	spans *spans
	given *atomic.Int64
	over  *atomic.Bool
}

func (e endless) End(...trace.SpanEndOption) {
	e.given.Add(1)
	if !e.over.Load() {
		e.spans.put(&span{span: e})
	}
}

// Flush waits for the spans that have ended before, not for those that end meanwhile.
func TestFlushUnderTraffic(t *testing.T) {
	var given atomic.Int64
	var over atomic.Bool
	defer over.Store(true)
	s := &spans{}
	for range 100 {
		s.put(&span{span: endless{spans: s, given: &given, over: &over}})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.flush(ctx); err != nil {
		t.Fatal(err)
	}
	if n := given.Load(); n < 100 {
		t.Errorf("%d of 100 spans were given", n)
	}
	over.Store(true)
	if err := s.flush(ctx); err != nil {
		t.Fatal(err)
	}
}

// turn is a turn that o is told of, with n patches.
func turn(o observer, a live.Activity, n int) {
	a.Queued, a.Began = time.Now(), time.Now()
	o.Begin(context.Background(), &a)
	for range n {
		p := live.Activity{Kind: live.ActivityPatch, Parent: &a, Began: time.Now(), Ended: time.Now(), Bytes: 7}
		o.Begin(context.Background(), &p)
		o.End(&p)
	}
	a.Ended = time.Now()
	o.End(&a)
}

// Case 491: spans share memory, and nothing of one is in another.
func TestSpansShareMemory(t *testing.T) {
	exporter := tracetest.NewInMemoryExporter()
	o := observer{&Telemetry{tracer: sdk.NewTracerProvider(sdk.WithSyncer(exporter)).Tracer(Scope)}}
	rich := live.Activity{Kind: live.ActivityEvent, Component: "tray", Method: "Tap", Waiting: 3, Callbacks: 4, Messages: 5, Bytes: 6, Err: errors.New("broken")}
	poor := live.Activity{Kind: live.ActivityMount}
	for range 3 {
		turn(o, rich, 2)
		turn(o, poor, 0)
		turn(o, poor, 1)
		if err := o.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	const numbers = "sideband.queue.length=%d sideband.callbacks=%d sideband.messages=%d sideband.bytes=%d"
	want := map[string]string{
		"event tray.Tap": "Error sideband.outcome=failed sideband.view= sideband.component=tray sideband.method=Tap " + fmt.Sprintf(numbers, 3, 4, 5, 6) + " error.type=failed",
		"mount ":         "Unset sideband.outcome=ok sideband.view= " + fmt.Sprintf(numbers, 0, 0, 0, 0),
		"patch ":         "Unset sideband.outcome=ok sideband.bytes=7",
	}
	got, spans := map[string]int{}, exporter.GetSpans()
	for _, s := range spans {
		got[s.Name]++
		text := s.Status.Code.String()
		for _, a := range s.Attributes {
			if a.Key != waitedKey && a.Key != ranKey {
				text += fmt.Sprint(" ", a.Key, "=", a.Value.String())
			}
		}
		if text != want[s.Name] {
			t.Errorf("%q has %s\nnot %s", s.Name, text, want[s.Name])
		}
		around := func(p tracetest.SpanStub) bool { return p.SpanContext.SpanID() == s.Parent.SpanID() }
		if s.Name == "patch " && !slices.ContainsFunc(spans, around) {
			t.Error("a patch is in no turn")
		}
	}
	if len(got) != 3 || got["event tray.Tap"] != 3 || got["mount "] != 6 || got["patch "] != 9 {
		t.Errorf("spans: %v", got)
	}
}

// Case 492: the spans that wait are counted with those in them.
func TestSpansThatWaitAreBounded(t *testing.T) {
	release, entered := make(chan struct{}), make(chan struct{}, 1)
	exporter := &slow{InMemoryExporter: tracetest.NewInMemoryExporter(), entered: entered, release: release}
	o := observer{&Telemetry{tracer: sdk.NewTracerProvider(sdk.WithSyncer(exporter)).Tracer(Scope)}}
	event := live.Activity{Kind: live.ActivityEvent, Method: "Add"}
	turn(o, event, 0)
	<-entered // so that nothing is taken of what follows
	turn(o, event, maxEnded+1)
	if n := o.spans.dropped.Load(); n != 1+maxEnded+1 {
		t.Errorf("%d spans of a turn with too many patches are dropped", n)
	}
	o.spans.dropped.Store(0)
	for range maxEnded {
		turn(o, event, 2)
	}
	if n := o.spans.dropped.Load(); n != 2*maxEnded+1 {
		t.Errorf("%d spans are dropped, not %d", n, 2*maxEnded+1)
	}
	close(release)
	if err := o.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(exporter.GetSpans()); n != 1+maxEnded-1 {
		t.Errorf("%d spans were given", n)
	}
	turn(o, event, 2)
	if err := o.Flush(t.Context()); err != nil || len(exporter.GetSpans()) != maxEnded+3 {
		t.Errorf("%d spans afterwards, %v", len(exporter.GetSpans()), err)
	}
}

// slow is an exporter that waits until it is let go.
type slow struct {
	*tracetest.InMemoryExporter
	entered chan<- struct{}
	release <-chan struct{}
}

func (s *slow) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	select {
	case s.entered <- struct{}{}:
	default:
	}
	<-s.release
	return s.InMemoryExporter.ExportSpans(ctx, spans)
}
