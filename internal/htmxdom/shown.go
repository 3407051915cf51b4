package htmxdom

import "golang.org/x/net/html"

// Shown reports whether an element is in the page and its HTML does not hide it.
func (d *Document) Shown(n *html.Node) bool { return d.connected(n) && d.shown(n) }

// Disabled reports whether an element is disabled, by itself or by a fieldset.
func (d *Document) Disabled(n *html.Node) bool { return disabled(n) }
