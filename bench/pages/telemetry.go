package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	measures "go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/telemetry"
)

// observe has a kit observed: "none" not at all, "off" with a Config that has no providers, "on" by OpenTelemetry's SDK, with
// an exporter that keeps the newest spans in memory. "sdk" does without package telemetry what it has the SDK do for an event:
// the least that this can cost.
func observe(kit *handlers.Kit, how string) (around func(http.Handler) http.Handler, stop func(context.Context) error, err error) {
	around = func(next http.Handler) http.Handler { return next }
	nothing := func(context.Context) error { return nil }
	if how == "none" {
		return around, nothing, nil
	}
	if how == "off" {
		_, err = telemetry.Start(kit, telemetry.Config{})
		return around, nothing, err
	}
	tracers := trace.NewTracerProvider(trace.WithBatcher(new(newest)))
	meters := metric.NewMeterProvider(metric.WithReader(metric.NewManualReader()))
	switch how {
	case "on":
		t, err := telemetry.Start(kit, telemetry.Config{Tracers: tracers, Meters: meters})
		if err != nil {
			return around, nothing, err
		}
		return around, func(ctx context.Context) error { return errors.Join(t.Stop(ctx), tracers.Shutdown(ctx)) }, nil
	case "sdk":
		around, err = alone(tracers.Tracer("bench"), meters.Meter("bench"))
		return around, tracers.Shutdown, err
	}
	return around, nothing, fmt.Errorf("-telemetry %s: none, off, on or sdk", how)
}

// alone returns a middleware that makes the spans and the measurements of an event that is rendered and sent.
func alone(tracer api.Tracer, meter measures.Meter) (func(http.Handler) http.Handler, error) {
	bounds := []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	var histograms [8]measures.Float64Histogram
	for i := range histograms {
		var err error
		if histograms[i], err = meter.Float64Histogram(fmt.Sprint("bench.", i), measures.WithExplicitBucketBoundaries(bounds...)); err != nil {
			return nil, err
		}
	}
	names := []attribute.KeyValue{attribute.String("view", "main.kept"), attribute.String("outcome", "ok"), attribute.String("kind", "event"), attribute.String("method", "Flee")}
	numbers := []attribute.KeyValue{attribute.Int("queue", 0), attribute.Int("callbacks", 1), attribute.Int("messages", 1), attribute.Int("bytes", 90), attribute.Float64("waited", .001), attribute.Float64("ran", .001)}
	event := slices.Concat(names, numbers)
	set := []measures.RecordOption{measures.WithAttributeSet(attribute.NewSet(names...))}
	part := func(ctx context.Context, at time.Time, name string, attributes ...attribute.KeyValue) {
		_, span := tracer.Start(ctx, name, api.WithTimestamp(at))
		span.SetAttributes(attributes...)
		span.End(api.WithTimestamp(at))
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost {
				next.ServeHTTP(w, r)
				return
			}
			at := time.Now()
			ctx, span := tracer.Start(r.Context(), "event", api.WithTimestamp(at))
			next.ServeHTTP(w, r)
			for _, h := range histograms {
				h.Record(r.Context(), .001, set...)
			}
			part(ctx, at, "render", event[1:5]...)
			part(ctx, at, "patch", event[1:3]...)
			span.SetAttributes(event...)
			span.End(api.WithTimestamp(at))
		})
	}, nil
}

// newest is an exporter that keeps the newest spans.
type newest struct{ spans []trace.ReadOnlySpan }

// ExportSpans is part of trace.SpanExporter.
func (n *newest) ExportSpans(_ context.Context, spans []trace.ReadOnlySpan) error {
	n.spans = append(n.spans[:0], spans...)
	return nil
}

// Shutdown is part of trace.SpanExporter.
func (n *newest) Shutdown(context.Context) error { return nil }
