package telemetry

import (
	"context"
	"reflect"
	"strings"
	"unicode"

	"go.opentelemetry.io/otel/metric"

	"github.com/sideband-go/sideband/handlers"
)

// stats are the instruments that read a kit's Stats. There is one for each field, found by its type, with the
// field's name in lower case. But Views.Pending, Connected and Parked are one, with an attribute.
type stats struct {
	read     func() handlers.Stats
	counters []fieldOf[metric.Int64ObservableCounter]
	levels   []fieldOf[metric.Int64ObservableUpDownCounter]
	views    metric.Int64ObservableUpDownCounter
	states   [3]metric.MeasurementOption // pending, connected, parked
	dropped  metric.Int64ObservableCounter
	spans    *spans
}

// fieldOf is a field with the instrument that reads it.
type fieldOf[I any] struct {
	index      []int
	instrument I
}

// observeStats has a meter read Stats whenever it collects.
func observeStats(m metric.Meter, read func() handlers.Stats, sp *spans) (unregister func() error, err error) {
	s := &stats{read: read, spans: sp}
	var all []metric.Observable
	for _, f := range fieldsOf(reflect.TypeFor[handlers.Stats](), nil) {
		what := metric.WithDescription("See handlers.Stats, " + f.path + ".")
		if f.counts {
			i, err := m.Int64ObservableCounter(f.name, metric.WithUnit(f.unit), what)
			if err != nil {
				return nil, err
			}
			s.counters, all = append(s.counters, fieldOf[metric.Int64ObservableCounter]{f.index, i}), append(all, i)
			continue
		}
		i, err := m.Int64ObservableUpDownCounter(f.name, metric.WithUnit(f.unit), what)
		if err != nil {
			return nil, err
		}
		s.levels, all = append(s.levels, fieldOf[metric.Int64ObservableUpDownCounter]{f.index, i}), append(all, i)
	}
	if s.views, err = m.Int64ObservableUpDownCounter("sideband.views", metric.WithUnit("{view}"), metric.WithDescription("Views that are held.")); err != nil {
		return nil, err
	}
	for i, state := range [...]string{"pending", "connected", "parked"} {
		s.states[i] = metric.WithAttributes(stateKey.String(state))
	}
	if s.dropped, err = m.Int64ObservableCounter("sideband.spans_dropped", metric.WithUnit("{span}"), metric.WithDescription("Spans that were not taken in time, or with which a processor or exporter has panicked.")); err != nil {
		return nil, err
	}
	r, err := m.RegisterCallback(s.observe, append(all, s.views, s.dropped)...)
	if err != nil {
		return nil, err
	}
	return r.Unregister, nil
}

func (s *stats) observe(_ context.Context, o metric.Observer) error {
	now := s.read()
	v := reflect.ValueOf(now)
	for _, c := range s.counters {
		o.ObserveInt64(c.instrument, int64(v.FieldByIndex(c.index).Uint()))
	}
	for _, l := range s.levels {
		o.ObserveInt64(l.instrument, v.FieldByIndex(l.index).Int())
	}
	for i, n := range [...]int{now.Views.Pending, now.Views.Connected, now.Views.Parked} {
		o.ObserveInt64(s.views, int64(n), s.states[i])
	}
	o.ObserveInt64(s.dropped, s.spans.dropped.Load())
	return nil
}

// field is a field of Stats.
type field struct {
	name, path, unit string
	index            []int
	counts           bool // it only grows; else it is what there is now
}

// states are the fields that are one metric.
var states = map[string]bool{"Views.Pending": true, "Views.Connected": true, "Views.Parked": true}

// fieldsOf finds the numbers of a struct, and of those inside.
func fieldsOf(t reflect.Type, in []reflect.StructField) (all []field) {
	for i := range t.NumField() {
		path := append(in[:len(in):len(in)], t.Field(i))
		f := field{name: "sideband", unit: "1"}
		var names []string
		for _, at := range path {
			f.name += "." + lower(at.Name)
			f.index = append(f.index, at.Index...)
			names = append(names, at.Name)
		}
		f.path = strings.Join(names, ".")
		if strings.HasSuffix(f.path, ".Bytes") {
			f.unit = "By"
		}
		switch of := t.Field(i); {
		case !of.IsExported() || states[f.path]:
		case of.Type.Kind() == reflect.Struct:
			all = append(all, fieldsOf(of.Type, path)...)
		case of.Type.Kind() == reflect.Uint64:
			f.counts = true
			all = append(all, f)
		case of.Type.Kind() == reflect.Int, of.Type.Kind() == reflect.Int64:
			all = append(all, f)
		}
	}
	return all
}

// lower returns a field's name as metrics are named: MountsRefused is mounts_refused.
func lower(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
