package patch_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
	"github.com/sideband-go/sideband/patch"
)

func testKept(t *testing.T, odd bool) {
	shortest, failed := "", 0
	for seed := range uint64(pairs(200)) {
		g := &gen{Rand: rand.New(rand.NewPCG(seed, 7)), odd: odd}
		pages, ops, known := g.steps(t, 4)
		for i := 1; i < len(pages); i++ {
			a, b := pages[i-1].html(), pages[i].html()
			if err := check(a, b, ops[i], gestures(g.Rand, pages[i-1])); err != nil && (known || !errors.Is(err, errOtherNode)) {
				failed++
				if s := fmt.Sprintf("seed %d, step %d: %v\nfrom %s\nto   %s\nops  %s", seed, i, err, a, b, ops[i]); shortest == "" || len(s) < len(shortest) {
					shortest = s
				}
				break
			}
		}
	}
	if failed > 0 {
		t.Fatalf("%d fail, the shortest: %s", failed, shortest)
	}
}

func TestKeptElementsLiveOn(t *testing.T) {
	t.Parallel()
	testKept(t, false)
}

func TestKeptElementsInHTMLThatParsersRearrange(t *testing.T) {
	t.Parallel()
	testKept(t, true)
}

// TestKeptElementsInChromium sends several changes of a page one after another.
func TestKeptElementsInChromium(t *testing.T) {
	t.Parallel()
	var cases []chromium.Case
	var want []string
	for seed := range uint64(pairs(75)) {
		g := &gen{Rand: rand.New(rand.NewPCG(seed, 8)), odd: seed%3 == 2}
		pages, ops, _ := g.steps(t, 4)
		cases = append(cases, chromium.Case{Page: pageOf(pages[0].html()), Messages: ops[1:], Setup: gestures(g.Rand, pages[0])})
		want = append(want, pages[3].html())
	}
	for i, got := range chromium.Run(t, cases) {
		c := cases[i]
		model, err := chromium.Model(c)
		if err != nil {
			t.Fatal(err)
		}
		if d := got.Diff(model); d != "" && !rearranged(want[i]) {
			t.Errorf("page %d: Chromium and the model differ: %s\npage %s\nops  %s", i, d, c.Page, c.Messages)
		}
		doc, err := htmxdom.Parse(pageOf(want[i]))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := trim(got.HTML), shows(doc); got != want {
			t.Errorf("page %d: shows %s\nnot   %s\npage %s\nops  %s", i, got, want, c.Page, c.Messages)
		}
		if t.Failed() {
			return
		}
	}
}

// TestStubsAreForLivingElements is what the kit relies on, in htmx.
func TestStubsAreForLivingElements(t *testing.T) {
	t.Parallel()
	const page = `<ul id="list"><li id="s-1">one <input id="in" value="a"></li><li id="s-2">two</li></ul>`
	stub := string(patch.AppendStub(nil, "li", "s-1"))
	same := `<ul id="list"><li id="s-2">zwei</li><li id="s-1">one <input id="in" value="a"></li></ul>`
	tests := []struct{ name, page, ops, want string }{
		{"outerMorph of the parent", page, `<hx-partial id="list" hx-swap="outerMorph"><ul id="list"><li id="s-2">zwei</li>` + stub + `</ul></hx-partial>`, same},
		{"outerHTML of the parent", page, `<hx-partial id="list" hx-swap="outerHTML"><ul id="list"><li id="s-2">zwei</li>` + stub + `</ul></hx-partial>`, same},
		{"innerMorph of the page", page, string(patch.AppendMorph(nil, rootID, []byte(`<ul id="list"><li id="s-2">zwei</li>`+stub+`</ul>`))), same},
		{"innerHTML of the page", page, `<hx-partial id="` + rootID + `" hx-swap="innerHTML"><ul id="list"><li id="s-2">zwei</li>` + stub + `</ul></hx-partial>`, same},
		{"a parent made anew", page, `<hx-partial id="` + rootID + `" hx-swap="innerMorph"><ol id="list"><li id="s-2">zwei</li>` + stub + `</ol></hx-partial>`, strings.ReplaceAll(same, "ul", "ol")},
		{"an element that is gone leaves its stub", `<ul id="list"></ul>`, `<hx-partial id="list" hx-swap="outerMorph"><ul id="list">` + stub + `</ul></hx-partial>`, `<ul id="list"><li hidden hx-preserve="" id="s-1"></li></ul>`},
		{"which an element takes the place of", `<ul id="list">` + stub + `</ul>`, `<hx-partial id="list" hx-swap="outerMorph"><ul id="list"><li id="s-1">one</li></ul></hx-partial>`, `<ul id="list"><li id="s-1">one</li></ul>`},
	}
	var cases []chromium.Case
	for _, c := range tests {
		k := chromium.Case{Page: pageOf(c.page), Messages: []string{c.ops}}
		if strings.Contains(c.page, "input") {
			k.Setup = []htmxdom.Gesture{htmxdom.TypeInto("in", "typed")}
		}
		cases = append(cases, k)
	}
	for i, got := range chromium.Run(t, cases) {
		c := tests[i]
		want, err := htmxdom.Parse(pageOf(c.want))
		if err != nil {
			t.Fatal(err)
		}
		if g, w := trim(got.HTML), shows(want); g != w {
			t.Errorf("%s: shows %s\nnot %s", c.name, g, w)
		}
		if cases[i].Setup != nil && (!slices.Contains(got.Kept, "s-1") || got.Values["in"] != "typed" || got.Focus != "in") {
			t.Errorf("%s: kept %v, %v, focus %q", c.name, got.Kept, got.Values, got.Focus)
		}
	}
}

func TestKeptElementsAreToldFromRenderedOnes(t *testing.T) {
	var s stream
	li := func(id, in string) *elem {
		return &elem{tag: "li", id: id, children: []any{&elem{tag: "b", id: in, children: []any{"x"}}}}
	}
	page := &elem{tag: "main", children: []any{&elem{tag: "ul", children: []any{li("s-1", "in-1"), li("s-2", "in-2")}}}}
	if _, err := s.show(page); err != nil {
		t.Fatal(err)
	}
	html := []byte(`<ul><li id="s-1" hx-preserve hidden></li><li id="s-2"><b id="in-2">y</b></li></ul>`)
	r, err := patch.Scan(html, []patch.Mark{{Off: 4, Kind: patch.Keep, From: s.items["s-1"].from, Count: 2}}, &s.tree)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{"s-1": true, "in-1": true, "s-2": false, "in-2": false, "nobody": false} {
		if r.Keeps(id) != want {
			t.Errorf("%s: kept %v", id, !want)
		}
	}
	ops, err := patch.Diff(nil, &s.tree, r, rootID)
	if want := `<hx-partial id="in-2" hx-swap="textContent">y</hx-partial>`; err != nil || string(ops) != want {
		t.Errorf("%s %v", ops, err)
	}
}

func TestAnIDThatIsKeptAndUsedAgainNamesItsElements(t *testing.T) {
	var s stream
	li := &elem{tag: "li", id: "s-1", children: []any{&elem{tag: "b", id: "in-1", children: []any{"x"}}}}
	if _, err := s.show(&elem{tag: "main", children: []any{&elem{tag: "ul", children: []any{li}}}}); err != nil {
		t.Fatal(err)
	}
	html := []byte(`<ul><li id="s-1" hx-preserve hidden></li></ul><form id="in-1"></form>`)
	r, err := patch.Scan(html, []patch.Mark{{Off: 4, Kind: patch.Keep, From: s.items["s-1"].from, Count: 2}}, &s.tree)
	if err != nil {
		t.Fatal(err)
	}
	if w := r.Warnings(); len(w) != 1 || w[0].Why != "the id in-1 is used twice, by <b> and <form>" {
		t.Errorf("%+v", w)
	}
}

func TestFirstTagReadsWhatAnItemBeginsWith(t *testing.T) {
	for html, want := range map[string]string{
		`<li id="a-1" class=x>x</li>`: "li a-1 true", "\n <x-y class=\"&gt;\" id=a>": "x-y a true", `<br id="a"/>`: "br a true",
		`text <li id="a"></li>`: "  false", `<li>x</li>`: "li  false", `<li id="a b">x</li>`: "li a b false", `</li>`: "  false", ``: "  false", `<li id="a`: "  false", `<!-- --><li id="a">`: "  false",
	} {
		tag, id, ok := patch.FirstTag([]byte(html))
		if got := fmt.Sprint(tag, " ", id, " ", ok); got != want {
			t.Errorf("%q: %s", html, got)
		}
	}
}
