package render

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/a-h/templ"
)

// rendering returns a tree in the middle of a rendering, and what ends that.
func rendering() (t *Tree, end func()) {
	t = New(&Kind{}, "page", nil, Options{})
	p := t.newPass(&region{}, nil)
	t.pass.Store(p)
	return t, func() {
		t.pass.Store(nil)
		p.release()
	}
}

// Case 493. Pages use the memory of texts in turn: each gets its own text, whatever stood at its place.
func TestTextsOfBindingsAreThoseThatWereAskedFor(t *testing.T) {
	var all sync.WaitGroup
	for page := range 4 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(page)))
			for range 500 {
				tree, end := rendering()
				for range random.IntN(2 * maxTexts) {
					text := strings.Repeat(fmt.Sprint(random.IntN(4)), random.IntN(3)*maxText/2+1)
					if got := tree.Text([]byte(text)); got != text {
						t.Errorf("%q instead of %q", got, text)
						return
					}
				}
				end()
			}
		})
	}
	all.Wait()
}

func TestTheSameTextNeedsNoMemory(t *testing.T) {
	tree, end := rendering()
	defer end()
	p := tree.pass.Load()
	text := []byte("/counter?event=Add&value=1")
	if n := testing.AllocsPerRun(100, func() {
		p.texts = 0
		tree.Text(text)
	}); n != 0 {
		t.Errorf("%v objects", n)
	}
}

func TestMemoryKeepsFewTexts(t *testing.T) {
	tree, end := rendering()
	defer end()
	tree.Text([]byte(strings.Repeat("x", maxText+1)))
	for i := range 2 * maxTexts {
		tree.Text(fmt.Append(nil, i))
	}
	known := tree.pass.Load().buf.texts
	if len(known) != maxTexts || known[0] != "0" {
		t.Errorf("%d texts, first %.10q", len(known), known[0])
	}
}

// Case 493. What is added to the attributes of one binding does not come into those of the next.
func TestAttributesHaveTheirOwnRoom(t *testing.T) {
	tree, end := rendering()
	defer end()
	tree.pass.Load().buf.attributes = 8
	lists := make([]templ.OrderedAttributes, 0, 20)
	for i := range cap(lists) {
		n := i % 4
		a := tree.Attributes(n)
		if len(a) != 0 || cap(a) != n {
			t.Fatalf("%d of %d attributes, not of %d", len(a), cap(a), n)
		}
		for k := range n {
			a = append(a, templ.KV[string, any](fmt.Sprint(k), i))
		}
		lists = append(lists, a)
		_ = append(a, templ.KV[string, any]("more", nil))
	}
	for i, a := range lists {
		for k, item := range a {
			if item.Key != fmt.Sprint(k) || item.Value != i {
				t.Errorf("list %d: %v", i, a)
			}
		}
	}
}

// As many attributes as the rendering before had are given memory at once.
func TestAttributesShareMemory(t *testing.T) {
	tree, end := rendering()
	p := tree.pass.Load()
	fill := func() {
		p.room = nil
		for range 5 {
			tree.Attributes(3)
		}
	}
	fill()
	end()
	if n := testing.AllocsPerRun(100, func() {
		tree.pass.Store(p)
		fill()
		tree.pass.Store(nil)
	}); n != 1 || p.buf.attributes != 15 {
		t.Errorf("%v objects, %d attributes", n, p.buf.attributes)
	}
}

func TestOutsideOfARenderingBindingsHaveMemoryOfTheirOwn(t *testing.T) {
	tree := New(&Kind{}, "page", nil, Options{})
	if a := tree.Attributes(3); len(a) != 0 || cap(a) != 3 {
		t.Error(len(a), cap(a))
	}
	if v := tree.Text([]byte("x")); v != "x" {
		t.Error(v)
	}
}
