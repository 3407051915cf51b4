package render_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/shop"
	"github.com/sideband-go/sideband/views"
)

func document(t testing.TB, content string) *htmxdom.Document {
	t.Helper()
	doc, err := htmxdom.Parse(`<!doctype html><html><head><title></title></head><body><div id="sb-stream" hx-swap="none"></div><div id="sb-park" hidden></div><main id="sb-view">` + content + `</main></body></html>`)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func shown(d *htmxdom.Document) string {
	h := d.BodyHTML()
	return h[strings.Index(h, "<main"):]
}

// TestPartialRenderingsShowWhatWholeOnesDo changes random keys of a page with nested
// regions and lists, and compares what the operations make of its DOM with a whole
// rendering of a twin.
func TestPartialRenderingsShowWhatWholeOnesDo(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 3))
		def := viewtest.Define(shop.Page{})
		in, twin := viewtest.New(t, def), viewtest.New(t, def)
		doc := document(t, in.Page())
		var log []string
		for range 25 {
			change := randomChange(r, &log)
			in.Set(change)
			twin.Set(change)
			if r.IntN(4) == 0 {
				continue // more changes before the next rendering
			}
			ops := in.Patch()
			if err := doc.Apply(ops); err != nil {
				t.Fatalf("seed %d: %v: %s", seed, err, ops)
			}
			if got, want := shown(doc), shown(document(t, twin.Page())); got != want {
				t.Fatalf("seed %d after %v:\nshows %s\nnot   %s\nops   %s", seed, log, got, want, ops)
			}
			if again := in.Patch(); again != "" {
				t.Fatalf("seed %d after %v: a second rendering sends %s", seed, log, again)
			}
		}
	}
}

func items(labels ...string) (list []shop.Item) {
	for i, l := range labels {
		list = append(list, shop.Item{ID: i + 1, Label: l})
	}
	return list
}

func randomChange(r *rand.Rand, log *[]string) func(s *views.Socket) {
	n, m := r.IntN(30), r.IntN(12)
	kind := r.IntN(12)
	*log = append(*log, fmt.Sprint(kind, ":", n, ",", m))
	return func(s *views.Socket) {
		list := slices.Clone(shop.Items.Get(s))
		switch kind {
		case 0:
			shop.Items.Set(s, append(list, shop.Item{ID: 100 + n, Label: fmt.Sprint("item ", n)}))
		case 1:
			if len(list) > 0 {
				list[n%len(list)].Label += "!"
				shop.Items.Set(s, list)
			}
		case 2:
			if len(list) > 1 {
				a, b := n%len(list), m%len(list)
				list[a], list[b] = list[b], list[a]
				shop.Items.Set(s, list)
			}
		case 3:
			if len(list) > 0 {
				shop.Items.Set(s, slices.Delete(list, n%len(list), n%len(list)+1))
			}
		case 4:
			if len(list) > 0 {
				shop.Selected.Set(s, list[n%len(list)].ID)
			}
		case 5:
			shop.Heading.Set(s, fmt.Sprint("heading ", m))
		case 6:
			shop.Note.Set(s, strings.Repeat("note ", m%3))
		case 7:
			shop.Unit.Set(s, []string{"kg", "lb"}[m%2])
		case 8:
			shop.Open.Set(s, m%2 == 0)
		case 9:
			shop.Items.Set(s, nil)
		case 10:
			shop.User.Set(s, shop.Person{Name: fmt.Sprint("name ", m%3), Age: n})
		}
		if kind == 11 {
			shop.Bare.Set(s, m%3 == 0)
		}
		seen := map[int]bool{}
		shop.Items.Set(s, slices.DeleteFunc(slices.Clone(shop.Items.Get(s)), func(i shop.Item) bool {
			dup := seen[i.ID]
			seen[i.ID] = true
			return dup
		}))
	}
}

func TestOnlyWhatReadAChangedKeyIsRenderedAgain(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(shop.Page{}))
	in.Set(func(s *views.Socket) {
		shop.Items.Set(s, items("a", "b", "c"))
		shop.Selected.Set(s, 1)
		shop.Note.Set(s, "xyz")
	})
	in.Page()
	for _, c := range []struct {
		name   string
		change func(s *views.Socket)
		want   map[string]int
	}{
		{"nothing", func(s *views.Socket) { shop.Note.Set(s, shop.Note.Get(s)) }, map[string]int{}},
		{"there and back", func(s *views.Socket) { shop.Note.Set(s, "x"); shop.Note.Set(s, "xyz") }, map[string]int{}},
		{"a key of one region", func(s *views.Socket) { shop.Note.Set(s, "abc") }, map[string]int{"note": 1}},
		{"one item", func(s *views.Socket) { shop.Items.Set(s, items("a", "B", "c")) }, map[string]int{"list": 1, "row": 1}},
		{"the selection", func(s *views.Socket) { shop.Selected.Set(s, 3) }, map[string]int{"list": 1, "row": 2}},
		{"a key every item reads", func(s *views.Socket) { shop.Unit.Set(s, "lb") }, map[string]int{"list": 1, "row": 3}},
		{"a field nobody reads", func(s *views.Socket) { shop.User.Set(s, shop.Person{Name: "", Age: 5}) }, map[string]int{}},
		{"a field", func(s *views.Socket) { shop.User.Set(s, shop.Person{Name: "Ann", Age: 5}) }, map[string]int{"user": 1}},
		{"the page itself", func(s *views.Socket) { shop.Heading.Set(s, "H") }, map[string]int{"page": 1, "note": 1, "list": 1, "user": 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in.Set(c.change)
			got := shop.Rendered(func() { in.Patch() })
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("rendered %v, not %v", got, c.want)
			}
		})
	}
}

// Two items alike have the same ids. What they show is right all the same.
func TestAnItemThatIsThereTwice(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(shop.Page{}))
	in.Set(func(s *views.Socket) { shop.Items.Set(s, items("a", "b", "c")) })
	doc := document(t, in.Page())
	for _, list := range [][]shop.Item{append(items("a", "b", "c"), items("a")...), append(items("a", "b", "d"), items("a")...), items("b", "a")} {
		in.Set(func(s *views.Socket) { shop.Items.Set(s, list) })
		if err := doc.Apply(in.Patch()); err != nil {
			t.Fatal(err)
		}
		if got, want := shown(doc), shown(document(t, in.Page())); got != want {
			t.Errorf("shows %s\nnot   %s", got, want)
		}
	}
}

func TestTitleTravelsWithTheOperations(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(shop.Page{}))
	in.Page()
	in.Set(func(s *views.Socket) { s.SetTitle("New"); shop.Note.Set(s, "n") })
	if ops := in.Patch(); !strings.HasSuffix(ops, "<title>New · Test</title>") {
		t.Error(ops)
	}
	in.Set(func(s *views.Socket) { s.SetTitle("Newer") })
	if ops := in.Patch(); ops != "<title>Newer · Test</title>" {
		t.Errorf("a title alone: %q", ops)
	}
}

func TestTemporaryKeysFallBackSilently(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(shop.Page{}))
	in.Page()
	in.Set(func(s *views.Socket) { shop.Flash.Set(s, "saved") })
	if ops := in.Patch(); !strings.Contains(ops, "saved") {
		t.Errorf("the value is not shown: %q", ops)
	}
	if ops := in.Patch(); ops != "" {
		t.Errorf("falling back renders %q", ops)
	}
	in.Set(func(s *views.Socket) {
		if v := shop.Flash.Get(s); v != "" {
			t.Errorf("the value is kept: %q", v)
		}
	})
}

func TestARenderingThatPanicsChangesNothing(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(shop.Page{}))
	doc := document(t, in.Page())
	in.Begin()
	in.Set(func(s *views.Socket) { shop.Note.Set(s, "panic"); shop.Heading.Set(s, "H") })
	if _, err := in.Render(nil); err == nil {
		t.Fatal("the panic is lost")
	}
	in.Rollback()
	in.Set(func(s *views.Socket) { shop.Heading.Set(s, "good") })
	if err := doc.Apply(in.Patch()); err != nil {
		t.Fatal(err)
	}
	if got, want := shown(doc), shown(document(t, in.Page())); got != want {
		t.Errorf("shows %s\nnot   %s", got, want)
	}
}
