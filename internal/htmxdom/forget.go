package htmxdom

import "golang.org/x/net/html"

// forget drops what is known of nodes that have left the page, once there may be
// many: a long-lived page would keep them all.
func (d *Document) forget() {
	if n := len(d.controls) + len(d.powered) + len(d.contents); n < 2*d.known+1000 {
		return
	}
	live := make(map[*html.Node]bool)
	var mark func(*html.Node)
	mark = func(root *html.Node) {
		live[root] = true
		for n := range root.Descendants() {
			live[n] = true
			if c := d.contents[n]; c != nil {
				mark(c)
			}
		}
	}
	mark(d.root)
	for n := range d.controls {
		if !live[n] {
			delete(d.controls, n)
		}
	}
	for n := range d.powered {
		if !live[n] {
			delete(d.powered, n)
		}
	}
	for n := range d.contents {
		if !live[n] {
			delete(d.contents, n)
		}
	}
	d.known = len(d.controls) + len(d.powered) + len(d.contents)
}
