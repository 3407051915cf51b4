package telemetry_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	api "go.opentelemetry.io/otel/trace"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/telemetry"
)

// A kit is observed from Start to Stop. The exporter is the program's choice; this one keeps spans in memory.
func ExampleStart() {
	exporter := tracetest.NewInMemoryExporter()
	provider := trace.NewTracerProvider(trace.WithBatcher(exporter))
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	tele, err := telemetry.Start(kit, telemetry.Config{Tracers: provider})
	if err != nil {
		panic(err)
	}
	page := kit.Middleware(handlers.View(kit, &desk{}))
	page.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "http://localhost/", nil))

	ctx := context.Background()
	for _, end := range []func(context.Context) error{kit.Shutdown, tele.Stop, provider.ForceFlush} {
		if err := end(ctx); err != nil {
			panic(err)
		}
	}
	spans := exporter.GetSpans()
	slices.Reverse(spans) // they are in the order in which they ended
	for _, s := range spans {
		fmt.Println(s.Name)
	}
	if err := provider.Shutdown(ctx); err != nil {
		panic(err)
	}
	// Output:
	// mount *telemetry_test.desk
	// render *telemetry_test.desk
	// callback telemetry_test.tray.Mount
}

// What is logged with the socket of a callback has the ids of its span.
func ExampleLogHandler() {
	noTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	log := slog.New(telemetry.LogHandler(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: noTime})))

	// A callback has its socket, which is such a context.
	s := api.ContextWithSpanContext(context.Background(), api.NewSpanContext(api.SpanContextConfig{TraceID: api.TraceID{1}, SpanID: api.SpanID{2}}))
	log.InfoContext(s, "order taken", "items", 3)
	log.Info("no context")
	// Output:
	// level=INFO msg="order taken" items=3 trace_id=01000000000000000000000000000000 span_id=0200000000000000
	// level=INFO msg="no context"
}
