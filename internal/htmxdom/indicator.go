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
	for _, n := range busy {
		if d.busy[n]++; d.busy[n] == 1 {
			d.addClass(n, "htmx-request")
		}
	}
	var off []*html.Node
	if sel := d.inherited(r.Source, "hx-disable"); sel != "" {
		off = d.findFor(r.Source, sel, "hx-disable")
	}
	for _, n := range off {
		if d.off[n]++; d.off[n] == 1 {
			d.SetAttr(n, "disabled", "")
		}
	}
	return func() {
		for _, n := range busy {
			if d.busy[n]--; d.busy[n] <= 0 {
				delete(d.busy, n)
				d.removeClass(n, "htmx-request")
			}
		}
		for _, n := range off {
			if d.off[n]--; d.off[n] <= 0 {
				delete(d.off, n)
				d.RemoveAttr(n, "disabled")
			}
		}
	}
}
