package htmxdom

import "golang.org/x/net/html"

// SetProperty sets the value property of an element for which HTML has none, as a script does: it is what the element
// posts under its name.
func (d *Document) SetProperty(n *html.Node, value string) { d.values[n] = value }
