package htmxdom

import "golang.org/x/net/html"

// newPantry returns a hidden element after the body for elements that are kept.
func (d *Document) newPantry() *html.Node {
	p := d.element("div")
	d.SetAttr(p, "hidden", "")
	body := d.Body()
	if body == nil {
		panic(exception{"the page has no body"})
	}
	d.insert(body.Parent, p, body.NextSibling)
	return p
}

// preserve moves the elements of the page for which a fragment has stubs with hx-preserve into a pantry.
func (d *Document) preserve(frag *html.Node) *html.Node {
	pantry := d.newPantry()
	for _, stub := range withAttr(frag, d.config.prefixes("hx-preserve")...) {
		if living := d.ByID(idOf(stub)); living != nil {
			d.move(pantry, living, nil)
		}
	}
	return pantry
}

// restore replaces stubs by their preserved elements. An element whose stub is not in the page is lost.
func (d *Document) restore(pantry *html.Node) {
	for _, living := range children(pantry) {
		stub := d.ByID(idOf(living))
		if stub == nil {
			continue
		}
		d.move(stub.Parent, living, stub)
		d.cleanup(stub, false)
		d.remove(stub)
	}
	d.remove(pantry)
}
