package chromium_test

import (
	"math/rand/v2"
	"strings"
)

// The generator makes pages, and messages that change them: mostly edited copies
// of what the page has, aimed at any element in any way that htmx knows.
//
// It writes only HTML that every parser reads alike, so that the trees of
// Chromium and x/net/html begin equal: elements nest as their content models
// say, a select element holds options alone (Chromium now keeps other elements
// there, x/net drops them), parts of tables have no other siblings (what the
// parser makes of a form after a row differs), SVG stays SVG, noscript elements hold controls alone, and there is no frame
// and no script. Text has no characters that the input stream changes (NUL, CR).

// generator makes random cases.
type generator struct {
	*rand.Rand
	used map[string]bool // ids of the page being made
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

// context is what content model an element may stand in.
type context int

const (
	flow context = iota
	phrasing
	items
	rows
	cells
	sections
	choices
	shapes
	textOnly
)

// model is the context of an element's children.
func model(tag string) context {
	switch tag {
	case "div", "section", "li", "td", "form", "details", "fieldset", "main", "template", "body":
		return flow
	case "ul":
		return items
	case "table":
		return sections
	case "tbody":
		return rows
	case "tr":
		return cells
	case "select", "optgroup":
		return choices
	case "svg", "g":
		return shapes
	case "textarea", "option":
		return textOnly
	}
	return phrasing
}

var tags = map[context][]string{
	flow: {
		"div", "div", "section", "p", "ul", "table", "details", "pre", "form", "fieldset",
		"span", "b", "a", "button", "input", "input", "input", "select", "textarea", "svg", "template",
	},
	phrasing: {"span", "span", "b", "i", "em"},
	items:    {"li"},
	sections: {"tbody"},
	rows:     {"tr"},
	cells:    {"td"},
	choices:  {"option", "option", "option", "optgroup"},
	shapes:   {"g", "circle", "rect", "title"},
}

var texts = []string{"one", "two", "three & four", "a < b", " ", "\n  ", "x", "42", "ä€😀", "one"}

func (g *generator) text() string { return pick(g, texts...) }

// node makes an element for a context, at most depth levels deep.
func (g *generator) node(c context, depth int, form bool) *el {
	e := &el{tag: pick(g, tags[c]...)}
	if form && e.tag == "form" {
		e.tag = "div"
	}
	if c == choices && depth <= 1 && e.tag == "optgroup" {
		e.tag = "option"
	}
	g.attributes(e)
	if e.tag == "input" {
		return e
	}
	e.kids = g.content(e.tag, depth-1, form || e.tag == "form")
	return e
}

func (g *generator) content(tag string, depth int, form bool) []any {
	c := model(tag)
	var kids []any
	switch {
	case c == textOnly:
		if g.chance(80) {
			kids = append(kids, strings.TrimSpace(g.text()))
		}
		return kids
	case tag == "details":
		s := &el{tag: "summary", kids: []any{g.text()}}
		g.attributes(s)
		kids = append(kids, s)
	case tag == "optgroup":
		depth = 0
	}
	for range g.IntN(5) {
		switch {
		case depth > 0 && g.chance(70):
			kids = append(kids, g.node(c, depth, form))
		case c == flow || c == phrasing:
			if g.chance(8) {
				kids = append(kids, comment("c"))
			} else {
				kids = append(kids, g.text())
			}
		case c == choices:
			kids = append(kids, g.node(c, 1, form))
		}
	}
	return kids
}

const ids = "abcdefghijklmnopqrstuvwxyz"

// id takes an id that the page has not used yet; with few left, one that it has.
func (g *generator) id() string {
	for range 20 {
		id := string(ids[g.IntN(len(ids))])
		if g.chance(15) {
			id = pick(g, "Row-1", "x,y", "a b", "7", "q'", "-", "ü")
		}
		if !g.used[id] || g.chance(1) {
			g.used[id] = true
			return id
		}
	}
	return "z"
}

func (g *generator) attributes(e *el) {
	if g.chance(45) {
		e.set("id", g.id())
	}
	if g.chance(25) {
		e.set("class", pick(g, "x", "y", "x y", " x  x ", "", "htmx-added x"))
	}
	if g.chance(10) {
		e.set(pick(g, "title", "data-k", "lang", "width", "sb-skip", "hx-morph-skip", "aria-label"), pick(g, "1", "2", ""))
	}
	if g.chance(12) {
		e.set(pick(g, "hx-get", "hx-post", "hx-on:click", "hx-vals", "hx-swap", "hx-ignore", "hx-boost:inherited"), pick(g, "/1", "/2"))
	}
	if g.chance(3) {
		e.set("hidden", "")
	}
	if g.chance(3) {
		e.set("tabindex", "0")
	}
	if g.chance(1) {
		e.set("autofocus", "")
	}
	switch e.tag {
	case "a":
		if g.chance(80) {
			e.set("href", pick(g, "/1", "/2", "#x", "//elsewhere/"))
		}
	case "input":
		g.input(e)
	case "option", "optgroup":
		if e.tag == "option" && g.chance(70) {
			e.set("value", pick(g, "1", "2", "3"))
		}
		if e.tag == "option" && g.chance(25) {
			e.set("selected", "")
		}
		if g.chance(10) {
			e.set("disabled", "")
		}
	case "select":
		if g.chance(20) {
			e.set("multiple", "")
		}
		if g.chance(10) {
			e.set("size", "4")
		}
	case "details":
		if g.chance(30) {
			e.set("open", "")
		}
	case "button", "textarea", "fieldset":
		if g.chance(8) {
			e.set("disabled", "")
		}
	}
}

func (g *generator) input(e *el) {
	if g.chance(85) {
		e.set("type", pick(g, "text", "text", "checkbox", "checkbox", "radio", "radio", "number", "email", "password",
			"hidden", "submit", "range", "color", "date", "search", "file"))
	}
	if g.chance(50) {
		e.set("value", pick(g, "1", "2", "old", " spaced ", "new@x", "2026-02-28", "#FF0000", "a\nb", ""))
	}
	if g.chance(40) {
		e.set("name", pick(g, "n", "m"))
	}
	if g.chance(25) {
		e.set("checked", "")
	}
	if g.chance(6) {
		e.set("disabled", "")
	}
	if g.chance(4) {
		e.set("readonly", "")
	}
}

// edit changes a copy of an element in a few places.
func (g *generator) edit(e *el) *el {
	e = e.clone()
	for range 1 + g.IntN(4) {
		g.editOnce(pick(g, e.all()...))
	}
	return e
}

func (g *generator) editOnce(e *el) {
	switch n := g.IntN(12); {
	case n == 0:
		g.Shuffle(len(e.kids), func(i, j int) { e.kids[i], e.kids[j] = e.kids[j], e.kids[i] })
	case n == 1 && len(e.kids) > 0:
		i := g.IntN(len(e.kids))
		e.kids = append(e.kids[:i:i], e.kids[i+1:]...)
	case n <= 3 && model(e.tag) != textOnly && e.tag != "input":
		more := &el{tag: e.tag, kids: g.content(e.tag, 2, true)}
		i := g.IntN(len(e.kids) + 1)
		e.kids = append(append(append([]any(nil), e.kids[:i]...), more.kids...), e.kids[i:]...)
	case n <= 6:
		for i, k := range e.kids {
			if _, ok := k.(string); ok {
				e.kids[i] = g.text()
			}
		}
	case n == 7 && len(e.attr) > 0:
		e.drop(pick(g, e.attr...)[0])
	case n == 8:
		e.drop("id")
	default:
		g.attributes(e)
	}
}

// stub puts hx-preserve stubs for some elements with an id.
func (g *generator) stub(e *el) {
	for i, k := range e.kids {
		if k, ok := k.(*el); ok {
			if id, ok := k.get("id"); ok && k.tag != "input" && g.chance(40) {
				e.kids[i] = &el{tag: k.tag, attr: [][2]string{{"id", id}, {"hx-preserve", ""}}}
				continue
			}
			g.stub(k)
		}
	}
}

// page makes a page and its main element.
func (g *generator) page() *el {
	g.used = make(map[string]bool)
	main := &el{tag: "main", attr: [][2]string{{"id", "sb-view"}}}
	for range 2 + g.IntN(5) {
		main.kids = append(main.kids, g.node(flow, 4, false))
	}
	return main
}
