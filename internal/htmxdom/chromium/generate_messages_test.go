package chromium_test

import (
	"strings"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
)

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
			out = append(out, htmxdom.Open(id, g.chance(70)))
		default:
			out = append(out, htmxdom.FocusOn(id))
		}
	}
	g.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func (g *generator) one() chromium.Case {
	switch g.IntN(4) {
	case 0:
		return g.list()
	case 1, 2:
		return g.forms()
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
			next.set("sb-skip", "")
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
