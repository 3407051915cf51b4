package telemetry

import (
	"fmt"
	"testing"

	"go.opentelemetry.io/otel/metric"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
)

// What comes after so many names is counted as other, and keeps its name in spans.
func TestManyNames(t *testing.T) {
	tele, ms := &Telemetry{}, &metrics{}
	viewOf := func(method string) (view, name string) {
		l := tele.labelsOf(label{kind: live.ActivityEvent, view: "page", method: method})
		set := metric.NewRecordConfig(ms.optionsOf(l, fault.Succeeded, false)).Attributes()
		v, _ := set.Value(viewKey)
		return v.AsString(), l.name
	}
	for i := range maxSeries {
		if view, _ := viewOf(fmt.Sprint("A", i)); view != "page" {
			t.Fatalf("the %dth is %q", i, view)
		}
	}
	for range 2 {
		if view, name := viewOf("More"); view != "other" || name != "event page.More" {
			t.Errorf("one more is %q, and its span %q", view, name)
		}
	}
	if view, name := viewOf("A0"); view != "page" || name != "event page.A0" {
		t.Errorf("the first is %q by now, and its span %q", view, name)
	}
	if n, m := ms.series.n.Load(), tele.labels.n.Load(); n != maxSeries || m != maxSeries {
		t.Errorf("%d sets of attributes and %d labels are held", n, m)
	}
}
