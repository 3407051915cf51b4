package htmxdom

import "golang.org/x/net/html"

// newPantry is a hidden place after the body where elements wait that are
// to live on.
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

// preserve moves the living elements into a pantry that the stubs in a fragment
// ask for with hx-preserve.
func (d *Document) preserve(frag *html.Node) *html.Node {
	pantry := d.newPantry()
	for _, stub := range withAttr(frag, d.config.prefixes("hx-preserve")...) {
		if living := d.ByID(idOf(stub)); living != nil {
			d.move(pantry, living, nil)
		}
	}
	return pantry
}

// restore puts preserved elements where their stubs came to stand. One whose
// stub did not come into the page is lost.
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
