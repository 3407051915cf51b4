package htmxdom

import "golang.org/x/net/html"

// Reset resets the controls of a form to their attributes, and their dirty flags.
func (d *Document) Reset(form *html.Node) {
	for _, n := range d.controlsOf(form) {
		d.control(n).changed = false
		switch {
		case isHTML(n, "select"):
			for _, o := range options(n) {
				c := d.control(o)
				c.selected, c.dirtySelected = hasAttr(o, "selected"), false
			}
			d.resetSelect(n)
		case isHTML(n, "textarea"):
			d.control(n).follow()
		case isHTML(n, "input"):
			d.control(n).follow()
			d.control(n).files = nil
			// One by one: a later radio button unchecks an earlier one, which becomes dirty again.
			d.SetChecked(n, hasAttr(n, "checked"))
			d.control(n).dirtyChecked = false
		}
	}
}

// controlsOf returns the controls of a form in document order, including those with a form attribute.
func (d *Document) controlsOf(form *html.Node) []*html.Node {
	var out []*html.Node
	for n := range rootOf(form).Descendants() {
		if isField(n) && d.formOwner(n) == form {
			out = append(out, n)
		}
	}
	return out
}
