package chromium_test

import (
	"fmt"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
)

// list makes cases for the matching of a morph: many siblings of few kinds,
// mostly alike, with ids here and there on them or below, which come back
// shuffled, thinned out and changed; some hold controls that the user is in.
func (g *generator) list() chromium.Case {
	next := 0
	id := func() string { next++; return fmt.Sprintf("i%d", next) }
	box := &el{tag: "div", attr: [][2]string{{"id", "box"}}}
	var gestures []htmxdom.Gesture
	for range pick(g, 3, 6, 12, 30) {
		item, gesture := g.item(id)
		box.kids = append(box.kids, item)
		gestures = append(gestures, gesture...)
	}
	g.Shuffle(len(gestures), func(i, j int) { gestures[i], gestures[j] = gestures[j], gestures[i] })
	main := &el{tag: "main", attr: [][2]string{{"id", "sb-view"}}, kids: []any{box, &el{tag: "p", kids: []any{"after"}}}}
	c := chromium.Case{Page: document(main), Setup: gestures[:min(len(gestures), g.IntN(4))]}
	for range 1 + g.IntN(3) {
		box = g.rearrange(box, id)
		p := &el{tag: "hx-partial", attr: [][2]string{{"id", "box"}, {"hx-swap", "outerMorph"}}, kids: []any{box}}
		if g.chance(50) {
			p.set("hx-swap", pick(g, "innerMorph", "innerMorph", "innerMorph", "innerHTML"))
			p.kids = box.kids
		}
		if last := len(c.Messages) - 1; last >= 0 && g.chance(30) {
			c.Messages[last] += render(p)
			continue
		}
		c.Messages = append(c.Messages, render(p))
	}
	return c
}

// item is one of the siblings, with what a user may do in it.
func (g *generator) item(id func() string) (any, []htmxdom.Gesture) {
	e := &el{tag: pick(g, "p", "p", "p", "section", "div")}
	if g.chance(15) {
		e.set("id", id())
	}
	if g.chance(15) {
		e.set("class", pick(g, "x", "y"))
	}
	switch n := g.IntN(10); {
	case n == 0:
		return pick(g, "x", "y"), nil
	case n == 1:
		return comment("c"), nil
	case n <= 3:
		e.kids = []any{pick(g, "x", "y", "z")}
	case n <= 5:
		e.kids = []any{fmt.Sprint(g.IntN(40))}
	case n == 6:
		e.kids = []any{&el{tag: "b", attr: [][2]string{{"id", id()}}, kids: []any{pick(g, "x", "y")}}, "x"}
	case n == 7:
		e.kids = []any{&el{tag: "b", kids: []any{&el{tag: "i", attr: [][2]string{{"id", id()}}}, &el{tag: "i", attr: [][2]string{{"id", id()}}}}}}
	default:
		if e.tag == "p" {
			e.tag = "div"
		}
		control, gesture := g.control(id())
		e.kids = []any{control}
		return e, []htmxdom.Gesture{gesture}
	}
	return e, nil
}

// control is a control with an id, and what a user does to it.
func (g *generator) control(id string) (*el, htmxdom.Gesture) {
	e := &el{tag: "input", attr: [][2]string{{"id", id}}}
	switch g.IntN(6) {
	case 0:
		e.tag = "textarea"
		e.kids = []any{pick(g, "1", "2")}
		return e, htmxdom.TypeInto(id, pick(g, "typed", "2"))
	case 1:
		e.set("type", "radio")
		e.set("name", pick(g, "n", "m"))
		if g.chance(40) {
			e.set("checked", "")
		}
		return e, htmxdom.CheckBox(id, true)
	case 2:
		e.set("type", "checkbox")
		return e, htmxdom.CheckBox(id, true)
	case 3:
		e.tag = "select"
		for _, v := range []string{"1", "2", "3"} {
			o := &el{tag: "option", attr: [][2]string{{"value", v}}, kids: []any{v}}
			if g.chance(20) {
				o.set("selected", "")
			}
			e.kids = append(e.kids, o)
		}
		return e, htmxdom.Choose(id, pick(g, "1", "2"))
	case 4:
		e.set("type", pick(g, "number", "email", "range", "text", "search"))
	}
	e.set("value", pick(g, "1", "2"))
	return e, htmxdom.TypeInto(id, pick(g, "3", "2"))
}

// rearrange changes a copy of the siblings, in order and here and there inside.
func (g *generator) rearrange(box *el, id func() string) *el {
	box = box.clone()
	switch g.IntN(4) {
	case 0:
		g.Shuffle(len(box.kids), func(i, j int) { box.kids[i], box.kids[j] = box.kids[j], box.kids[i] })
	case 1:
		if n := len(box.kids); n > 1 {
			i, j := g.IntN(n), g.IntN(n)
			moved := box.kids[i]
			rest := append(append([]any(nil), box.kids[:i]...), box.kids[i+1:]...)
			j = min(j, len(rest))
			box.kids = append(append(append([]any(nil), rest[:j]...), moved), rest[j:]...)
		}
	}
	var kids []any
	for _, k := range box.kids {
		if g.chance(12) {
			item, _ := g.item(id)
			kids = append(kids, item)
		}
		if g.chance(12) {
			continue
		}
		if k, ok := k.(*el); ok && g.chance(25) {
			g.touch(pick(g, k.all()...))
		}
		kids = append(kids, k)
	}
	box.kids = kids
	return box
}

// touch changes an element the way that new state on a server does.
func (g *generator) touch(e *el) {
	switch {
	case e.tag == "input" && g.chance(60):
		if typ, _ := e.get("type"); typ == "radio" || typ == "checkbox" {
			e.flip("checked")
		} else if g.chance(20) {
			e.drop("value")
		} else {
			e.set("value", pick(g, "1", "2", "4"))
		}
	case e.tag == "input" && g.chance(30):
		e.set("type", pick(g, "text", "number", "password"))
	case e.tag == "option":
		e.flip("selected")
	case g.chance(30):
		e.set(pick(g, "class", "style", "width", "title"), pick(g, "x", "y"))
	case g.chance(10):
		e.drop("id")
	default:
		for i, k := range e.kids {
			if _, ok := k.(string); ok {
				e.kids[i] = pick(g, "x", "y", "1", "4")
			}
		}
	}
}
