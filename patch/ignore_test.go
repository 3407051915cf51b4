package patch_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
	"github.com/sideband-go/sideband/patch"
)

// Case 370: of an element that is ignored the attributes are sent, and nothing that is in it.
func TestOperationsOfIgnoredElements(t *testing.T) {
	for _, c := range []struct{ name, a, b, want string }{
		{"what is in it", `<x-map id="m" sb-ignore><p id="p">a</p>loose</x-map>`, `<x-map id="m" sb-ignore><p id="p">b</p><b>other</b></x-map>`, ``},
		{"its own text", `<x-map id="m" sb-ignore>a</x-map>`, `<x-map id="m" sb-ignore>b</x-map>`, ``},
		{"from nothing", `<x-map id="m" sb-ignore></x-map>`, `<x-map id="m" sb-ignore><p>b</p></x-map>`, ``},
		{"an attribute", `<x-map id="m" at="1" sb-ignore><p>a</p></x-map>`, `<x-map id="m" at="2" sb-ignore><p>b</p></x-map>`, `<hx-partial id="m" hx-swap="outerMorph"><x-map id="m" at="2" sb-ignore></x-map></hx-partial>`},
		{"an attribute of an empty one", `<x-map id="m" at="1" sb-ignore></x-map>`, `<x-map id="m" at="2" sb-ignore></x-map>`, `<hx-partial id="m" hx-swap="outerMorph"><x-map id="m" at="2" sb-ignore></x-map></hx-partial>`},
		{"a new one", `<p id="a">x</p>`, `<p id="a">x</p><x-map id="m" sb-ignore><p id="p">a</p></x-map>`, `<hx-partial id="a" hx-swap="afterend"><x-map id="m" sb-ignore><p id="p">a</p></x-map></hx-partial>`},
		{"no id: what is in it", `<div id="d"><x-map sb-ignore><p id="p">a</p></x-map></div>`, `<div id="d"><x-map sb-ignore><p id="p">b</p>c</x-map></div>`, ``},
		{"beside it", `<x-map id="m" sb-ignore><p id="p">a</p></x-map><p id="q">a</p>`, `<x-map id="m" sb-ignore><p id="p">b</p></x-map><p id="q">b</p>`, `<hx-partial id="q" hx-swap="textContent">b</hx-partial>`},
		{"controls and lists that nobody closes", `<div id="m" sb-ignore><input id="i" value="a"><ul><li>1<li>2</ul><textarea id="t">a</textarea></div>`, `<div id="m" sb-ignore><input id="i" value="b"><select id="s"><option>1</select><textarea id="t">b</textarea></div>`, ``},
		{"one in another", `<div id="m" sb-ignore><div id="n" sb-ignore>a</div>b</div><p id="q">a</p>`, `<div id="m" sb-ignore><div id="n">a</div>c</div><p id="q">b</p>`, `<hx-partial id="q" hx-swap="textContent">b</hx-partial>`},
		{"not any more", `<div id="m" sb-ignore><p id="p">a</p></div>`, `<div id="m"><p id="p">a</p></div>`, `<hx-partial id="m" hx-swap="outerMorph"><div id="m"><p id="p">a</p></div></hx-partial>`},
		{"another attribute that begins like it", `<div id="m" sb-ignored><p id="p">a</p></div>`, `<div id="m" sb-ignored><p id="p">b</p></div>`, `<hx-partial id="p" hx-swap="textContent">b</hx-partial>`},
	} {
		if got := between(t, c.a, c.b); got != c.want {
			t.Errorf("%s:\n%s\nnot\n%s", c.name, got, c.want)
		}
	}
}

// ignore makes some elements of a page ones that are ignored.
func (g *gen) ignore(page *elem) {
	page.walk(func(_, e *elem) {
		if e.id != "" && slices.Contains([]string{"div", "section", "ul", "span", "p", "li", "tbody", "td"}, e.tag) && g.IntN(3) == 0 {
			e.attrs = append(e.attrs, "sb-ignore")
			if e.tag == "div" {
				e.tag = "x-chart"
			}
		}
	})
}

// ignoredPair makes two renderings of a page with elements that are ignored.
func (g *gen) ignoredPair() (a, b *elem) {
	a = g.page()
	g.ignore(a)
	b = a.clone()
	g.mutate(b)
	return a, b
}

// isIgnored reports whether an element is ignored.
func (e *elem) isIgnored() bool { return slices.Contains(e.attrs, "sb-ignore") }

// painted returns what scripts have made of the elements of a that are ignored, and what of it has to be there when b is
// shown. inside are the ids that are in them in both.
func painted(a, b *elem) (setup, want []htmxdom.Gesture, inside []string) {
	tags := map[string]string{}
	outermost(b, func(e *elem) { tags[e.id] = e.tag })
	within := map[string]bool{}
	outermost(b, func(e *elem) {
		e.walk(func(_, c *elem) { within[c.id] = c.id != "" })
	})
	outermost(a, func(e *elem) {
		paint := htmxdom.Paint(e.id, "painted "+e.id)
		setup = append(setup, paint)
		if tags[e.id] == e.tag {
			want = append(want, paint)
		}
		e.walk(func(_, c *elem) {
			if within[c.id] {
				inside = append(inside, c.id)
			}
		})
	})
	return setup, want, inside
}

// outermost calls f for elements that are ignored and in none that is.
func outermost(page *elem, f func(*elem)) {
	for _, c := range page.children {
		if c, ok := c.(*elem); ok {
			if c.isIgnored() {
				f(c)
			} else {
				outermost(c, f)
			}
		}
	}
}

// checkIgnored applies the operations from a to b to a page whose ignored elements scripts have painted.
func checkIgnored(a, b *elem, ops string) error {
	setup, kept, inside := painted(a, b)
	for _, id := range inside {
		if strings.Contains(ops, `<hx-partial id="`+id+`"`) {
			return fmt.Errorf("an operation on %s, which is in an element that is ignored", id)
		}
	}
	doc, err := htmxdom.Parse(pageOf(a.html()))
	if err != nil {
		return err
	}
	doc.Do(setup...)
	before := doc.Identity()
	if err := doc.Apply(ops); err != nil {
		return fmt.Errorf("htmx: %w", err)
	}
	want, err := htmxdom.Parse(pageOf(b.html()))
	if err != nil {
		return err
	}
	want.Do(kept...)
	if got, want := shows(doc), shows(want); got != want {
		return fmt.Errorf("shows %s\nnot   %s", got, want)
	}
	still := doc.Kept(before)
	for _, g := range kept {
		if before[g.ID] != nil && !slices.Contains(still, g.ID) {
			return fmt.Errorf("%w: %s", errOtherNode, g.ID)
		}
	}
	return nil
}

// Case 371: whatever changes around and in them, elements that are ignored keep what their scripts have made, and their
// nodes.
func TestIgnoredElementsKeepWhatScriptsHaveMade(t *testing.T) {
	t.Parallel()
	shortest, failed, some := "", 0, 0
	for seed := range uint64(pairs(2000)) {
		g := &gen{Rand: rand.New(rand.NewPCG(seed, 370))}
		a, b := g.ignoredPair()
		if rearranged(a.html()) || rearranged(b.html()) {
			continue
		}
		ops := between(t, a.html(), b.html())
		if setup, _, _ := painted(a, b); len(setup) > 0 && ops != "" {
			some++
		}
		if err := checkIgnored(a, b, ops); err != nil {
			failed++
			if s := fmt.Sprintf("seed %d: %v\nfrom %s\nto   %s\nops  %s", seed, err, a.html(), b.html(), ops); shortest == "" || len(s) < len(shortest) {
				shortest = s
			}
		}
	}
	if failed > 0 {
		t.Fatalf("%d pairs fail, the shortest: %s", failed, shortest)
	}
	if some < 100 {
		t.Errorf("only %d pairs have elements that are ignored, and operations", some)
	}
}

// The same with the real htmx; after the operations comes a morph of all there is.
func TestIgnoredElementsInChromium(t *testing.T) {
	t.Parallel()
	var cases []chromium.Case
	var want []string
	for seed := range uint64(pairs(300)) {
		g := &gen{Rand: rand.New(rand.NewPCG(seed, 371))}
		a, b := g.ignoredPair()
		if rearranged(a.html()) || rearranged(b.html()) {
			continue
		}
		setup, kept, _ := painted(a, b)
		whole := string(patch.AppendMorph(nil, rootID, []byte(b.html())))
		cases = append(cases, chromium.Case{Page: pageOf(a.html()), Messages: []string{between(t, a.html(), b.html()), whole}, Setup: setup})
		shown, err := htmxdom.Parse(pageOf(b.html()))
		if err != nil {
			t.Fatal(err)
		}
		shown.Do(kept...)
		want = append(want, shows(shown))
	}
	for i, got := range chromium.Run(t, cases) {
		if got := trim(got.HTML); got != want[i] {
			t.Fatalf("pair %d: shows %s\nnot   %s\npage %s\nops  %s", i, got, want[i], cases[i].Page, cases[i].Messages)
		}
	}
}
