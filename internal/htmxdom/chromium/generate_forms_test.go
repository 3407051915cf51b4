package chromium_test

import (
	"fmt"
	"slices"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
)

// forms makes cases for what controls show: forms with controls of every kind, inside them
// and elsewhere, which a user works between messages that change their attributes, replace
// them, take them away and bring new ones.
func (g *generator) forms() chromium.Case {
	f := &former{generator: g}
	main := &el{tag: "main", attr: [][2]string{{"id", "sb-view"}}}
	for range 3 + g.IntN(4) {
		main.kids = append(main.kids, f.part(2, false))
	}
	c := chromium.Case{Page: document(main), Setup: f.acts(main)}
	for range 1 + g.IntN(4) {
		message := ""
		for range 1 + g.IntN(3) {
			message += f.change(main)
		}
		c.Messages = append(c.Messages, message)
		c.Then = append(c.Then, f.acts(main))
	}
	return c
}

type former struct {
	*generator
	last int
}

func (f *former) id() string { f.last++; return fmt.Sprintf("c%d", f.last) }

// some sets an attribute in so many percent of all cases.
func (f *former) some(e *el, percent int, name string, values ...string) {
	if f.chance(percent) {
		e.set(name, pick(f.generator, values...))
	}
}

// part is a control, or something that holds some.
func (f *former) part(depth int, inForm bool) *el {
	if depth == 0 || f.chance(35) {
		return f.control()
	}
	e := &el{tag: pick(f.generator, "form", "form", "form", "fieldset", "fieldset", "details", "dialog", "label", "noscript", "div")}
	if e.tag == "form" && inForm {
		e.tag = "fieldset"
	}
	e.set("id", f.id())
	switch e.tag {
	case "form":
		e.set("id", pick(f.generator, "f1", "f2", "f3"))
		inForm = true
	case "fieldset":
		f.some(e, 40, "disabled", "")
		if f.chance(50) {
			e.kids = append(e.kids, &el{tag: "legend", kids: []any{f.control()}})
		}
	case "details":
		f.some(e, 40, "open", "")
		f.some(e, 50, "name", "d1", "d2")
		e.kids = append(e.kids, &el{tag: "summary", attr: [][2]string{{"id", f.id()}}, kids: []any{"more"}})
	case "dialog":
		f.some(e, 40, "open", "")
	case "noscript":
		e.kids = []any{f.control()}
		return e
	case "label":
		e.kids = []any{&el{tag: "b", attr: [][2]string{{"id", f.id()}}, kids: []any{"label"}}, f.control()}
		return e
	}
	for range 1 + f.IntN(4) {
		e.kids = append(e.kids, f.part(depth-1, inForm))
	}
	return e
}

var types = []string{
	"checkbox", "checkbox", "checkbox", "radio", "radio", "radio", "radio", "text", "text", "number", "email", "range", "range", "color", "date",
	"month", "week", "time", "datetime-local", "url", "tel", "search", "password", "hidden", "submit", "reset", "button", "file",
}

var inputs = []string{
	"1", "2", "7", "50", "250", "-3", "1.5", " a ", "x@y", "2026-02-28", "2026-02", "2026-W09", "09:30", "09:30:00", "2026-02-28T09:30",
	"2026-02-28T09:30:00", "2026-02-30", "#FF0000", "#ff0000", "#f0a", "#12345678", " #ABC ", "nonsense", "2026-02-28 09:30", "2026-02-28T09:30:05.100", "2026-02-28T09:30:00.000", "a\nb", "", "1.5e1", "+1",
}

func (f *former) control() *el {
	e := &el{tag: pick(f.generator, "input", "input", "input", "input", "input", "select", "select", "textarea", "button", "output")}
	e.set("id", f.id())
	f.some(e, 70, "name", "n", "n", "m", "k")
	f.some(e, 15, "form", "f1", "f2", "f3", "none")
	f.some(e, 8, "disabled", "")
	switch e.tag {
	case "input":
		e.set("type", pick(f.generator, types...))
		f.some(e, 60, "value", inputs...)
		f.some(e, 40, "checked", "")
		if t, _ := e.get("type"); t == "range" || t == "number" {
			f.some(e, 30, "min", "0", "5", "60")
			f.some(e, 30, "max", "10", "100", "40")
			f.some(e, 30, "step", "2", "0.1", "any")
		}
	case "textarea":
		e.kids = []any{pick(f.generator, "1", "two\nlines", "3", "x")}
	case "button":
		f.some(e, 70, "type", "submit", "reset", "reset", "button")
		e.kids = []any{"go"}
	case "output":
		e.kids = []any{"out"}
	case "select":
		f.some(e, 30, "multiple", "")
		f.some(e, 15, "size", "1", "3")
		for range f.IntN(5) {
			if f.chance(15) {
				group := &el{tag: "optgroup"}
				f.some(group, 30, "disabled", "")
				group.kids = []any{f.option(), f.option()}
				e.kids = append(e.kids, group)
				continue
			}
			e.kids = append(e.kids, f.option())
		}
	}
	return e
}

func (f *former) option() *el {
	o := &el{tag: "option", kids: []any{pick(f.generator, "1", "2", "3", "4")}}
	f.some(o, 50, "value", "1", "2", "3", "4")
	f.some(o, 25, "selected", "")
	f.some(o, 15, "disabled", "")
	f.some(o, 20, "id", f.id())
	return o
}

// acts are what a user does with the controls.
func (f *former) acts(main *el) []htmxdom.Gesture {
	var out []htmxdom.Gesture
	for _, e := range main.all() {
		id, ok := e.get("id")
		if !ok || !f.chance(25) {
			continue
		}
		typ, _ := e.get("type")
		_, many := e.get("multiple")
		switch {
		case e.tag == "form":
			if f.chance(30) {
				out = append(out, htmxdom.ResetForm(id))
			}
		case e.tag == "details" || e.tag == "dialog":
			out = append(out, htmxdom.Open(id, f.chance(50)))
		case e.tag == "label" || e.tag == "b" || e.tag == "summary" || typ == "checkbox" || typ == "radio":
			out = append(out, htmxdom.ClickOn(id))
		case typ == "reset" && (e.tag == "input" || e.tag == "button"):
			out = append(out, htmxdom.ClickOn(id))
		case e.tag == "select" && many:
			out = append(out, htmxdom.ToggleOption(id, pick(f.generator, "1", "2", "3")))
		case e.tag == "select":
			out = append(out, htmxdom.Choose(id, pick(f.generator, "1", "2", "3")))
		case e.tag == "textarea" || e.tag == "input" && !slices.Contains([]string{"file", "hidden", "submit", "button"}, typ):
			out = append(out, htmxdom.TypeInto(id, pick(f.generator, inputs...)))
		case e.tag != "option" && e.tag != "fieldset":
			out = append(out, htmxdom.FocusOn(id))
		}
	}
	f.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// change changes something in the page and returns the partial for it.
func (f *former) change(main *el) string {
	all := main.all()
	e := pick(f.generator, all...)
	for _, ok := e.get("id"); !ok; _, ok = e.get("id") {
		e = pick(f.generator, all...)
	}
	id, _ := e.get("id")
	style := pick(f.generator, "outerMorph", "outerMorph", "outerMorph", "outerHTML", "outerHTML", "attributes", "innerMorph", "innerHTML", "delete", "afterend", "beforeend")
	if e == main {
		style = pick(f.generator, "innerMorph", "innerMorph", "innerHTML")
	}
	p := &el{tag: "hx-partial", attr: [][2]string{{"id", id}, {"hx-swap", style}}}
	switch style {
	case "delete":
		drop(main, e)
	case "afterend", "beforeend":
		var more *el
		switch {
		case e.tag == "option" && style == "beforeend", e.tag == "b", e.tag == "summary", e.tag == "textarea", e.tag == "input", e.tag == "button", e.tag == "output":
			p.set("hx-swap", "none")
			more = &el{tag: "b"}
		case e.tag == "option", e.tag == "select" && style == "beforeend":
			more = f.option()
		default:
			more = f.control()
			if style == "beforeend" {
				e.kids = append(e.kids, more)
			}
		}
		p.kids = []any{more}
	case "attributes":
		p.set("hx-swap", "outerMorph")
		f.touch(e)
		bare := &el{tag: e.tag, attr: slices.Clone(e.attr)}
		bare.set("sb-skip", "")
		p.kids = []any{bare}
	default:
		for range 1 + f.IntN(4) {
			f.touch(pick(f.generator, e.all()...))
		}
		if p.kids = []any{e}; style == "innerMorph" || style == "innerHTML" {
			p.kids = e.kids
		}
		if now, _ := e.get("id"); f.chance(70) && now != id {
			e.set("id", id)
		}
	}
	return render(p)
}

func drop(main, e *el) {
	for _, p := range main.all() {
		p.kids = slices.DeleteFunc(p.kids, func(k any) bool { return k == any(e) })
	}
}

func (e *el) flip(name string) {
	if _, ok := e.get(name); ok {
		e.drop(name)
	} else {
		e.set(name, "")
	}
}

// touch changes an element as a new state on the server may.
func (f *former) touch(e *el) {
	switch {
	case f.chance(8):
		e.flip("disabled")
	case f.chance(8) && e.tag != "form" && e.tag != "option":
		f.some(e, 100, "name", "n", "m", "k")
	case f.chance(8):
		f.some(e, 100, "form", "f1", "f2", "f3", "none")
	case f.chance(8):
		e.drop(pick(f.generator, "name", "form", "value", "min", "max"))
	}
	switch e.tag {
	case "input":
		switch f.IntN(8) {
		case 0, 1:
			e.flip("checked")
		case 2, 3:
			e.set("value", pick(f.generator, inputs...))
		case 4:
			e.drop("value")
		case 5:
			f.some(e, 40, "type", types...)
		case 6:
			f.some(e, 60, pick(f.generator, "min", "max", "step"), "0", "5", "60", "any")
		}
	case "textarea", "output":
		e.kids = []any{pick(f.generator, "1", "4", "x")}
	case "option":
		switch f.IntN(4) {
		case 0, 1:
			e.flip("selected")
		case 2:
			e.flip("disabled")
		case 3:
			f.some(e, 100, "value", "1", "2", "3", "4")
		}
	case "select":
		switch f.IntN(5) {
		case 0:
			e.flip("multiple")
		case 1:
			f.some(e, 100, "size", "1", "3", "0")
		case 2:
			e.kids = append(e.kids, f.option())
		default:
			f.Shuffle(len(e.kids), func(i, j int) { e.kids[i], e.kids[j] = e.kids[j], e.kids[i] })
		}
	case "details", "dialog":
		e.flip("open")
	case "form":
		f.some(e, 30, "id", "f1", "f2", "f3")
	case "main", "div":
		switch {
		case f.chance(30):
			f.Shuffle(len(e.kids), func(i, j int) { e.kids[i], e.kids[j] = e.kids[j], e.kids[i] })
		case f.chance(30):
			e.kids = append(e.kids, f.control())
		}
	}
}
