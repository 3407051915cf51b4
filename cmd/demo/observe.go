package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/telemetry"
)

// observe has the kits observed, as the flags -metrics and -traces say. told says
// where. stop ends it, after the kits, also after an error.
func (c config) observe(ctx context.Context, kit, commands *handlers.Kit, logs slog.Handler, stderr io.Writer) (told string, stop func(context.Context) error, err error) {
	var ends []func(context.Context) error
	stop = func(ctx context.Context) (err error) {
		for _, end := range ends {
			err = errors.Join(err, end(ctx))
		}
		return err
	}
	of := [...]struct {
		name string // a label of the metrics
		kit  *handlers.Kit
		telemetry.Config
	}{{name: "site", kit: kit}, {name: "commands", kit: commands}}
	if c.traces {
		writer, err := stdouttrace.New(stdouttrace.WithWriter(stderr))
		if err != nil {
			return told, stop, fmt.Errorf("traces: %w", err)
		}
		p := trace.NewTracerProvider(trace.WithBatcher(writer))
		ends = append(ends, p.Shutdown)
		for i := range of {
			of[i].Tracers = p
		}
	}
	if c.metrics != "" {
		registry := prometheus.NewRegistry()
		for i := range of {
			labels := prometheus.Labels{"kit": of[i].name}
			reader, err := exporter.New(exporter.WithRegisterer(prometheus.WrapRegistererWith(labels, registry)))
			if err != nil {
				return told, stop, fmt.Errorf("metrics: %w", err)
			}
			p := metric.NewMeterProvider(metric.WithReader(reader))
			of[i].Meters, ends = p, append(ends, p.Shutdown)
		}
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.metrics)
		if err != nil {
			return told, stop, fmt.Errorf("metrics: %w", err)
		}
		s := newServer(site.Internal(kit, commands, promhttp.HandlerFor(registry, promhttp.HandlerOpts{})), logs)
		ends = append(ends, s.Shutdown)
		go func() { _ = s.Serve(listener) }() // it ends with Shutdown
		told = fmt.Sprintf("Metrics are at http://%s/metrics, the debug page at http://%s%s\n", listener.Addr(), listener.Addr(), site.DebugPath)
	}
	for _, o := range of {
		t, err := telemetry.Start(o.kit, o.Config)
		if err != nil {
			return told, stop, err
		}
		ends = append([]func(context.Context) error{t.Stop}, ends...)
	}
	return told, stop, nil
}
