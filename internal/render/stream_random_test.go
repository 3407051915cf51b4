package render_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/feed"
	"github.com/sideband-go/sideband/views"
)

// TestStreamsShowWhatAListWould changes streams of a page at random, and what is around
// them, and compares what the operations make of its DOM with the first page of a twin
// that has forgotten nothing.
func TestStreamsShowWhatAListWould(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 5))
		def := viewtest.Define(feed.Page{})
		in, twin := viewtest.New(t, def), viewtest.New(t, def)
		doc := document(t, in.FirstPage())
		twin.Page()
		var log []string
		for step := range 25 {
			change := feedChange(r, &log)
			change(t, in)
			change(t, twin)
			if r.IntN(4) == 0 {
				continue // more changes before the next rendering
			}
			before := living(doc)
			var ops string
			if r.IntN(8) == 0 { // as when the age of a stream ends
				w, err := in.Tree.Whole(nil)
				if err != nil {
					t.Fatal(err)
				}
				ops = string(w.Ops)
			} else {
				ops = in.Patch()
			}
			if err := doc.Apply(ops); err != nil {
				t.Fatalf("seed %d: %v: %s", seed, err, ops)
			}
			whole := twin.Page()
			if strings.Contains(whole, "hx-preserve") {
				t.Fatalf("the twin has forgotten: %s", whole)
			}
			if got, want := shown(doc), shown(document(t, whole)); got != want {
				t.Fatalf("seed %d, step %d, after %v:\nshows %s\nnot   %s\nops   %s", seed, step, log, got, want, ops)
			}
			for id, n := range living(doc) {
				if was := before[id]; was != nil && was != n {
					t.Fatalf("seed %d, step %d, after %v: %s was created again by %s", seed, step, log, id, ops)
				}
			}
			if again := in.Patch(); again != "" {
				t.Fatalf("seed %d, step %d, after %v: a second rendering sends %s", seed, step, log, again)
			}
			in.Set(func(s *views.Socket) { feed.Tick.Update(s, func(n int) int { return n + 1 }) })
			if again := in.Patch(); again != "" {
				t.Fatalf("seed %d, step %d, after %v: another rendering of the page sends %s", seed, step, log, again)
			}
		}
	}
}

// living are the elements of the items, by id.
func living(d *htmxdom.Document) map[string]any {
	m := map[string]any{}
	for _, n := range d.Find("[id^=line-],[id^=said-]") {
		for _, a := range n.Attr {
			if a.Key == "id" {
				m[a.Val] = n
			}
		}
	}
	return m
}

func feedChange(r *rand.Rand, log *[]string) func(t testing.TB, in *viewtest.View) {
	n, m, kind := r.IntN(15), r.IntN(12), r.IntN(17)
	*log = append(*log, fmt.Sprint(kind, ":", n, ",", m))
	line := func(n int) feed.Line {
		return feed.Line{ID: fmt.Sprint(n), Text: fmt.Sprint("text ", r.IntN(3)), Twin: r.IntN(5) == 0}
	}
	var lines []feed.Line
	for i := range 1 + m%4 {
		lines = append(lines, line(n+i*m))
	}
	write := func(f func(s *views.Socket)) func(t testing.TB, in *viewtest.View) {
		return func(t testing.TB, in *viewtest.View) { in.Set(f) }
	}
	switch kind {
	case 0, 1:
		return write(func(s *views.Socket) { feed.Lines.Append(s, lines...) })
	case 2:
		return write(func(s *views.Socket) { feed.Lines.Prepend(s, lines...) })
	case 3:
		return write(func(s *views.Socket) { feed.Lines.InsertAt(s, m, lines...) })
	case 4:
		return write(func(s *views.Socket) { feed.Lines.Update(s, lines[0]) })
	case 5:
		return write(func(s *views.Socket) { feed.Lines.DeleteID(s, lines[0].ID) })
	case 6:
		return write(func(s *views.Socket) {
			if m == 0 {
				feed.Lines.Reset(s, lines...)
			}
		})
	case 7:
		return write(func(s *views.Socket) { feed.Lines.TrimStart(s, 3+m); feed.Lines.TrimEnd(s, 2+m) })
	case 8:
		return write(func(s *views.Socket) { feed.Lines.Append(s, lines...); feed.Lines.TrimStart(s, 5) })
	case 9: // moves it
		return write(func(s *views.Socket) {
			ids := feed.Lines.IDs(s)
			if len(ids) > 0 {
				feed.Lines.DeleteID(s, ids[m%len(ids)])
				feed.Lines.Append(s, feed.Line{ID: ids[m%len(ids)], Text: "moved"})
			}
		})
	case 10:
		return write(func(s *views.Socket) { feed.Others.Append(s, lines...) })
	case 11:
		return write(func(s *views.Socket) { feed.Others.Prepend(s, lines...) })
	case 12:
		return write(func(s *views.Socket) { feed.Note.Set(s, strings.Repeat("note ", m%3)) })
	case 13:
		return write(func(s *views.Socket) { feed.Place.Set(s, []string{"", "region", "ordered", "deep"}[m%4]) })
	case 14:
		return write(func(s *views.Socket) {
			boxes := []string{"x", "y", "z"}
			r := rand.New(rand.NewPCG(uint64(n), 1))
			r.Shuffle(3, func(i, j int) { boxes[i], boxes[j] = boxes[j], boxes[i] })
			for _, old := range feed.Boxes.Get(s) { // those that stay are a prefix of a shuffle
				if !slices.Contains(boxes[:1+m%3], old) {
					return
				}
			}
			feed.Boxes.Set(s, boxes[:1+m%3])
		})
	}
	return func(t testing.TB, in *viewtest.View) {
		for _, box := range []string{"x", "y", "z"}[:1+m%2] {
			var own []string
			for _, l := range lines {
				if n%5 == 0 {
					l.Text = ""
				}
				own = append(own, box+"-"+l.ID+"="+l.Text)
			}
			if err := in.Post("Say", "feed.Box."+box, strings.Join(own, ";")); err != nil && !errors.Is(err, fault.ErrNoComponent) {
				t.Fatal(err)
			}
		}
	}
}
