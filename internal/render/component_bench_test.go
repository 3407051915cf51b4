package render_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/parts"
	"github.com/sideband-go/sideband/views"
)

// BenchmarkComponents is what one change costs in a page of a thousand components.
func BenchmarkComponents(b *testing.B) {
	list := make([]parts.Item, 1000)
	for i := range list {
		list[i] = parts.Item{ID: fmt.Sprint("i", i), Text: fmt.Sprint("text ", i)}
	}
	start := func(b *testing.B) *viewtest.View {
		in := viewtest.New(b, viewtest.Define(parts.Page{Show: parts.List}))
		in.Set(func(s *views.Socket) { parts.Items.Set(s, list) })
		in.Page()
		b.ReportAllocs()
		return in
	}
	shows := func(b *testing.B, in *viewtest.View) {
		if r, err := in.Render(nil); err != nil || len(r.Ops) == 0 {
			b.Fatalf("%q, %v", r.Ops, err)
		}
	}
	b.Run("event", func(b *testing.B) {
		in := start(b)
		for b.Loop() {
			m, err := in.Event("Inc", "parts.Item.i500", params.Input{Query: url.Values{"value": {"4"}}})
			if err != nil {
				b.Fatal(err)
			}
			in.Succeed(m)
			shows(b, in)
		}
	})
	b.Run("page", func(b *testing.B) {
		in := start(b)
		n := 0
		for b.Loop() {
			n++
			in.Set(func(s *views.Socket) { parts.Title.Set(s, fmt.Sprint(n)) })
			shows(b, in)
		}
	})
	b.Run("whole", func(b *testing.B) {
		in := start(b)
		for b.Loop() {
			if _, err := in.Tree.Whole(nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
