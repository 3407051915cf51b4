package render_test

import (
	"fmt"
	"testing"

	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/feed"
	"github.com/sideband-go/sideband/views"
)

// BenchmarkStream is what one more item costs, from the callback to the operations: in a
// stream that keeps the last fifty, and in one of a thousand of which the first goes.
func BenchmarkStream(b *testing.B) {
	for _, of := range []struct {
		n   int
		add func(s *views.Socket, l feed.Line)
	}{
		{50, func(s *views.Socket, l feed.Line) { feed.Many.Append(s, l) }},
		{1000, func(s *views.Socket, l feed.Line) {
			feed.Lines.Append(s, l)
			feed.Lines.TrimStart(s, 1000)
		}},
	} {
		b.Run(fmt.Sprint("keeps ", of.n), func(b *testing.B) {
			in := viewtest.New(b, viewtest.Define(feed.Page{}))
			i := 0
			in.Mount()
			in.Set(func(s *views.Socket) { feed.Place.Set(s, "region") })
			add := viewtest.Callback("add", func(s *views.Socket) error {
				i++
				of.add(s, feed.Line{ID: fmt.Sprint(100_000 + i), Text: "Good morning, everybody."})
				return nil
			})
			for range of.n {
				in.Succeed(add)
			}
			in.FirstPage()
			b.ReportAllocs()
			for b.Loop() {
				in.Succeed(add)
				if r, err := in.Render(nil); err != nil || len(r.Ops) == 0 {
					b.Fatalf("%q, %v", r.Ops, err)
				}
			}
		})
	}
}
