package htmxdom

import "golang.org/x/net/html"

// Text returns the text that an element holds.
func Text(n *html.Node) string { return textContent(n) }

// Scripts reports whether the page runs scripts, so that nobody sees what noscript elements hold.
func (d *Document) Scripts() bool { return !d.plain }

// InputType returns the type property of an input element.
func InputType(n *html.Node) string { return inputType(n) }

// Usable reports whether a person can use an element: it is shown and not disabled.
func (d *Document) Usable(n *html.Node) bool {
	for e := n; e != nil && e.Type == html.ElementNode; e = e.Parent {
		if disabled(e) && !isHTML(e, "fieldset") {
			return false
		}
	}
	return d.connected(n) && d.shown(n)
}

// FocusOn gives n the focus, or the nearest element around it that takes it.
func (d *Document) FocusOn(n *html.Node) {
	for ; n != nil && n.Type == html.ElementNode; n = n.Parent {
		if d.focusable(n) {
			d.SetFocus(n)
			return
		}
	}
}

// Form returns n if it is a form, else the form that it belongs to, nil for none.
func (d *Document) Form(n *html.Node) *html.Node {
	if isHTML(n, "form") {
		return n
	}
	return d.formOwner(n)
}

// Restore makes r the request that htmx sends after going back within a page. Its
// answer takes the place of the body.
func (r *Request) Restore(d *Document) {
	for _, name := range []string{"HX-Request", "HX-Source", "HX-Current-URL", "HX-Target"} {
		r.Header.Del(name)
	}
	r.Header.Set("HX-History-Restore-Request", "true")
	r.Header.Set("HX-Request-Type", "full")
	r.Timeout = 0 // htmx can't abort it
	r.x.swap, r.x.target, r.x.push, r.x.replace = "outerSync", d.Body(), "", ""
}
