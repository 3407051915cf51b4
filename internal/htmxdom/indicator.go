package htmxdom

import "golang.org/x/net/html"

// Begin marks the page as htmx does while a request is under way: the class
// htmx-request on what hx-indicator names, and disabled what hx-disable names. The
// function that it returns takes the marks off.
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

// hold counts nodes up and calls first for those that nobody held.
func hold(held map[*html.Node]int, nodes []*html.Node, first func(*html.Node)) {
	for _, n := range nodes {
		if held[n]++; held[n] == 1 {
			first(n)
		}
	}
}

// release counts nodes down and calls last for those that nobody holds any more.
func release(held map[*html.Node]int, nodes []*html.Node, last func(*html.Node)) {
	for _, n := range nodes {
		if held[n]--; held[n] <= 0 {
			delete(held, n)
			last(n)
		}
	}
}
