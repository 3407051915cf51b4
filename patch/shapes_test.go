package patch_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/patch"
)

// shape is a kind of page, and of change, that invites work which grows faster than the page.
type shape struct {
	name string
	// pages are two renderings with about n elements.
	pages func(n int) (a, b string)
}

// nested is n elements in one another, with something in the innermost, at most as deep as
// elements with ids may be.
func nested(n int, open, in, end string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(open, "$", fmt.Sprint(i)))
	}
	b.WriteString(in)
	for i := range n {
		b.WriteString(strings.ReplaceAll(end, "$", fmt.Sprint(n-1-i)))
	}
	return b.String()
}

// row is n times the same, with numbers.
func row(n int, s string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(s, "$", fmt.Sprint(i)))
	}
	return b.String()
}

// before and after are what a change is seen by.
const before, after = `<i id="seen">a</i>`, `<i id="seen">b</i>`

// alike is a page of which a text changes.
func alike(page func(n int) string) func(n int) (a, b string) {
	return func(n int) (a, b string) { p := page(n); return before + p, after + p }
}

// inner is a page whose content changes beside its last child, inside an element with an id.
func inner(page func(n int) string) func(n int) (a, b string) {
	return func(n int) (a, b string) {
		p := page(n)
		return `<div id="d">x` + p + `</div>`, `<div id="d">y` + p + `</div>`
	}
}

const deepest = 1000

var shapes = []shape{
	{"end tags that close nothing", alike(func(n int) string { return row(n, `<b>$</i>`) })},
	{"end tags of other open elements", alike(func(n int) string { return row(n, `<b>`) + row(n, `</i>`) })},
	{"end tags of unknown elements", alike(func(n int) string { return row(n, `<x-a>`) + row(n, `</x-b>`) })},
	{"blocks inside deep inline elements", alike(func(n int) string { return nested(n, `<i>`, row(n, `<div></div>`), `</i>`) })},
	{"items inside deep inline elements", alike(func(n int) string { return nested(n, `<i>`, row(n, `<li></li><dd></dd><option></option>`), `</i>`) })},
	{"buttons inside deep inline elements", alike(func(n int) string { return nested(n, `<i>`, row(n, `<button></button><a></a><nobr></nobr>`), `</i>`) })},
	{"forms inside forms of svg", alike(func(n int) string {
		return `<svg>` + nested(n, `<form>`, `<foreignobject>`+row(n, `<form></form>`)+`</foreignobject>`, `</form>`) + `</svg>`
	})},
	{"HTML inside deep svg", alike(func(n int) string { return `<svg>` + nested(n, `<g>`, row(n, `<b></b>`), `</g>`) + `</svg>` })},
	{"rows outside of tables", alike(func(n int) string { return nested(n, `<i>`, row(n, `<tr>x</tr>`), `</i>`) })},
	{"ids inside deep elements without", alike(func(n int) string { return nested(n, `<i>`, row(n, `<b id="b$"></b>`), `</i>`) })},
	{"marks below many ids", alike(func(n int) string { return `<a>` + nested(deepest, `<b id="d$">`, row(n, `<a>x</a>`), `</b>`) + `</a>` })},
	{"opaque elements in one another", alike(func(n int) string { return nested(deepest, `<b id="d$">`, row(n, `text `), `</x></b>`) })},
	{"opaque elements in one another, one of them new", func(n int) (a, b string) {
		p := nested(deepest, `<b id="d$">`, row(n, `text `), `</x></b>`)
		return p, strings.Replace(p, "text", "TEXT", 1)
	}},
	{"ids used twice", alike(func(n int) string {
		return row(n, `<b id="b$"></b>`) + row(n, `<div id="w$"><u id="u$"></u><u id="u$"></u></div>`)
	})},
	{"one id used often", alike(func(n int) string {
		return `<div id="w">` + row(n, `<b id="b$"></b>`) + row(n, `<u id="u"></u>`) + `</div>`
	})},
	{"the id of a huge tag used often", alike(func(n int) string {
		return `<div id="w"><u ` + row(n, `a$ `) + `id="u"></u>` + row(n, `<u id="u"></u>`) + `</div>`
	})},
	{"ids of what is opaque used again", alike(func(n int) string {
		return `<div id="w"><p id="p"><div>` + row(n, `<b id="b$"></b>`) + `</div></p>` + row(n, `<b id="b$"></b>`) + `</div>`
	})},
	{"start tags that never end", alike(func(n int) string { return row(n, `<a `) })},
	{"attributes that never end", alike(func(n int) string { return row(n, `<a b='`) + `"` })},
	{"comments that never end", alike(func(n int) string { return row(n, `<!--`) })},
	{"empty comments", alike(func(n int) string { return row(n, `<!-->`) })},
	{"less-than signs", alike(func(n int) string { return row(n, `<`) })},
	{"less-than signs in raw text", alike(func(n int) string { return `<textarea>` + row(n, `<`) + `</textarea>` })},
	{"less-than signs in names", alike(func(n int) string { return row(n, `<a`) + row(n, `</a`) + `>` })},
	{"raw text that never ends", alike(func(n int) string { return row(n, `<title>`) })},
	{"selects that never end", alike(func(n int) string { return row(n, `<select>`) })},
	{"templates in one another", alike(func(n int) string { return nested(n, `<template>`, ``, `</template>`) })},
	{"templates that never end", alike(func(n int) string { return row(n, `<template>`) })},
	{"many attributes", inner(func(n int) string { return `<b ` + row(n, `a$=x `) + `>x</b>` })},
	{"many equal attributes", inner(func(n int) string { return `<b ` + row(n, `id=x `) + `>x</b>` })},
	{"many texts below one id", func(n int) (a, b string) {
		return `<p id="p">` + row(n, `<b>a</b>`) + `</p>`, `<p id="p">` + row(n, `<b>b</b>`) + `</p>`
	}},
	{"a text deep below one id", func(n int) (a, b string) {
		return `<p id="p">` + nested(n, `<b>`, `a`, `</b>`) + `</p>`, `<p id="p">` + nested(n, `<b>`, `b`, `</b>`) + `</p>`
	}},
	{"autofocus on many", inner(func(n int) string { return row(n, `<input id="i$" autofocus>`) })},
	{"forms and their controls", alike(func(n int) string { return row(n, `<form><input name="f" value="$"></form>`) })},
	{"boxes of one name", alike(func(n int) string { return `<form>` + row(n, `<input type="checkbox" name="f" value="$">`) + `</form>` })},
	{"a reversed list", func(n int) (a, b string) {
		var back strings.Builder
		for i := range n {
			fmt.Fprintf(&back, `<b id="b%d"></b>`, n-1-i)
		}
		return row(n, `<b id="b$"></b>`), back.String()
	}},
	{"a list that becomes a nest", func(n int) (a, b string) {
		return row(deepest, `<b id="b$"></b>`) + row(n, `<u id="u$"></u>`), nested(deepest, `<b id="b$">`, ``, `</b>`) + row(n, `<u id="u$"></u>`)
	}},
	{"a nest that becomes a list", func(n int) (a, b string) {
		return nested(deepest, `<b id="b$">`, ``, `</b>`) + row(n, `<u id="u$"></u>`), row(deepest, `<b id="b$"></b>`) + row(n, `<u id="u$"></u>`)
	}},
	{"lists in one another that are reordered", func(n int) (a, b string) {
		return nested(deepest, `<b id="b$">x<i id="i$"></i>`, row(n, `<u id="u$"></u>`), `</b>`),
			nested(deepest, `<b id="b$">y`, row(n, `<u id="u$"></u>`), `</b><i id="i$"></i>`)
	}},
	{"new elements without a place, at each depth", func(n int) (a, b string) {
		return nested(deepest, `<b id="b$">x<hr>`, row(n, `<u id="u$"></u>`), `</b>`),
			nested(deepest, `<b id="b$">x<i id="i$"></i><hr>`, row(n, `<u id="u$"></u>`), `</b>`)
	}},
	{"controls that change", func(n int) (a, b string) {
		return `<form id="seen">` + row(n, `<input id="c$" name="f" type="checkbox"><input name="g$" value="1">`) + `</form>`,
			`<form id="seen">` + row(n, `<input id="c$" name="f" type="checkbox" checked><input name="g$" value="2">`) + `</form>`
	}},
	{"a group of radio buttons", func(n int) (a, b string) {
		return `<input id="r" name="f" type="radio" checked>` + row(n, `<input id="r$" name="f" type="radio">`), `<input id="r" name="f" type="radio">` + row(n, `<input id="r$" name="f" type="radio">`)
	}},
	{"details that open, in one another", func(n int) (a, b string) {
		return nested(deepest, `<details id="d$">`, row(n, `<input name="g$">`), `</details>`), nested(deepest, `<details id="d$" open>`, row(n, `<input name="g$" value="1">`), `</details>`)
	}},
	{"details that open", func(n int) (a, b string) {
		return row(n, `<details id="d$"><b id="b$"></b></details>`), row(n, `<details id="d$" open><b id="b$"></b></details>`)
	}},
	{"options", func(n int) (a, b string) {
		return `<select id="seen" name="f">` + row(n, `<option>$</option>`) + `</select>`, `<select id="seen" name="f">` + row(n, `<option selected>$</option>`) + `</select>`
	}},
	{"controls in what the parser rearranges", func(n int) (a, b string) {
		return nested(deepest, `<p id="p$"><div id="q$">`, row(n, `<input id="i$" value="1">`), `</div></p>`), nested(deepest, `<p id="p$"><div id="q$">`, row(n, `<input id="i$" value="2">`), `</div></p>`)
	}},
	{"elements that all move", func(n int) (a, b string) {
		return `<div id="p">` + row(n, `<b id="b$"></b>`) + `</div><div id="q"></div>`, `<div id="p"></div><div id="q">` + row(n, `<b id="b$"></b>`) + `</div>`
	}},
}

// work does with a page all that package patch does.
func (s shape) work(t testing.TB, n int) {
	a, b := s.pages(n)
	between(t, a, b)
	fields := url.Values{"f": {"1"}}
	forced(t, b, patch.Posted{Address: "?event=E", Form: true, Fields: fields})
	forced(t, b, patch.Posted{Source: "seen", Form: true, Fields: fields})
	patch.AppendMorph(nil, rootID, []byte(b))
}

// BenchmarkShapes shows how work grows: where it does not double from one size to the
// next, it grows faster than the page.
func BenchmarkShapes(b *testing.B) {
	for _, s := range shapes {
		for _, n := range []int{20_000, 40_000, 80_000} {
			b.Run(fmt.Sprintf("%s/%d", s.name, n), func(b *testing.B) {
				for b.Loop() {
					s.work(b, n)
				}
			})
		}
	}
}
