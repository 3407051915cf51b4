package telemetry

import (
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/metric"

	"github.com/sideband-go/sideband/internal/live"
)

// label is what an activity is about; "" of what is not there.
type label struct {
	kind                    live.ActivityKind
	view, component, method string
}

// name is the name of its span: the kind, and what it is about.
func (l label) name() string {
	of := l.view
	if l.component != "" {
		of = l.component
	}
	switch l.kind {
	case live.ActivityEvent, live.ActivityMessage, live.ActivityCallback, live.ActivityTask, live.ActivityLoad:
		if l.method != "" {
			of += "." + l.method
		}
	}
	return l.kind.String() + " " + of
}

// labels are what is made once of a label: names are those of the program, so that there are few.
type labels struct {
	label
	name                      string
	succeeded, succeededWhole atomic.Pointer[[]metric.RecordOption]
}

// labelsOf returns the labels of a label.
func (t *Telemetry) labelsOf(l label) *labels {
	return t.labels.get(l, func() *labels { return &labels{label: l, name: l.name()} })
}

// made holds what is made once: up to maxSeries values, what comes later is made each time.
type made[K comparable, V any] struct {
	all sync.Map
	n   atomic.Int64
}

// get returns the value of a key, which build makes.
func (m *made[K, V]) get(k K, build func() V) V {
	if v, ok := m.all.Load(k); ok {
		return v.(V)
	}
	v := build()
	if m.n.Add(1) > maxSeries {
		m.n.Add(-1)
		return v
	}
	first, loaded := m.all.LoadOrStore(k, v)
	if loaded {
		m.n.Add(-1)
	}
	return first.(V)
}

func (m *made[K, V]) isFull() bool { return m.n.Load() >= maxSeries }
