package telemetry_test

import (
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/telemetry"
)

// collect returns the metrics by their names.
func (b *bench) collect(t *testing.T) map[string]metricdata.Metrics {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := b.reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	found := map[string]metricdata.Metrics{}
	for _, s := range all.ScopeMetrics {
		for _, m := range s.Metrics {
			found[m.Name] = m
		}
	}
	return found
}

// sum returns the number of a counter with an attribute.
func sum(t *testing.T, m metricdata.Metrics, with ...attribute.KeyValue) (n int64) {
	t.Helper()
	data, ok := m.Data.(metricdata.Sum[int64])
	if !ok {
		t.Fatalf("%s is %T", m.Name, m.Data)
	}
	for _, p := range data.DataPoints {
		if has(p.Attributes, with) {
			n += p.Value
		}
	}
	return n
}

// histogram returns how often something with attributes was measured, and the sum.
func histogram[N int64 | float64](t *testing.T, m metricdata.Metrics, with ...attribute.KeyValue) (n uint64, sum N) {
	t.Helper()
	data, ok := m.Data.(metricdata.Histogram[N])
	if !ok {
		t.Fatalf("%s is %T", m.Name, m.Data)
	}
	for _, p := range data.DataPoints {
		if has(p.Attributes, with) {
			n += p.Count
			sum += p.Sum
		}
	}
	return n, sum
}

func has(set attribute.Set, with []attribute.KeyValue) bool {
	for _, w := range with {
		if v, ok := set.Value(w.Key); !ok || v != w.Value {
			return false
		}
	}
	return true
}

// Case 435: metrics say what the kit's own counters and pages say.
func TestMetrics(t *testing.T) {
	b := open(t, &desk{}, handlers.Config{}, telemetry.Config{}, nil)
	for range 3 {
		b.page.Button("Add").Click()
	}
	b.page.Button("Panic").Click()
	b.page.Expect("#count", "3")
	m := b.collect(t)
	adds := []attribute.KeyValue{attribute.String("sideband.view", "*telemetry_test.desk"), attribute.String("sideband.method", "Add"), attribute.String("sideband.kind", "event")}
	for _, name := range []string{"sideband.turn.duration", "sideband.callback.duration"} {
		if n, took := histogram[float64](t, m[name], append(adds, attribute.String("sideband.outcome", "ok"))...); n != 3 || took <= 0 {
			t.Errorf("%s: %d, %v s", name, n, took)
		}
		if n, _ := histogram[float64](t, m[name], attribute.String("sideband.outcome", "panicked")); n != 1 {
			t.Errorf("%s: %d panicked", name, n)
		}
	}
	renders, _ := histogram[float64](t, m["sideband.render.duration"], attribute.Bool("sideband.render.whole", false))
	patches, bytes := histogram[int64](t, m["sideband.patch.size"])
	if renders < 3 || patches < 3 || bytes < 100 {
		t.Errorf("%d renderings, %d patches of %d bytes", renders, patches, bytes)
	}
	if n, size := histogram[int64](t, m["sideband.response.size"], attribute.String("sideband.kind", "mount")); n != 1 || size < 500 {
		t.Errorf("the page: %d of %d bytes", n, size)
	}
	stats := b.kit.Stats()
	for name, want := range map[string]int{
		"sideband.events": int(stats.Events), "sideband.mounts": 1, "sideband.connections": 1, "sideband.deadlines": 0, "sideband.spans_dropped": 0,
	} {
		if got := sum(t, m[name]); got != int64(want) {
			t.Errorf("%s is %d, not %d", name, got, want)
		}
	}
	if stats.Events != 4 {
		t.Errorf("%d events", stats.Events)
	}
	for state, want := range map[string]int64{"connected": 1, "pending": 0, "parked": 0} {
		if got := sum(t, m["sideband.views"], attribute.String("sideband.state", state)); got != want {
			t.Errorf("%d views are %s", got, state)
		}
	}
	if err := b.tele.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.page.Button("Add").Click()
	if n, _ := histogram[float64](t, b.collect(t)["sideband.turn.duration"], adds...); n != 3 {
		t.Errorf("%d turns are measured after Stop", n)
	}
	if _, ok := b.collect(t)["sideband.events"]; ok {
		t.Error("Stats are read after Stop")
	}
}
