package htmxdom

import (
	"slices"

	"golang.org/x/net/html"
)

// uncheckGroup unchecks the other buttons of a radio button's group. Like Chromium it makes them dirty, so
// that their checked attribute no longer counts.
func (d *Document) uncheckGroup(n *html.Node) {
	if !isRadio(n) || attrOr(n, "name", "") == "" {
		return
	}
	owner := d.formOwner(n)
	if owner == nil && !d.connected(n) {
		return
	}
	for m := range rootOf(n).Descendants() {
		if m != n && isRadio(m) && attrOr(m, "name", "") == attrOr(n, "name", "") && d.formOwner(m) == owner {
			if c := d.control(m); c.checked {
				c.checked, c.dirtyChecked = false, true
			}
		}
	}
}

func isRadio(n *html.Node) bool { return isHTML(n, "input") && inputType(n) == "radio" }

// settleRadios updates the groups of the radio buttons in n, which was inserted. They are inserted one by
// one, so the last checked one stays checked.
func (d *Document) settleRadios(n *html.Node) {
	for _, m := range slices.Backward(elementsIn(n, "input")) {
		c := d.control(m)
		c.owner = d.formOwner(m)
		if c.checked {
			d.uncheckGroup(m)
		}
	}
}

// ownersChanged updates the groups of radio buttons with a form attribute after the form of that id has
// changed.
func (d *Document) ownersChanged() {
	for _, n := range elementsIn(d.root, "input") {
		if c := d.controls[n]; c != nil && isRadio(n) && hasAttr(n, "form") && c.owner != d.formOwner(n) {
			c.owner = d.formOwner(n)
			if c.checked {
				d.uncheckGroup(n)
			}
		}
	}
}
