package render_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/parts"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// TestComponentsShowWhatAWholeRenderingDoes changes components and where they stand at
// random, and compares what the operations make of the page with a whole rendering of a
// twin.
func TestComponentsShowWhatAWholeRenderingDoes(t *testing.T) {
	for name, show := range map[string]func() templ.Component{"list": parts.List, "board": parts.Board} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(60) {
				randomParts(t, show, seed)
			}
		})
	}
}

func randomParts(t *testing.T, show func() templ.Component, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 5))
	in, twin := viewtest.New(t, viewtest.Define(parts.Page{Show: show})), viewtest.New(t, viewtest.Define(parts.Page{Show: show}))
	doc := document(t, in.Page())
	twin.Page()
	var log []string
	prev := ""
	for range 25 {
		kind, n, m := r.IntN(11), r.IntN(8), r.IntN(8)
		log = append(log, fmt.Sprint(kind, ":", n, ",", m))
		for _, in := range []*viewtest.View{in, twin} {
			changeParts(t, in, kind, n, m)
		}
		if r.IntN(4) == 0 {
			continue
		}
		ops := in.Patch()
		if err := doc.Apply(ops); err != nil {
			t.Fatalf("seed %d: %v: %s", seed, err, ops)
		}
		whole := document(t, twin.Page())
		compareParts(t, doc, whole, fmt.Sprintf("seed %d after %v\nbefore %s\nops %s", seed, log, prev, ops))
		prev = viewtest.Text(shown(doc))
		in.Settle()
		twin.Settle()
		if again := in.Patch(); again != "" {
			t.Fatalf("seed %d after %v: a second rendering sends %s", seed, log, again)
		}
	}
}

func compareParts(t *testing.T, doc, whole *htmxdom.Document, what string) {
	t.Helper()
	if got, want := shown(doc), shown(whole); got != want {
		t.Fatalf("%s:\nshows %s\nnot   %s", what, viewtest.Text(got), viewtest.Text(want))
	}
}

func changeParts(t *testing.T, in *viewtest.View, kind, n, m int) {
	t.Helper()
	id := fmt.Sprint("i", n)
	switch kind {
	case 0, 1, 2: // events of a component that may not be there
		_ = in.Post([]string{"Inc", "Grow", "Grow"}[kind], "parts.Item."+id, fmt.Sprint(m))
		return
	case 3:
		_ = in.Post("Inc", "parts.Item.last", fmt.Sprint(m))
		return
	}
	in.Set(func(s *views.Socket) {
		left, right := slices.Clone(parts.Items.Get(s)), slices.Clone(parts.Right.Get(s))
		without := func(list []parts.Item) []parts.Item {
			return slices.DeleteFunc(list, func(i parts.Item) bool { return i.ID == id })
		}
		left, right = without(left), without(right)
		put := func(list []parts.Item) []parts.Item {
			return slices.Insert(list, m%(len(list)+1), parts.Item{ID: id, Text: fmt.Sprint("text ", m%3)})
		}
		switch kind {
		case 4, 5, 6:
			parts.Items.Set(s, put(left))
			parts.Right.Set(s, right)
		case 7, 8:
			parts.Items.Set(s, left)
			parts.Right.Set(s, put(right))
		case 9:
			state.Assign(s, parts.Items.To(left), parts.Right.To(right))
		case 10:
			if m%2 == 0 {
				parts.Title.Set(s, fmt.Sprint("title ", m))
			} else {
				parts.Heard.Set(s, fmt.Sprint("heard ", m))
			}
		}
	})
}
