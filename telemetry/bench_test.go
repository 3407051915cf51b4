package telemetry_test

import (
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"golang.org/x/sys/unix"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/telemetry"
)

// client is a page that sends events one after the other, by ordinary requests.
type client struct {
	tb      testing.TB
	handler http.Handler
	cookie  string
	ticket  string
	query   string
}

var (
	ticketIn = regexp.MustCompile(`"Sideband-Ticket":"([^"]+)"`)
	addIn    = regexp.MustCompile(`hx-post="[^"?]*\?([^"]*event=Add[^"]*)"`)
)

// newClient opens the page of a kit.
func newClient(tb testing.TB, kit *handlers.Kit) *client {
	tb.Helper()
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/", handlers.View(kit, &desk{}))
	c := &client{tb: tb, handler: r}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/", nil))
	res := w.Result()
	raw, err := io.ReadAll(res.Body)
	body := html.UnescapeString(string(raw))
	if err != nil || res.StatusCode != http.StatusOK {
		tb.Fatalf("answered %d, %v", res.StatusCode, err)
	}
	for _, k := range res.Cookies() {
		c.cookie += k.Name + "=" + k.Value + "; "
	}
	ticket, add := ticketIn.FindStringSubmatch(body), addIn.FindStringSubmatch(body)
	if ticket == nil || add == nil {
		tb.Fatalf("no ticket or no event in %s", body)
	}
	c.ticket, c.query = ticket[1], add[1]
	return c
}

// add sends an event.
func (c *client) add() {
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/?"+c.query, nil)
	r.Header.Set("Cookie", c.cookie)
	r.Header.Set("Sideband-Ticket", c.ticket)
	r.Header.Set("HX-Request", "true")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"count"`) {
		c.tb.Fatalf("answered %d %s", w.Code, w.Body)
	}
}

func quietKit() *handlers.Kit {
	return handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler), Limits: handlers.Limits{SessionEvents: 1 << 30}})
}

// start observes a kit with the SDK, whose exporter keeps the newest spans in memory.
func start(tb testing.TB, kit *handlers.Kit) (stop func()) {
	tb.Helper()
	exporter := &newest{InMemoryExporter: tracetest.NewInMemoryExporter()}
	tracers := trace.NewTracerProvider(trace.WithBatcher(exporter))
	meters := metric.NewMeterProvider(metric.WithReader(metric.NewManualReader()))
	t, err := telemetry.Start(kit, telemetry.Config{Tracers: tracers, Meters: meters})
	if err != nil {
		tb.Fatal(err)
	}
	return func() {
		ctx := context.WithoutCancel(tb.Context())
		if err := t.Stop(ctx); err != nil {
			tb.Error(err)
		}
		if err := tracers.Shutdown(ctx); err != nil {
			tb.Error(err)
		}
	}
}

// newest is an exporter that forgets what it was given before.
type newest struct{ *tracetest.InMemoryExporter }

func (n *newest) ExportSpans(ctx context.Context, spans []trace.ReadOnlySpan) error {
	n.Reset()
	return n.InMemoryExporter.ExportSpans(ctx, spans)
}

// BenchmarkEvent is an event that changes a page, by a request: without telemetry, with a Config that
// has no providers, and with the SDK.
func BenchmarkEvent(b *testing.B) {
	for _, c := range []struct {
		name  string
		start func(testing.TB, *handlers.Kit) func()
	}{
		{"without", func(testing.TB, *handlers.Kit) func() { return func() {} }},
		{"off", func(tb testing.TB, k *handlers.Kit) func() {
			if _, err := telemetry.Start(k, telemetry.Config{}); err != nil {
				tb.Fatal(err)
			}
			return func() {}
		}},
		{"on", start},
	} {
		b.Run(c.name, func(b *testing.B) {
			kit := quietKit()
			stop := c.start(b, kit)
			page := newClient(b, kit)
			b.ReportAllocs()
			for b.Loop() {
				page.add()
			}
			stop()
		})
	}
}

// cpu returns the processor time that the process has used.
func cpu(tb testing.TB) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		tb.Skip(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRatio compares the processor time of events with telemetry off and on with that without it, in
// rounds that take turns; one iteration is a round of 300 events each. It reports the medians.
func BenchmarkRatio(b *testing.B) {
	const events = 300
	kits := [3]*handlers.Kit{quietKit(), quietKit(), quietKit()}
	if _, err := telemetry.Start(kits[1], telemetry.Config{}); err != nil {
		b.Fatal(err)
	}
	defer start(b, kits[2])()
	var pages [3]*client
	var took [3][]float64
	for i, k := range kits {
		pages[i] = newClient(b, k)
	}
	round := func(i int) float64 {
		began := cpu(b)
		for range events {
			pages[i].add()
		}
		return float64(cpu(b)-began) / float64(events)
	}
	for i := range pages {
		round(i) // so that all is warm
	}
	for n := 0; b.Loop(); n++ {
		for i := range pages {
			at := (i + n) % len(pages)
			took[at] = append(took[at], round(at))
		}
	}
	median := func(of func(n int) float64) float64 {
		var all []float64
		for n := range took[0] {
			all = append(all, of(n))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	b.ReportMetric(median(func(n int) float64 { return took[0][n] }), "cpu-ns/event")
	b.ReportMetric(median(func(n int) float64 { return took[1][n] / took[0][n] }), "off/without")
	b.ReportMetric(median(func(n int) float64 { return took[2][n] / took[0][n] }), "on/without")
}
