package telemetry_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	api "go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/telemetry"
)

// rows returns the rows of the table of docs/telemetry.md below a heading: the names in the first cell, and all cells.
func rows(t *testing.T, heading string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../docs/telemetry.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), "\n"+heading+"\n")
	if !found {
		t.Fatalf("docs/telemetry.md has no %q", heading)
	}
	all := map[string][]string{}
	inTable := false
	for line := range strings.Lines(after) {
		if !strings.HasPrefix(line, "|") {
			if inTable {
				break
			}
			continue
		}
		inTable = true
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if name := quoted(cells[0]); len(name) == 1 {
			all[name[0]] = cells
		}
	}
	return all
}

// quoted lists what stands in backquotes.
func quoted(cell string) (names []string) {
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
		names = append(names, m[1])
	}
	return names
}

// instruments is a meter that notes what it is asked for.
type instruments struct {
	noop.MeterProvider
	found map[string]string // name: kind and unit
}

func (i *instruments) Meter(string, ...api.MeterOption) api.Meter { return meter{found: i.found} }

type meter struct {
	noop.Meter
	found map[string]string
}

func (m meter) Float64Histogram(name string, o ...api.Float64HistogramOption) (api.Float64Histogram, error) {
	m.found[name] = "histogram " + api.NewFloat64HistogramConfig(o...).Unit()
	return m.Meter.Float64Histogram(name)
}

func (m meter) Int64Histogram(name string, o ...api.Int64HistogramOption) (api.Int64Histogram, error) {
	m.found[name] = "histogram " + api.NewInt64HistogramConfig(o...).Unit()
	return m.Meter.Int64Histogram(name)
}

func (m meter) Int64ObservableCounter(name string, o ...api.Int64ObservableCounterOption) (api.Int64ObservableCounter, error) {
	m.found[name] = "counter " + api.NewInt64ObservableCounterConfig(o...).Unit()
	return m.Meter.Int64ObservableCounter(name)
}

func (m meter) Int64ObservableUpDownCounter(name string, o ...api.Int64ObservableUpDownCounterOption) (api.Int64ObservableUpDownCounter, error) {
	m.found[name] = "gauge " + api.NewInt64ObservableUpDownCounterConfig(o...).Unit()
	return m.Meter.Int64ObservableUpDownCounter(name)
}

// The table of metrics has each instrument with its unit, and no other.
func TestDocumentedMetrics(t *testing.T) {
	i := &instruments{found: map[string]string{}}
	if _, err := telemetry.Start(quietKit(), telemetry.Config{Meters: i}); err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}
	table := rows(t, "## Metrics")
	for name, cells := range table {
		documented[name] = strings.TrimSpace(cells[1]) + " " + strings.Trim(strings.TrimSpace(cells[2]), "`")
	}
	for name, of := range i.found {
		if documented[name] != of {
			t.Errorf("docs/telemetry.md says %q of %s, which is %q", documented[name], name, of)
		}
		delete(documented, name)
	}
	for name := range documented {
		t.Errorf("docs/telemetry.md has %s, which there is not", name)
	}
	for _, b := range []*bench{scenario(t), apart(t)} {
		checkAttributes(t, b, table)
	}
}

// checkAttributes compares the attributes of metrics with the table.
func checkAttributes(t *testing.T, b *bench, table map[string][]string) {
	t.Helper()
	for name, m := range b.collect(t) {
		if len(table[name]) < 4 {
			continue // which is an error already
		}
		want := quoted(table[name][3])
		got := map[string]bool{}
		switch data := m.Data.(type) {
		case metricdata.Histogram[float64]:
			for _, p := range data.DataPoints {
				keysOf(got, p.Attributes.ToSlice())
			}
		case metricdata.Histogram[int64]:
			for _, p := range data.DataPoints {
				keysOf(got, p.Attributes.ToSlice())
			}
		case metricdata.Sum[int64]:
			for _, p := range data.DataPoints {
				keysOf(got, p.Attributes.ToSlice())
			}
		}
		for key := range got {
			if !slices.Contains(want, key) {
				t.Errorf("%s has the attribute %s, and docs/telemetry.md says %q", name, key, want)
			}
		}
		if name == "sideband.turn.duration" && got["sideband.component"] && len(got) != len(want) {
			t.Errorf("%s has the attributes %v, and docs/telemetry.md says %q", name, got, want)
		}
	}
}

// The table of spans has each kind, with the attributes that its spans have; and the outcomes.
func TestDocumentedSpans(t *testing.T) {
	table := rows(t, "## Spans")
	var kinds []string
	for k := live.ActivityMount; k <= live.ActivityStashWrite; k++ {
		kinds = append(kinds, k.String())
	}
	maps.Copy(table, rows(t, "### Apart from turns"))
	slices.Sort(kinds)
	if documented := slices.Sorted(maps.Keys(table)); !slices.Equal(documented, kinds) {
		t.Errorf("docs/telemetry.md has %q, there are %q", documented, kinds)
	}
	attributesIn := rows(t, "### Attributes")
	seen, met := map[string]bool{}, map[string]bool{}
	for _, s := range append(scenario(t).take(t), apart(t).take(t)...) {
		kind, _, _ := strings.Cut(s.Name, " ")
		met[kind] = true
		for _, a := range s.Attributes {
			key := string(a.Key)
			seen[key] = true
			if attributesIn[key] == nil {
				t.Errorf("docs/telemetry.md lacks the attribute %s", key)
				continue
			}
			if of := quoted(attributesIn[key][1]); !slices.Contains(of, kind) && !slices.Contains(of, "all") {
				t.Errorf("a %s span has %s, and docs/telemetry.md says %q", kind, key, of)
			}
		}
	}
	for key := range attributesIn {
		if !seen[key] {
			t.Errorf("docs/telemetry.md has the attribute %s, which no span has", key)
		}
	}
	for _, kind := range []string{"mount", "connect", "event", "message", "callback", "render", "patch", "task", "load", "upload", "stash.read", "stash.recover", "stash.write"} {
		if !met[kind] {
			t.Errorf("nothing has made a %s span: what is tested?", kind)
		}
	}
	outcomes := rows(t, "### Outcomes")
	for _, o := range fault.Outcomes {
		if outcomes[string(o)] == nil {
			t.Errorf("docs/telemetry.md lacks the outcome %s", o)
		}
		delete(outcomes, string(o))
	}
	for o := range outcomes {
		t.Errorf("docs/telemetry.md has the outcome %s, which there is not", o)
	}
}

// scenario is a page with which everything was done.
func scenario(t *testing.T) *bench {
	t.Helper()
	d := &desk{held: make(chan struct{})}
	b := open(t, d, handlers.Config{Timeouts: handlers.Timeouts{Event: time.Second}}, telemetry.Config{}, nil)
	t.Cleanup(func() { close(d.held) })
	for _, name := range []string{"Add", "Tap", "Twice", "Fail", "Panic", "Hold"} {
		b.page.Button(name).Click()
	}
	b.page.Button("Work").Click()
	b.page.Await()
	return b
}

func keysOf(all map[string]bool, list []attribute.KeyValue) {
	for _, a := range list {
		all[string(a.Key)] = true
	}
}
