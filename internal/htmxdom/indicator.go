package htmxdom

import "golang.org/x/net/html"

// Begin marks the page as htmx does during a request: it sets the class htmx-request on the elements of
// hx-indicator, and disables those of hx-disable. end removes the marks.
func (d *Document) Begin(r *Request) (end func()) {
	busy := []*html.Node{r.Source}
	if sel := d.inherited(r.Source, "hx-indicator"); sel != "" {
		busy = d.findFor(r.Source, sel, "hx-indicator")
	} else if r.Source == d.Body() {
		busy = nil
	}
	hold(d.busy, busy, func(n *html.Node) { d.addClass(n, "htmx-request") })
	var off []*html.Node
	if sel := d.inherited(r.Source, "hx-disable"); sel != "" {
		off = d.findFor(r.Source, sel, "hx-disable")
	}
	hold(d.off, off, func(n *html.Node) { d.SetAttr(n, "disabled", "") })
	return func() {
		release(d.busy, busy, func(n *html.Node) { d.removeClass(n, "htmx-request") })
		release(d.off, off, func(n *html.Node) { d.RemoveAttr(n, "disabled") })
	}
}

// hold increments the counts of nodes, and calls first for those that had none.
func hold(held map[*html.Node]int, nodes []*html.Node, first func(*html.Node)) {
	for _, n := range nodes {
		if held[n]++; held[n] == 1 {
			first(n)
		}
	}
}

// release decrements the counts of nodes, and calls last for those that have none left.
func release(held map[*html.Node]int, nodes []*html.Node, last func(*html.Node)) {
	for _, n := range nodes {
		if held[n]--; held[n] <= 0 {
			delete(held, n)
			last(n)
		}
	}
}
