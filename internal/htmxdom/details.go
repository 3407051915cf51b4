package htmxdom

import (
	"slices"

	"golang.org/x/net/html"
)

// Of the details elements with one name in a tree, only one is open.

// closeOthers closes the details elements that may not be open together with n.
func (d *Document) closeOthers(n *html.Node) {
	for _, o := range d.exclusive(n) {
		d.RemoveAttr(o, "open")
	}
}

// closeLate closes details elements that are inserted, or get a name, while another one of the name is
// open. They are inserted one by one, so the first stays open.
func (d *Document) closeLate(n *html.Node) {
	come := elementsIn(n, "details")
	for i, m := range come {
		for _, o := range d.exclusive(m) {
			if !slices.Contains(come[i:], o) {
				d.RemoveAttr(m, "open")
				break
			}
		}
	}
}

// exclusive returns the open details elements that may not be open together with n.
func (d *Document) exclusive(n *html.Node) []*html.Node {
	name := attrOr(n, "name", "")
	if name == "" || !hasAttr(n, "open") {
		return nil
	}
	var out []*html.Node
	for _, o := range elementsIn(rootOf(n), "details") {
		if o != n && hasAttr(o, "open") && attrOr(o, "name", "") == name {
			out = append(out, o)
		}
	}
	return out
}

// Toggle opens or closes a details element. It returns the elements that have changed: n, and another
// one of its name that was open.
func (d *Document) Toggle(n *html.Node) []*html.Node {
	before := make(map[*html.Node]bool)
	all := elementsIn(rootOf(n), "details")
	for _, o := range all {
		before[o] = hasAttr(o, "open")
	}
	d.setOpen(n, !before[n])
	return slices.DeleteFunc(all, func(o *html.Node) bool { return hasAttr(o, "open") == before[o] })
}
