package htmxdom

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Selected returns the values of the chosen options of a select element.
func (d *Document) Selected(sel *html.Node) []string {
	var out []string
	for _, o := range options(sel) {
		if d.control(o).selected {
			out = append(out, optionValue(o))
		}
	}
	return out
}

// SelectOption chooses exactly the options with these values, as a user does. Without multiple it chooses
// the first option with the first value. A value without an option changes nothing.
func (d *Document) SelectOption(sel *html.Node, values ...string) {
	all := options(sel)
	if !hasAttr(sel, "multiple") {
		for _, o := range all {
			if len(values) > 0 && optionValue(o) == values[0] {
				// Only the chosen option becomes dirty, not the one that was chosen before.
				c := d.control(o)
				c.selected, c.dirtySelected = true, true
				d.deselectOthers(sel, o)
				return
			}
		}
		return
	}
	for _, o := range all {
		c := d.control(o)
		if want := slices.Contains(values, optionValue(o)); want != c.selected {
			c.selected, c.dirtySelected = want, true
		}
	}
}

// toggleOption chooses or deselects the first option with a value, as a user does with multiple.
func (d *Document) toggleOption(sel *html.Node, value string) {
	if !hasAttr(sel, "multiple") {
		return
	}
	for _, o := range options(sel) {
		if optionValue(o) == value {
			c := d.control(o)
			c.selected, c.dirtySelected = !c.selected, true
			return
		}
	}
}

func optionValue(o *html.Node) string {
	if v, ok := Attr(o, "value"); ok {
		return v
	}
	return strings.Join(strings.FieldsFunc(textContent(o), isHTMLSpace), " ")
}

// options returns the options of a select element.
func options(sel *html.Node) []*html.Node {
	var out []*html.Node
	for n := range sel.Descendants() {
		if isHTML(n, "option") && ownerSelect(n) == sel {
			out = append(out, n)
		}
	}
	return out
}

// ownerSelect returns the select element of an option. An option inside another one, or in an optgroup
// within an optgroup, has none.
func ownerSelect(o *html.Node) *html.Node {
	grouped := false
	for p := o.Parent; p != nil; p = p.Parent {
		switch {
		case isHTML(p, "select"):
			return p
		case isHTML(p, "option"), isHTML(p, "datalist"), isHTML(p, "hr"), isHTML(p, "optgroup") && grouped:
			return nil
		case isHTML(p, "optgroup"):
			grouped = true
		}
	}
	return nil
}

// settleSelect chooses options as the parser does at the end of a select element.
func (d *Document) settleSelect(sel *html.Node) {
	for _, o := range options(sel) {
		d.control(o).selected = hasAttr(o, "selected")
	}
	d.resetSelect(sel)
}

// resetSelect ensures that one option is chosen in a select element without multiple.
func (d *Document) resetSelect(sel *html.Node) {
	if hasAttr(sel, "multiple") {
		return
	}
	var last, enabled *html.Node
	for _, o := range options(sel) {
		if c := d.control(o); c.selected {
			if last != nil {
				d.control(last).selected = false
			}
			last = o
		}
		if enabled == nil && !optionDisabled(o) {
			enabled = o
		}
	}
	if last == nil && enabled != nil && !isListBox(sel) {
		d.control(enabled).selected = true
	}
}

// isListBox reports whether a select element shows its options as a list.
func isListBox(sel *html.Node) bool {
	size, ok := number(attrOr(sel, "size", ""))
	return hasAttr(sel, "multiple") || ok && size > 1
}

func optionDisabled(o *html.Node) bool {
	return hasAttr(o, "disabled") || o.Parent != nil && isHTML(o.Parent, "optgroup") && hasAttr(o.Parent, "disabled")
}

// selectOption chooses or deselects an option for its selected attribute.
func (d *Document) selectOption(o *html.Node, selected bool) {
	c := d.control(o)
	if c.selected == selected {
		return
	}
	c.selected = selected
	sel := ownerSelect(o)
	switch {
	case sel == nil || hasAttr(sel, "multiple"):
	case selected:
		d.deselectOthers(sel, o)
	default:
		d.resetSelect(sel)
	}
}

func (d *Document) deselectOthers(sel, keep *html.Node) {
	for _, o := range options(sel) {
		if o != keep {
			d.control(o).selected = false
		}
	}
}

// optionsInserted updates select elements after options were inserted. Of chosen ones, the last stays
// chosen.
func (d *Document) optionsInserted(n *html.Node) {
	for _, o := range slices.Backward(elementsIn(n, "option")) {
		sel := ownerSelect(o)
		if sel == nil || contains(n, sel) {
			continue
		}
		if d.control(o).selected && !hasAttr(sel, "multiple") {
			d.deselectOthers(sel, o)
		}
		if len(d.Selected(sel)) == 0 {
			d.resetSelect(sel)
		}
	}
}

func (d *Document) optionsRemoved(parent, n *html.Node) {
	if len(elementsIn(n, "option")) == 0 {
		return
	}
	for p := parent; p != nil; p = p.Parent {
		if isHTML(p, "select") {
			d.resetSelect(p)
			return
		}
	}
}

// multipleChanged keeps the first chosen option when the attribute multiple changes.
func (d *Document) multipleChanged(sel *html.Node, was bool) {
	for _, o := range options(sel) {
		if d.control(o).selected {
			d.deselectOthers(sel, o)
			return
		}
	}
	if was {
		d.resetSelect(sel)
	}
}
