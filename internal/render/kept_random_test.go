package render_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/feed"
	"github.com/sideband-go/sideband/views"
)

// TestComponentsInItemsShowWhatAListWould changes a stream whose items have components at random, the
// components and what is around them, and compares the page with that of a twin whose items are not forgotten.
func TestComponentsInItemsShowWhatAListWould(t *testing.T) {
	for seed := range uint64(80) {
		randomCards(t, seed)
	}
}

func randomCards(t *testing.T, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 6))
	def := viewtest.Define(feed.Deck{})
	in, _ := viewtest.NewReporting(t, def)
	twin, _ := viewtest.NewReporting(t, def)
	doc := document(t, in.FirstPage())
	twin.Page()
	var log []string
	for step := range 25 {
		change := cardChange(r, &log)
		change(t, in)
		change(t, twin)
		if r.IntN(4) == 0 {
			continue
		}
		var ops string
		if r.IntN(8) == 0 {
			w, err := in.Tree.Whole(nil)
			if err != nil {
				t.Fatalf("seed %d, step %d, after %v: %v", seed, step, log, err)
			}
			ops = string(w.Ops)
		} else {
			w, err := in.Render(nil)
			if err != nil {
				t.Fatalf("seed %d, step %d, after %v: %v", seed, step, log, err)
			}
			ops = string(w.Ops)
		}
		if err := doc.Apply(ops); err != nil {
			t.Fatalf("seed %d: %v: %s", seed, err, ops)
		}
		whole := twin.Page()
		if got, want := shown(doc), shown(document(t, whole)); got != want {
			t.Fatalf("seed %d, step %d, after %v:\nshows %s\nnot   %s\nops   %s", seed, step, log, got, want, ops)
		}
		if got, want := addresses(in), addresses(twin); got != want {
			t.Fatalf("seed %d, step %d, after %v: has %s, not %s", seed, step, log, got, want)
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

// addresses are those of the components, in order.
func addresses(in *viewtest.View) string {
	var list []string
	for _, c := range in.Tree.All() {
		list = append(list, c.Address())
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func cardChange(r *rand.Rand, log *[]string) func(t testing.TB, in *viewtest.View) {
	n, m, kind := r.IntN(8), r.IntN(12), r.IntN(18)
	*log = append(*log, fmt.Sprint(kind, ":", n, ",", m))
	line := func(n int) feed.Line {
		return feed.Line{ID: fmt.Sprint(n % 8), Text: fmt.Sprint("text ", m%3), Twin: n%2 == 0}
	}
	var lines []feed.Line
	for i := range 1 + m%3 {
		lines = append(lines, line(n+i*m))
	}
	write := func(f func(s *views.Socket)) func(t testing.TB, in *viewtest.View) {
		return func(t testing.TB, in *viewtest.View) { in.Set(f) }
	}
	// Events of a card that may not be there.
	post := func(event, value string) func(t testing.TB, in *viewtest.View) {
		return func(t testing.TB, in *viewtest.View) {
			address := "feed.Card.in-" + fmt.Sprint(n)
			if n%2 == 0 {
				address = "feed.Card.card-" + fmt.Sprint(n)
			}
			if err := in.Post(event, address, value); err != nil && !errors.Is(err, fault.ErrNoComponent) {
				t.Fatal(err)
			}
		}
	}
	switch kind {
	case 0, 1:
		return write(func(s *views.Socket) { feed.Cards.Append(s, lines...) })
	case 2:
		return write(func(s *views.Socket) { feed.Cards.Prepend(s, lines...) })
	case 3:
		return write(func(s *views.Socket) { feed.Cards.InsertAt(s, m, lines...) })
	case 4:
		return write(func(s *views.Socket) { feed.Cards.Update(s, lines[0]) })
	case 5:
		return write(func(s *views.Socket) { feed.Cards.DeleteID(s, lines[0].ID) })
	case 6:
		return write(func(s *views.Socket) {
			if m == 0 {
				feed.Cards.Reset(s, lines...)
			}
		})
	case 7:
		return write(func(s *views.Socket) { feed.Note.Set(s, strings.Repeat("note ", m%3)) })
	case 8:
		return write(func(s *views.Socket) { feed.Place.Set(s, []string{"", "region", "ordered", "deep"}[m%4]) })
	case 9:
		return write(func(s *views.Socket) { feed.Title.Set(s, fmt.Sprint("title ", m%3)) })
	case 10:
		return write(func(s *views.Socket) { feed.Event.Set(s, fmt.Sprint("event ", m%3)) })
	case 11, 12:
		return post("Like", "1")
	case 13, 14:
		return post("Look", []string{"", "open", "other"}[m%3])
	case 15, 16:
		return post("List", strings.Join([]string{"x", "y", "z", "w"}[m%4:], " "))
	}
	return post("Hold", []string{"", fmt.Sprint("part-", n)}[m%2])
}
