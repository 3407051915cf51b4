package patch_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// has reports whether an element has an attribute; get is its value.
func (e *elem) has(name string) bool {
	return slices.ContainsFunc(e.attrs, func(a string) bool { return a == name || strings.HasPrefix(a, name+"=") })
}

func (e *elem) get(name string) string {
	for _, a := range e.attrs {
		if v, ok := strings.CutPrefix(a, name+`="`); ok {
			return strings.TrimSuffix(v, `"`)
		}
	}
	return ""
}

func (e *elem) drop(name string) {
	e.attrs = slices.DeleteFunc(e.attrs, func(a string) bool { return a == name || strings.HasPrefix(a, name+"=") })
}

func (e *elem) set(name, value string) {
	e.drop(name)
	e.attrs = append(e.attrs, name+`="`+value+`"`)
}

// flip sets an attribute without a value, or takes it away.
func (e *elem) flip(name string) {
	if e.has(name) {
		e.drop(name)
		return
	}
	e.attrs = append(e.attrs, name)
}

// controlsPage makes a page of forms, with controls in them and elsewhere.
func (g *gen) controlsPage() *elem {
	root := &elem{tag: "main"}
	for _, id := range []string{"f1", "f2"}[:1+g.IntN(2)] {
		f := &elem{tag: "form", id: id}
		g.controls(f, 2)
		root.children = append(root.children, f)
	}
	g.controls(root, 2)
	oneChecked(root)
	return root
}

// oneChecked leaves the last radio button of each group checked: what HTML that checks several shows depends on how
// it came about.
func oneChecked(root *elem) {
	groups := map[string]*elem{}
	var walk func(e *elem, form string)
	walk = func(e *elem, form string) {
		for _, c := range e.children {
			c, ok := c.(*elem)
			if !ok {
				continue
			}
			if c.tag == "form" {
				walk(c, c.id)
				continue
			}
			if c.get("type") == "radio" && c.has("checked") {
				group := form
				if c.has("form") {
					group = c.get("form")
				}
				group += " " + c.get("name")
				if before := groups[group]; before != nil {
					before.drop("checked")
				}
				groups[group] = c
			}
			walk(c, form)
		}
	}
	walk(root, "")
}

func (g *gen) controls(e *elem, depth int) {
	for range 1 + g.IntN(4) {
		e.children = append(e.children, g.part(depth))
	}
}

// part is a control, or an element that holds some.
func (g *gen) part(depth int) *elem {
	if depth == 0 || g.IntN(3) > 0 {
		return g.formControl()
	}
	e := &elem{tag: g.pick("fieldset", "details", "dialog", "label", "div", "p")}
	if g.IntN(2) == 0 || e.tag == "details" || e.tag == "dialog" {
		e.id = g.newID()
	}
	switch e.tag {
	case "p":
		e.children = []any{g.text()}
		return e
	case "label":
		c := g.formControl()
		if c.id == "" { // a click on the label works it
			c.id = g.newID()
		}
		e.children = []any{&elem{tag: "b", id: g.newID(), children: []any{"label"}}, c}
		return e
	case "fieldset":
		if g.IntN(4) == 0 {
			e.flip("disabled")
		}
	case "details":
		e.children = []any{&elem{tag: "summary", id: g.newID(), children: []any{"more"}}}
		fallthrough
	case "dialog":
		if g.IntN(3) == 0 {
			e.flip("open")
		}
	}
	g.controls(e, depth-1)
	return e
}

// formControl is a control. Radio buttons always have an id, and most others do.
func (g *gen) formControl() *elem {
	e := &elem{tag: g.pick("input", "input", "input", "input", "select", "textarea")}
	if g.IntN(8) > 0 {
		e.id = g.newID()
	}
	e.set("name", g.pick("n", "m"))
	if g.IntN(10) == 0 {
		e.set("form", g.pick("f1", "f2"))
	}
	if g.IntN(12) == 0 {
		e.flip("disabled")
	}
	switch e.tag {
	case "input":
		switch kind := g.pick("checkbox", "checkbox", "radio", "radio", "text", "text", "number", "email", "range", "color", "date", "hidden"); kind {
		case "radio":
			if e.id == "" {
				e.id = g.newID()
			}
			fallthrough
		case "checkbox":
			e.set("type", kind)
			e.set("value", g.pick("1", "2"))
			if g.IntN(3) == 0 {
				e.flip("checked")
			}
		default:
			e.set("type", kind)
			if g.IntN(3) > 0 {
				e.set("value", g.valueFor(kind))
			}
		}
	case "textarea":
		e.children = []any{g.pick("some text", "", "other")}
	case "select":
		if g.IntN(4) == 0 {
			e.flip("multiple")
		}
		for range 1 + g.IntN(4) {
			e.children = append(e.children, g.formOption())
		}
	}
	return e
}

func (g *gen) valueFor(kind string) string {
	switch kind {
	case "number", "range":
		return g.pick("1", "7", "50")
	case "color":
		return g.pick("#112233", "#ff0000")
	case "date":
		return g.pick("2026-02-28", "2026-12-01")
	}
	return g.pick("v", "w", "two words", "")
}

func (g *gen) formOption() *elem {
	o := &elem{tag: "option", children: []any{g.pick("one", "two", "three")}}
	o.set("value", g.pick("1", "2", "3"))
	switch g.IntN(5) {
	case 0:
		o.flip("selected")
	case 1:
		o.flip("disabled")
	}
	return o
}

// renderAgain changes a page as a view does when its state changes: in what its controls
// say most of all. No control gets another form or name.
func (g *gen) renderAgain(root *elem) {
	defer oneChecked(root)
	for range 1 + g.IntN(4) {
		var all, parents []*elem
		root.walk(func(p, e *elem) { all, parents = append(all, e), append(parents, p) })
		i := g.IntN(len(all))
		e, p := all[i], parents[i]
		if e.tag != "form" && e.tag != "summary" && g.IntN(4) == 0 {
			g.rearrangeControls(e, p)
			continue
		}
		switch e.tag {
		case "input":
			switch kind := e.get("type"); {
			case g.IntN(8) == 0:
				e.flip("disabled")
			case kind == "checkbox" || kind == "radio":
				e.flip("checked")
			case g.IntN(4) == 0:
				e.drop("value")
			default:
				e.set("value", g.valueFor(kind))
			}
		case "textarea":
			e.children = []any{g.pick("some text", "", "new text")}
		case "option":
			e.flip(g.pick("selected", "selected", "disabled"))
		case "select":
			if g.IntN(3) == 0 {
				e.children = append(e.children, g.formOption())
			} else if len(e.children) > 0 {
				e.children[g.IntN(len(e.children))].(*elem).flip("selected")
			}
		case "details", "dialog":
			e.flip("open")
		case "fieldset":
			e.flip("disabled")
		case "p", "b", "summary":
			e.children = []any{g.text()}
		default:
			e.drop("class")
			e.set("class", g.pick("a", "b"))
		}
	}
}

// rearrangeControls takes an element away, moves it among its siblings, or puts a new one
// beside it.
func (g *gen) rearrangeControls(e, p *elem) {
	j := slices.Index(p.children, any(e))
	switch g.IntN(3) {
	case 0:
		chosen := false
		(&elem{children: []any{e}}).walk(func(_, e *elem) { chosen = chosen || e.get("type") == "radio" && e.has("checked") })
		if chosen {
			return // the others of its group have not changed, and what of them is the user's stays so
		}
		p.children = slices.Delete(slices.Clone(p.children), j, j+1)
	case 1:
		first := 0
		if p.tag == "details" {
			first = 1
		}
		rest := p.children[first:]
		g.Shuffle(len(rest), func(a, b int) { rest[a], rest[b] = rest[b], rest[a] })
	case 2:
		more := any(g.formControl())
		if e.tag == "option" {
			more = g.formOption()
		}
		if p.tag != "label" {
			p.children = slices.Insert(p.children, j+1, more)
		}
	}
}

// acts lets a user work the controls of a page.
func (g *gen) acts(page *elem) (list []htmxdom.Gesture) {
	page.walk(func(_, e *elem) {
		if e.id == "" || g.IntN(3) > 0 {
			return
		}
		switch kind := e.get("type"); {
		case e.tag == "form" && g.IntN(5) == 0:
			list = append(list, htmxdom.ResetForm(e.id))
		case kind == "checkbox" || kind == "radio" || e.tag == "b" || e.tag == "summary":
			list = append(list, htmxdom.ClickOn(e.id))
		case e.tag == "input" && kind != "hidden":
			list = append(list, htmxdom.TypeInto(e.id, g.pick(g.valueFor(kind), g.valueFor(kind), "typed")))
		case e.tag == "textarea":
			list = append(list, htmxdom.TypeInto(e.id, "typed"))
		case e.tag == "select" && e.has("multiple"):
			list = append(list, htmxdom.ToggleOption(e.id, fmt.Sprint(1+g.IntN(3))))
		case e.tag == "select":
			list = append(list, htmxdom.Choose(e.id, fmt.Sprint(1+g.IntN(3))))
		case e.tag == "details" || e.tag == "dialog":
			list = append(list, htmxdom.Open(e.id, g.IntN(2) == 0))
		}
	})
	g.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}
