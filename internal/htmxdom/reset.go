package htmxdom

import "golang.org/x/net/html"

// Reset resets a form: its controls become what their attributes say, as if nobody had
// touched them.
func (d *Document) Reset(form *html.Node) {
	for _, n := range d.controlsOf(form) {
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
			// One after the other: a radio button that comes later unchecks an
			// earlier one, which then counts as touched again.
			d.SetChecked(n, hasAttr(n, "checked"))
			d.control(n).dirtyChecked = false
		}
	}
}

// controlsOf returns the controls of a form in document order, those that name it by their
// form attribute among them.
func (d *Document) controlsOf(form *html.Node) []*html.Node {
	var out []*html.Node
	for n := range rootOf(form).Descendants() {
		if isField(n) && d.formOwner(n) == form {
			out = append(out, n)
		}
	}
	return out
}
