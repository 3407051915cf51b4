package htmxdom

import (
	"strings"

	"golang.org/x/net/html"
)

// control is what a browser knows of a control beyond its HTML. The rules are
// Chromium's where the HTML standard leaves room.
type control struct {
	value      string // where it is not what the value attribute makes it
	ownValue   bool
	dirtyValue bool // so that the attribute no longer changes it
	typed      bool // by a user, and no script
	changed    bool // has had its change event since it was new, or was reset

	checked      bool
	dirtyChecked bool

	selected      bool // of an option
	dirtySelected bool

	files []File

	owner *html.Node // the form of a radio button that names it, when its group was settled last
}

// control returns the state of n, which begins as its attributes say.
func (d *Document) control(n *html.Node) *control {
	c := d.controls[n]
	if c == nil {
		c = &control{checked: hasAttr(n, "checked"), selected: hasAttr(n, "selected")}
		d.controls[n] = c
	}
	return c
}

func (c *control) dirty(value string) {
	c.value, c.ownValue, c.dirtyValue, c.typed = value, true, true, false
}

// follow makes the value what the attribute says again.
func (c *control) follow() { c.value, c.ownValue, c.dirtyValue, c.typed = "", false, false, false }

// Value returns the live value of a control: what it shows. Of a select element
// it is the first chosen option's value.
func (d *Document) Value(n *html.Node) string {
	switch {
	case isHTML(n, "textarea"):
		if c := d.controls[n]; c != nil && c.ownValue {
			return c.value
		}
		return newlines(childText(n))
	case isHTML(n, "select"):
		if chosen := d.Selected(n); len(chosen) > 0 {
			return chosen[0]
		}
		return ""
	case isHTML(n, "option"):
		return optionValue(n)
	case isHTML(n, "output"):
		return textContent(n)
	case isHTML(n, "input"):
		switch inputMode(n) {
		case modeDefaultOn:
			return attrOr(n, "value", "on")
		case modeValue:
			if c := d.controls[n]; c != nil && c.ownValue {
				return c.value
			}
			return sanitize(n, attrOr(n, "value", ""))
		case modeFile:
			if files := d.Files(n); len(files) > 0 {
				return `C:\fakepath\` + files[0].Name
			}
			return ""
		}
	}
	return attrOr(n, "value", "")
}

// Type gives a text control the focus and makes it show text, as a user who
// types does.
func (d *Document) Type(n *html.Node, text string) {
	d.SetFocus(n)
	d.setValue(n, text)
	d.control(n).typed = true
}

// setValue is the value property's setter.
func (d *Document) setValue(n *html.Node, text string) {
	switch {
	case isHTML(n, "textarea"):
		d.control(n).dirty(newlines(text))
	case isHTML(n, "input"):
		switch inputMode(n) {
		case modeValue:
			d.control(n).dirty(sanitize(n, text))
		case modeFile:
		default:
			d.SetAttr(n, "value", text)
		}
	}
}

// Checked reports whether a checkbox or radio button is checked.
func (d *Document) Checked(n *html.Node) bool { return d.control(n).checked }

// SetChecked checks a checkbox or radio button or not, as a click does.
func (d *Document) SetChecked(n *html.Node, checked bool) {
	c := d.control(n)
	c.dirtyChecked = true
	if c.checked == checked {
		return
	}
	c.checked = checked
	if checked {
		d.uncheckGroup(n)
	}
}

// formOwner finds the form that a control belongs to.
func (d *Document) formOwner(n *html.Node) *html.Node {
	if id, ok := Attr(n, "form"); ok && d.connected(n) {
		if f := d.ByID(id); f != nil && isHTML(f, "form") {
			return f
		}
		return nil
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if isHTML(p, "form") {
			return p
		}
	}
	return nil
}

// settleControls brings the controls of a tree that the parser or a clone made
// into the state that building it node by node leaves them in.
func (d *Document) settleControls(root *html.Node) {
	for _, n := range elementsIn(root, "select") {
		d.settleSelect(n)
	}
	for _, n := range elementsIn(root, "template") {
		d.settleControls(d.contents[n])
	}
	d.settleRadios(root)
	d.closeLate(root)
}

// insertedControls does what the arrival of n does to controls in it and
// around it.
func (d *Document) insertedControls(n *html.Node) {
	d.optionsInserted(n)
	d.settleRadios(n)
	d.closeLate(n)
	if len(elementsIn(n, "form")) > 0 {
		d.ownersChanged()
	}
}

// elementsIn returns the elements of this name in a subtree, n included.
func elementsIn(n *html.Node, tag string) []*html.Node {
	var out []*html.Node
	for m := range inclusive(n) {
		if isHTML(m, tag) {
			out = append(out, m)
		}
	}
	return out
}

// attrChanged does what follows from an attribute that was set or removed.
func (d *Document) attrChanged(n *html.Node, name, old string, had bool) {
	_, has := Attr(n, name)
	switch {
	case isHTML(n, "input") && name == "value":
		if c := d.control(n); !c.dirtyValue {
			c.follow()
		}
	case isHTML(n, "input") && name == "checked":
		if c := d.control(n); had != has && !c.dirtyChecked {
			d.SetChecked(n, has)
			c.dirtyChecked = false
		}
	case isHTML(n, "input") && name == "type":
		d.typeChanged(n, old, had)
	case isHTML(n, "input") && (name == "min" || name == "max" || name == "step") && inputType(n) == "range":
		d.rangeChanged(n, withOld(n, name, old, had))
	case isHTML(n, "input") && (name == "name" || name == "form"):
		if d.control(n).checked {
			d.uncheckGroup(n)
		}
	case isHTML(n, "form") && name == "id":
		d.ownersChanged()
	case isHTML(n, "option") && name == "selected":
		if c := d.control(n); had != has && !c.dirtySelected {
			d.selectOption(n, has)
		}
	case isHTML(n, "select") && name == "multiple" && had != has:
		d.multipleChanged(n, had)
	case isHTML(n, "details") && name == "open" && has && !had:
		d.closeOthers(n)
	case isHTML(n, "details") && name == "name":
		d.closeLate(n)
	}
}

// withOld is a copy of n as it was before an attribute changed.
func withOld(n *html.Node, name, old string, had bool) *html.Node {
	before := &html.Node{Type: n.Type, Data: n.Data}
	for _, a := range n.Attr {
		if qualified(a) != name {
			before.Attr = append(before.Attr, a)
		}
	}
	if had {
		before.Attr = append(before.Attr, html.Attribute{Key: name, Val: old})
	}
	return before
}

// rangeChanged brings the value of a range between its new bounds. It stays there when
// they change again.
func (d *Document) rangeChanged(n, before *html.Node) {
	c := d.control(n)
	if !c.ownValue {
		c.value, c.ownValue = sanitize(before, attrOr(n, "value", "")), true
	}
	c.value = sanitize(n, c.value)
}

// typeChanged follows "update the type" of the HTML standard.
func (d *Document) typeChanged(n *html.Node, old string, had bool) {
	before := withOld(n, "type", old, had)
	if manyFields(before) && inputType(before) != inputType(n) && d.focus == n && !d.focusable(n) {
		d.focus = nil // the field goes, and the input cannot take the focus from it
	}
	c := d.control(n)
	from, to := inputMode(before), inputMode(n)
	switch {
	case from == modeValue && (to == modeDefault || to == modeDefaultOn):
		value, dirty := c.value, c.dirtyValue
		c.follow()
		if dirty {
			d.SetAttr(n, "value", value)
		}
	case from == modeValue && to == modeValue:
		if !c.ownValue {
			c.value, c.ownValue = sanitize(before, attrOr(n, "value", "")), true
		}
		c.value = sanitize(n, c.value)
	case to == modeValue, to == modeFile:
		c.follow()
	}
	if c.checked {
		d.uncheckGroup(n)
	}
}

// newlines are those of a textarea's value property.
func newlines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
