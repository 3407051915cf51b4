package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/telemetry"
	"github.com/sideband-go/sideband/views"
)

// requests has a span around each request, as otelhttp does.
func requests(p *sdk.TracerProvider) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, span := p.Tracer("http").Start(r.Context(), "request "+r.Method)
			defer span.End()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// Case 430: the span of an event is a child of its request's, and has those of its rendering and its patch.
func TestSpansOfAnEvent(t *testing.T) {
	d := &desk{ctx: make(chan context.Context, 1)}
	b := open(t, d, handlers.Config{}, telemetry.Config{}, requests)
	first := b.take(t)
	request, mount := find(t, first, "request GET"), find(t, first, "mount *telemetry_test.desk")
	if mount.Parent.SpanID() != request.SpanContext.SpanID() {
		t.Error("the mount is no child of its request")
	}
	if of := find(t, first, "callback telemetry_test.tray.Mount"); of.Parent.SpanID() != mount.SpanContext.SpanID() {
		t.Error("the Mount of a component is no child of the page's")
	}
	b.page.Button("Add").Click()
	b.page.Expect("#count", "1")
	spans := b.take(t)
	request, event := find(t, spans, "request POST"), find(t, spans, "event *telemetry_test.desk.Add")
	if event.Parent.SpanID() != request.SpanContext.SpanID() {
		t.Error("the event is no child of its request")
	}
	for _, name := range []string{"render *telemetry_test.desk", "patch *telemetry_test.desk"} {
		if s := find(t, spans, name); s.Parent.SpanID() != event.SpanContext.SpanID() {
			t.Errorf("%s is no child of the event", name)
		}
	}
	if at := trace.SpanContextFromContext(<-d.ctx); at.SpanID() != event.SpanContext.SpanID() {
		t.Error("the callback has the context of another span")
	}
	got := attributes(event)
	for key, want := range map[string]string{
		"sideband.view": "*telemetry_test.desk", "sideband.method": "Add", "sideband.outcome": "ok", "http.route": "/desk/{room}",
		"sideband.callbacks": "1", "sideband.messages": "1", "sideband.queue.length": "0",
	} {
		if got[key] != want {
			t.Errorf("%s is %q, not %q", key, got[key], want)
		}
	}
	patch := attributes(find(t, spans, "patch *telemetry_test.desk"))
	if patch["sideband.bytes"] == "0" || patch["sideband.bytes"] != got["sideband.bytes"] {
		t.Errorf("%s bytes of the patch, %s of the event", patch["sideband.bytes"], got["sideband.bytes"])
	}
	b.page.Button("Tap").Click()
	if s := attributes(find(t, b.take(t), "event telemetry_test.tray.Tap")); s["sideband.component"] != "telemetry_test.tray" {
		t.Errorf("the event of the component: %v", s)
	}
	b.page.Button("Idle").Click()
	if spans := b.take(t); strings.Contains(fmt.Sprint(names(spans)), "render") {
		t.Errorf("an event that changes nothing renders: %q", names(spans))
	}
}

// Case 430: outcomes are told apart.
func TestOutcomes(t *testing.T) {
	d := &desk{held: make(chan struct{})}
	b := open(t, d, handlers.Config{Timeouts: handlers.Timeouts{Event: time.Second}}, telemetry.Config{}, nil)
	defer close(d.held)
	for name, want := range map[string]string{"Forbid": "refused", "Fail": "failed", "Panic": "panicked", "Hold": "deadline"} {
		b.take(t)
		b.page.Button(name).Click()
		s := find(t, b.take(t), "event *telemetry_test.desk."+name)
		got := attributes(s)
		if got["sideband.outcome"] != want {
			t.Errorf("%s: %q, not %q", name, got["sideband.outcome"], want)
		}
		failure := want != "refused"
		if (s.Status.Code == codes.Error) != failure || (got["error.type"] != "") != failure {
			t.Errorf("%s: status %v, error.type %q", name, s.Status, got["error.type"])
		}
	}
}

// Case 431: what a message has led to links to what has sent it.
func TestMessagesLinkToTheirCause(t *testing.T) {
	d := &desk{ref: make(chan views.Ref, 1)}
	b := open(t, d, handlers.Config{}, telemetry.Config{}, requests)
	b.take(t)
	b.page.Button("Twice").Click()
	b.page.Expect("#count", "2")
	spans := b.take(t)
	event := find(t, spans, "event *telemetry_test.desk.Twice")
	if s := find(t, spans, "message *telemetry_test.desk.add"); s.Parent.SpanID() != event.SpanContext.SpanID() {
		t.Error("a message of the event's own turn is no child of it")
	}
	b.page.Button("Work").Click()
	b.page.Await()
	b.page.Expect("#count", "7")
	spans = b.take(t)
	event, message := find(t, spans, "event *telemetry_test.desk.Work"), find(t, spans, "message *telemetry_test.desk.worked")
	if message.Parent.IsValid() || len(message.Links) != 1 || message.Links[0].SpanContext.SpanID() != event.SpanContext.SpanID() {
		t.Errorf("the result of a background task: parent %v, links %v", message.Parent.IsValid(), message.Links)
	}
	for _, name := range []string{"render *telemetry_test.desk", "patch *telemetry_test.desk"} {
		if s := find(t, spans, name); s.Parent.SpanID() != message.SpanContext.SpanID() {
			t.Errorf("%s is no child of the message", name)
		}
	}
	if err := views.Send(<-d.ref, (*desk).add, 1); err != nil {
		t.Fatal(err)
	}
	b.page.Expect("#count", "8")
	if s := find(t, b.take(t), "message *telemetry_test.desk.add"); s.Parent.IsValid() || len(s.Links) != 0 {
		t.Error("a message from nowhere has a cause")
	}
}

// Case 431: what is published links to the callback that has published it, in the pages of others.
func TestPublicationsLinkToTheirCause(t *testing.T) {
	b := open(t, &desk{bus: &pubsub.Bus{}}, handlers.Config{}, telemetry.Config{}, nil)
	other := b.page.Site().Open(b.page.Path())
	b.take(t)
	b.page.Button("Publish").Click()
	b.page.Expect("#count", "1")
	other.Wait("#count", "1")
	other.Settle()
	spans := b.take(t)
	event := find(t, spans, "event *telemetry_test.desk.Publish")
	own, linked := 0, 0
	for _, s := range spans {
		switch {
		case s.Name != "message *telemetry_test.desk.add":
		case s.Parent.SpanID() == event.SpanContext.SpanID():
			own++
		case len(s.Links) == 1 && s.Links[0].SpanContext.SpanID() == event.SpanContext.SpanID() && !s.Parent.IsValid():
			linked++
		}
	}
	if own != 1 || linked != 1 {
		t.Errorf("%d messages of the event's own page, %d linked: %q", own, linked, names(spans))
	}
}

// Case 432: nothing that a user has sent is in spans, metrics or warnings.
func TestNoValuesInTelemetry(t *testing.T) {
	var log bytes.Buffer
	b := open(t, &desk{}, handlers.Config{}, telemetry.Config{Slow: 1, Logger: slog.New(slog.NewTextHandler(&log, nil))}, nil)
	for _, name := range []string{"Add", "Fail", "Panic", "Tap"} {
		b.page.Button(name).Click()
	}
	all, err := json.Marshal(b.take(t))
	if err != nil {
		t.Fatal(err)
	}
	metrics := fmt.Sprintf("%+v", b.collect(t))
	for what, text := range map[string]string{"spans": string(all), "metrics": metrics, "warnings": log.String()} {
		if strings.Contains(text, secret) || strings.Contains(text, "Sideband-Ticket") {
			t.Errorf("%s have a value", what)
		}
		if !strings.Contains(text, "telemetry_test.desk") {
			t.Errorf("%s say nothing of the page", what)
		}
	}
}

// hanging is an exporter that never returns until it is let go.
type hanging struct {
	once    sync.Once
	entered chan struct{}
	release chan struct{}
}

func (h *hanging) ExportSpans(context.Context, []sdk.ReadOnlySpan) error {
	h.once.Do(func() { close(h.entered) })
	<-h.release
	return nil
}

func (h *hanging) Shutdown(context.Context) error { return nil }

// Case 433: an exporter that hangs holds no view.
func TestAnExporterThatHangs(t *testing.T) {
	h := &hanging{entered: make(chan struct{}), release: make(chan struct{})}
	b := open(t, &desk{}, handlers.Config{}, telemetry.Config{Tracers: sdk.NewTracerProvider(sdk.WithSyncer(h))}, nil)
	defer close(h.release)
	<-h.entered
	for i := range 20 {
		b.page.Button("Add").Click()
		b.page.Expect("#count", fmt.Sprint(i+1))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := b.tele.Flush(ctx); err == nil {
		t.Error("all is flushed, though the exporter hangs")
	}
}

// Case 434: a slow turn is one warning, which says where the time went, with the ids of its span.
func TestASlowTurnIsAWarning(t *testing.T) {
	var log safeBuffer
	d := &desk{held: make(chan struct{})}
	logger := slog.New(telemetry.LogHandler(slog.NewJSONHandler(&log, nil)))
	b := open(t, d, handlers.Config{}, telemetry.Config{Slow: 30 * time.Millisecond, Logger: logger}, nil)
	b.take(t)
	log.Reset()
	time.AfterFunc(60*time.Millisecond, func() { close(d.held) })
	b.page.Button("Hold").Click()
	event := find(t, b.take(t), "event *telemetry_test.desk.Hold")
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 1 {
		t.Fatalf("%d lines: %s", len(lines), log.String())
	}
	var line struct {
		Level, Msg, View, Kind, Method, Outcome string
		Took, Waited, Ran, Rendered, Wrote      time.Duration
		Trace                                   string `json:"trace_id"`
		Span                                    string `json:"span_id"`
	}
	if err := json.Unmarshal([]byte(lines[0]), &line); err != nil {
		t.Fatal(err)
	}
	if line.Level != "WARN" || line.View != "*telemetry_test.desk" || line.Method != "Hold" || line.Kind != "event" || line.Outcome != "ok" {
		t.Errorf("%+v", line)
	}
	if line.Took < 30*time.Millisecond || line.Ran < 30*time.Millisecond || line.Ran > line.Took || line.Rendered > line.Ran || line.Waited > line.Ran {
		t.Errorf("the time: %+v", line)
	}
	if line.Trace != event.SpanContext.TraceID().String() || line.Span != event.SpanContext.SpanID().String() {
		t.Errorf("the ids of another span: %+v", line)
	}
}

// safeBuffer is a buffer for several goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func (s *safeBuffer) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.b.Reset()
}

// Case 434: what the kit logs of a failure has the ids of the span in which it happened.
func TestFailuresAreLoggedWithTheirSpan(t *testing.T) {
	var log safeBuffer
	b := open(t, &desk{}, handlers.Config{Logger: slog.New(telemetry.LogHandler(slog.NewTextHandler(&log, nil)))}, telemetry.Config{}, requests)
	b.take(t)
	b.page.Button("Fail").Click()
	request := find(t, b.take(t), "request POST")
	for _, l := range strings.Split(log.String(), "\n") {
		if strings.Contains(l, "level=ERROR") && strings.Contains(l, "trace_id="+request.SpanContext.TraceID().String()) {
			return
		}
	}
	t.Errorf("no error has the trace: %s", log.String())
}

// What is not sampled costs no spans.
func TestNothingIsSampled(t *testing.T) {
	exporter := tracetest.NewInMemoryExporter()
	p := sdk.NewTracerProvider(sdk.WithSyncer(exporter), sdk.WithSampler(sdk.NeverSample()))
	b := open(t, &desk{}, handlers.Config{}, telemetry.Config{Tracers: p}, nil)
	b.page.Button("Add").Click()
	b.take(t)
	if n := len(exporter.GetSpans()); n != 0 {
		t.Errorf("%d spans", n)
	}
}

// A kit has one telemetry: another one is refused until the first has stopped, and changes nothing.
func TestAKitHasOneTelemetry(t *testing.T) {
	b := open(t, &desk{}, handlers.Config{}, telemetry.Config{}, nil)
	exporter, reader := tracetest.NewInMemoryExporter(), sdkmetric.NewManualReader()
	second := telemetry.Config{
		Tracers: sdk.NewTracerProvider(sdk.WithSyncer(exporter)), Meters: sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)),
		Logger: slog.New(slog.DiscardHandler),
	}
	if _, err := telemetry.Start(b.kit, second); !errors.Is(err, telemetry.ErrStarted) {
		t.Fatalf("the second one: %v", err)
	}
	b.take(t)
	b.page.Button("Add").Click()
	find(t, b.take(t), "event *telemetry_test.desk.Add")
	if n := len(exporter.GetSpans()); n != 0 {
		t.Errorf("the provider of the second one has %d spans", n)
	}
	var measured metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &measured); err != nil || len(measured.ScopeMetrics) != 0 {
		t.Errorf("the meters of the second one have %d scopes, %v", len(measured.ScopeMetrics), err)
	}
	if err := b.tele.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	var err error
	if b.tele, err = telemetry.Start(b.kit, second); err != nil {
		t.Fatalf("after the first has stopped: %v", err)
	}
	b.page.Button("Add").Click()
	b.take(t)
	find(t, exporter.GetSpans(), "event *telemetry_test.desk.Add")
}
