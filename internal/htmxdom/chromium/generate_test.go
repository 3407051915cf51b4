package chromium_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
)

// The generator makes pages, and messages that change them: mostly edited copies
// of what the page has, aimed at any element in any way that htmx knows.
//
// It writes only HTML that every parser reads alike, so that the trees of
// Chromium and x/net/html begin equal: elements nest as their content models
// say, a select element holds options alone (Chromium now keeps other elements
// there, x/net drops them), parts of tables have no other siblings (what the
// parser makes of a form after a row differs), SVG stays SVG, and there is no noscript, no frame
// and no script. Text has no characters that the input stream changes (NUL, CR).

// el is an element to be written.
type el struct {
	tag  string
	attr [][2]string
	kids []any // *el, or string for text, or comment
}

type comment string

func (e *el) write(b *strings.Builder) {
	b.WriteString("<" + e.tag)
	for _, a := range e.attr {
		fmt.Fprintf(b, ` %s="%s"`, a[0], strings.NewReplacer("&", "&amp;", `"`, "&quot;").Replace(a[1]))
	}
	b.WriteString(">")
	if e.tag == "input" {
		return
	}
	for _, k := range e.kids {
		write(b, k)
	}
	b.WriteString("</" + e.tag + ">")
}

func write(b *strings.Builder, node any) {
	switch n := node.(type) {
	case *el:
		n.write(b)
	case comment:
		b.WriteString("<!--" + string(n) + "-->")
	case string:
		b.WriteString(strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(n))
	}
}

func render(nodes ...any) string {
	var b strings.Builder
	for _, n := range nodes {
		write(&b, n)
	}
	return b.String()
}

func (e *el) get(name string) (string, bool) {
	for _, a := range e.attr {
		if a[0] == name {
			return a[1], true
		}
	}
	return "", false
}

func (e *el) set(name, value string) {
	for i := range e.attr {
		if e.attr[i][0] == name {
			e.attr[i][1] = value
			return
		}
	}
	e.attr = append(e.attr, [2]string{name, value})
}

func (e *el) drop(name string) {
	for i := range e.attr {
		if e.attr[i][0] == name {
			e.attr = append(e.attr[:i:i], e.attr[i+1:]...)
			return
		}
	}
}

func (e *el) clone() *el {
	c := &el{tag: e.tag, attr: append([][2]string(nil), e.attr...)}
	for _, k := range e.kids {
		if k, ok := k.(*el); ok {
			c.kids = append(c.kids, k.clone())
			continue
		}
		c.kids = append(c.kids, k)
	}
	return c
}

// all returns e and the elements below it.
func (e *el) all() []*el {
	out := []*el{e}
	for _, k := range e.kids {
		if k, ok := k.(*el); ok {
			out = append(out, k.all()...)
		}
	}
	return out
}

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
		e.set(pick(g, "title", "data-k", "lang", "width", "data-skip", "hx-morph-skip", "aria-label"), pick(g, "1", "2", ""))
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

func document(main *el) string {
	return `<!doctype html><title>Old</title><body><div id="sb-stream" hx-swap="none"></div>` + render(main) + `<footer>end</footer></body>`
}

// gestures are a few things that a user does with the controls of a page.
func (g *generator) gestures(main *el) []htmxdom.Gesture {
	var out []htmxdom.Gesture
	for _, e := range main.all() {
		id, ok := e.get("id")
		if !ok || !g.chance(40) {
			continue
		}
		typ, _ := e.get("type")
		switch {
		case e.tag == "input" && (typ == "checkbox" || typ == "radio"):
			out = append(out, htmxdom.CheckBox(id, typ == "radio" || g.chance(50)))
		case e.tag == "input" && typ == "file":
		case e.tag == "input" || e.tag == "textarea":
			out = append(out, htmxdom.TypeInto(id, pick(g, "typed", "7", "")))
		case e.tag == "select":
			if m, _ := e.get("multiple"); m == "" {
				if _, multiple := e.get("multiple"); !multiple {
					out = append(out, htmxdom.Choose(id, pick(g, "1", "2")))
				}
			}
		case e.tag == "details":
			out = append(out, htmxdom.OpenDetails(id, g.chance(70)))
		default:
			out = append(out, htmxdom.FocusOn(id))
		}
	}
	g.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func (g *generator) one() chromium.Case {
	if g.chance(50) {
		return g.list()
	}
	main := g.page()
	c := chromium.Case{Page: document(main), Setup: g.gestures(main)}
	for range 1 + g.IntN(3) {
		var m string
		m, main = g.message(main)
		c.Messages = append(c.Messages, m)
	}
	return c
}

// message changes the page with a few partials, and returns a guess of what the
// page is like then.
func (g *generator) message(main *el) (string, *el) {
	if g.chance(20) {
		next := g.edit(g.edit(main))
		return render(&el{tag: "hx-partial", attr: [][2]string{{"id", "sb-view"}, {"hx-swap", pick(g, "innerMorph", "innerMorph", "innerHTML")}}, kids: next.kids}), next
	}
	var b strings.Builder
	for range 1 + g.IntN(4) {
		b.WriteString(g.partial(main))
	}
	if g.chance(10) {
		b.WriteString("<title>New &amp; shiny</title>")
	}
	if g.chance(12) {
		e := g.edit(g.like(main, main))
		if g.chance(50) {
			e.set("id", string(ids[g.IntN(len(ids))]))
		}
		e.set("hx-swap-oob", pick(g, "true", "innerHTML", "outerMorph", "beforeend:#a", "textContent", "delete", "afterend strip:false"))
		b.WriteString(render(e))
	}
	return b.String(), main
}

func (g *generator) partial(main *el) string {
	e := pick(g, main.all()...)
	p := &el{tag: "hx-partial"}
	if id, ok := e.get("id"); ok && g.chance(85) {
		p.set("id", id)
	} else {
		p.set("hx-target", pick(g, "#sb-view", "#a", "#b,#c", "#a, #d", ".x", "#sb-view>:nth-child(2)", "#sb-view p", "li:first-child",
			"#missing", "next main", "find p", "#e>span", "div[id]", "#b b"))
		if g.chance(2) {
			p.set("hx-target", pick(g, "#1bad", "[", "a >", ":contains(x)"))
		}
	}
	style := pick(g, "textContent", "innerHTML", "outerHTML", "outerHTML", "outerMorph", "outerMorph", "outerMorph", "innerMorph", "outerSync",
		"beforebegin", "afterbegin", "beforeend", "afterend", "delete", "none")
	if g.chance(1) {
		style = pick(g, "nonsense", "before", "append", "innerHTML settle:50ms", "outerMorph swap:50ms", "outerHTML transition:false")
	}
	if g.chance(98) {
		p.set("hx-swap", style)
	}
	next := g.edit(e)
	switch style {
	case "textContent":
		p.kids = []any{g.text()}
	case "delete", "none":
	case "innerHTML", "innerMorph":
		p.kids = next.kids
	case "beforebegin", "afterbegin", "beforeend", "afterend":
		more := pick(g, main.all()...)
		for range 1 + g.IntN(2) {
			p.kids = append(p.kids, g.edit(g.like(more, main)))
		}
	default:
		p.kids = []any{next}
		if g.chance(10) {
			p.kids = append(p.kids, g.edit(g.like(e, main)))
		}
		if style == "outerMorph" && g.chance(10) {
			next.kids = nil
			next.set("data-skip", "")
		}
	}
	g.strip(p, style)
	if g.chance(15) {
		g.stub(p)
	}
	return render(p)
}

// like finds an element of the page that may be e's sibling.
func (g *generator) like(e, main *el) *el {
	kind := func(e *el) string {
		switch e.tag {
		case "li", "tbody", "tr", "td", "option", "optgroup", "g", "circle", "rect", "title":
			return e.tag
		}
		return ""
	}
	for {
		if x := pick(g, main.all()...); kind(x) == kind(e) {
			return x
		}
	}
}

// strip wraps SVG content as the kit does, since it would be HTML otherwise,
// and now and then other content.
func (g *generator) strip(p *el, style string) {
	svg := false
	for _, k := range p.kids {
		if k, ok := k.(*el); ok && model(k.tag) == shapes && k.tag != "svg" || ok && (k.tag == "circle" || k.tag == "rect" || k.tag == "title") {
			svg = true
		}
	}
	wrapper := pick(g, "div", "template")
	if svg {
		wrapper = "svg"
	}
	if svg || g.chance(4) {
		p.set("hx-swap", style+" strip:true")
		p.kids = []any{&el{tag: wrapper, kids: p.kids}}
	}
}
