package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/telemetry"
)

// debugPath is where the debug page is, at the address of the metrics.
const debugPath = "/debug/sideband"

// observe has the kit observed, as the flags -metrics and -traces say. told says
// where. stop ends it, after the kit, also after an error.
func (c config) observe(ctx context.Context, kit *handlers.Kit, logs slog.Handler, stderr io.Writer) (told string, stop func(context.Context) error, err error) {
	var ends []func(context.Context) error
	stop = func(ctx context.Context) (err error) {
		for _, end := range ends {
			err = errors.Join(err, end(ctx))
		}
		return err
	}
	var tc telemetry.Config
	if c.traces {
		writer, err := stdouttrace.New(stdouttrace.WithWriter(stderr))
		if err != nil {
			return told, stop, fmt.Errorf("traces: %w", err)
		}
		p := trace.NewTracerProvider(trace.WithBatcher(writer))
		tc.Tracers, ends = p, append(ends, p.Shutdown)
	}
	if c.metrics != "" {
		registry := prometheus.NewRegistry()
		reader, err := exporter.New(exporter.WithRegisterer(registry))
		if err != nil {
			return told, stop, fmt.Errorf("metrics: %w", err)
		}
		p := metric.NewMeterProvider(metric.WithReader(reader))
		tc.Meters, ends = p, append(ends, p.Shutdown)
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.metrics)
		if err != nil {
			return told, stop, fmt.Errorf("metrics: %w", err)
		}
		s := newServer(internal(kit, registry), logs)
		ends = append(ends, s.Shutdown)
		go func() { _ = s.Serve(listener) }() // it ends with Shutdown
		told = fmt.Sprintf("Metrics are at http://%s/metrics, the debug page at http://%s%s\n", listener.Addr(), listener.Addr(), debugPath)
	}
	t, err := telemetry.Start(kit, tc)
	if err != nil {
		return told, stop, err
	}
	ends = append([]func(context.Context) error{t.Stop}, ends...)
	return told, stop, nil
}

// internal are the routes that users of the demo do not get to see.
func internal(kit *handlers.Kit, registry *prometheus.Registry) http.Handler {
	r := chi.NewRouter()
	r.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	r.Group(func(r chi.Router) {
		r.Use(kit.Middleware)
		r.Mount(kit.AssetsPath(), kit.Assets())
		r.Handle(debugPath, kit.Debug())
	})
	return r
}
