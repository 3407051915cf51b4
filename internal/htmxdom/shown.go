package htmxdom

import "golang.org/x/net/html"

// Shown reports whether nothing in the HTML hides an element.
func (d *Document) Shown(n *html.Node) bool { return d.connected(n) && d.shown(n) }

// Disabled reports whether an element is one that a form has switched off.
func (d *Document) Disabled(n *html.Node) bool { return disabled(n) }
