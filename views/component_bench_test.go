package views_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/sideband-go/sideband/views"
	"github.com/sideband-go/sideband/views/internal/parts"
)

// BenchmarkComponents is what one change costs in a page of a thousand components.
func BenchmarkComponents(b *testing.B) {
	list := make([]parts.Item, 1000)
	for i := range list {
		list[i] = parts.Item{ID: fmt.Sprint("i", i), Text: fmt.Sprint("text ", i)}
	}
	start := func(b *testing.B) *views.Instance {
		in := newInstance(b, partsPage(parts.List))
		set(b, in, func(s *views.Socket) { parts.Items.Set(s, list) })
		page(b, in)
		b.ReportAllocs()
		return in
	}
	shows := func(b *testing.B, in *views.Instance) {
		if r, err := in.Render(nil); err != nil || len(r.Ops) == 0 {
			b.Fatalf("%q, %v", r.Ops, err)
		}
	}
	b.Run("event", func(b *testing.B) {
		in := start(b)
		for b.Loop() {
			m, err := in.Event("Inc", "parts.Item.i500", views.Input{Query: url.Values{"value": {"4"}}})
			if err != nil {
				b.Fatal(err)
			}
			do(b, in, m)
			shows(b, in)
		}
	})
	b.Run("page", func(b *testing.B) {
		in := start(b)
		n := 0
		for b.Loop() {
			n++
			set(b, in, func(s *views.Socket) { parts.Title.Set(s, fmt.Sprint(n)) })
			shows(b, in)
		}
	})
	b.Run("whole", func(b *testing.B) {
		in := start(b)
		for b.Loop() {
			if _, err := in.Whole(nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
