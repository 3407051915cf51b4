package htmxdom

import "golang.org/x/net/html"

// forget removes the state of nodes that have left the page, once there may be many of them. Otherwise it
// would grow for as long as the page lives.
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
