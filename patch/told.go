package patch

// A control that sends an event shows what it has posted. Where the view now says the same, the page needs no
// operation: its HTML stays behind, and the node of the control says so, since a morph that brings back the old
// value would change nothing. That holds until an operation touches what the control shows: events that were on
// their way then tell of what it showed before.

// told reports whether the page shows already what the control with the nodes o and n is to show now. right is
// what postedState says.
func (d *differ) told(c *control, o, n int32, right bool) bool {
	if !right || c.bound == "" || o < 0 || n < 0 {
		return false
	}
	a, b := &d.old.nodes[o], &d.new.nodes[n]
	_, was := d.old.own(a)
	_, is := d.new.own(b)
	return was == is && a.bits()&touched == 0 && (c.tag == "select" || b.flags&opaque == 0)
}

// leave leaves what a control shows as it is, and brings other attributes up to date.
func (d *differ) leave(c *control, o, n int32) {
	d.see(c)
	switch {
	case d.old.nodes[o].tag != d.new.nodes[n].tag:
		d.replace(o, n)
	case c.isField():
		d.new.nodes[n].setBits(behind)
	default:
		d.new.nodes[n].setBits(0)
	}
}

// isControl reports whether the node is a control of which there is more to show than its HTML.
func (n *node) isControl() bool {
	return n.flags&(controls|foreign) == controls && (n.name == tagInput || n.name == tagTextarea || n.name == tagSelect)
}

// bits are what the tree remembers of a control.
func (n *node) bits() uint8 {
	switch {
	case !n.isControl():
		return 0
	case n.flags&opaque != 0:
		return n.flags & touched
	}
	return n.flags & (behind | touched)
}

// setBits sets what the tree remembers of a control.
func (n *node) setBits(bits uint8) {
	switch {
	case !n.isControl():
	case n.flags&opaque != 0:
		n.flags = n.flags&^touched | bits&touched
	default:
		n.flags = n.flags&^(behind|touched) | bits
	}
}

// carry remembers of a control, whose HTML is as before, what was known of it.
func (d *differ) carry(o, n int32) {
	d.new.nodes[n].setBits(d.old.nodes[o].bits())
}

// touch remembers that operations bring the HTML of a control up to date, and whether they may change what it shows.
// It reports whether its HTML was behind.
func (d *differ) touch(o, n int32, shows bool) (wasBehind bool) {
	if o < 0 || n < 0 {
		return false
	}
	bits := d.old.nodes[o].bits()
	wasBehind = bits&behind != 0
	if bits &= touched; shows {
		bits = touched
	}
	d.new.nodes[n].setBits(bits)
	return wasBehind
}

// leaves reports whether the value is left out of the HTML to which an input is morphed: the page shows what it is
// to show, or what its user has typed since. Its HTML has another value than that, so that no morph changes it back.
func (d *differ) leaves(id []byte) bool {
	n, ok := d.html.node(id)
	if !ok {
		return false
	}
	o, ok := d.find(id)
	return ok && d.leavesAt(o, n)
}

func (d *differ) leavesAt(o, n int32) bool {
	a, b, p := &d.old.nodes[o], &d.new.nodes[n], d.html.pos[n]
	if a.name != tagInput || !b.isControl() || p.copied() {
		return false
	}
	c := readControl(d.html.html[p.start:p.end], b.name)
	if !c.isLine() {
		return false
	}
	if d.isRenewed(&c, o) {
		return true
	}
	if a.bits()&touched != 0 {
		return false
	}
	was, _ := d.old.own(a)
	if is, _ := d.new.own(b); was == is {
		return a.bits()&behind != 0
	}
	_, right := d.postedState(&c, o)
	return d.told(&c, o, n, right)
}

// isLine reports whether the control is a line of text, which shows its value as it is written.
func (c *control) isLine() bool {
	switch c.typ {
	case "number", "range", "color", "date", "month", "week", "time", "datetime-local":
		return false
	}
	return c.tag == "input" && c.isField() && !(c.typ == "email" && c.multiple)
}

// sentControls remembers what becomes of controls in HTML to which an old node is morphed, or which replaces it.
func (d *differ) sentControls(o, n int32, morph bool) {
	known := d.html.posted != nil || !morph
	for i := o; i < o+d.old.nodes[o].span && !known; i++ {
		known = d.old.nodes[i].bits() != 0
	}
	for i := n; i < n+d.new.nodes[n].span && known; i++ {
		if _, moved := d.moved[i]; moved {
			i += d.new.nodes[i].span - 1
			continue
		}
		b := &d.new.nodes[i]
		if !b.isControl() || d.html.pos[i].copied() {
			continue
		}
		o, ok := d.find(d.idOf(i))
		if !ok {
			continue
		}
		was, _ := d.old.own(&d.old.nodes[o])
		is, _ := d.new.own(b)
		bits, p := d.old.nodes[o].bits(), d.html.pos[i]
		switch {
		case morph && d.leavesAt(o, i):
			bits = behind
		case !morph, bits&behind != 0:
			bits = touched
		case was != is: // a morph of a box changes no more than its HTML
			if c := readControl(d.html.html[p.start:p.end], b.name); c.isField() {
				bits = touched
			}
		}
		b.setBits(bits)
	}
}

// isPeer reports whether the event tells of a control since it stands in the form of the one that sent it.
func (d *differ) isPeer(c *control, o int32) bool {
	if o < 0 || c.bound == "" || c.owned || d.html.posted.Source == "" || d.old.nodes[o].bits()&touched != 0 {
		return false // what was touched may show something else by now than what was posted
	}
	if d.form == 0 {
		d.form = -1
		if s, ok := d.find([]byte(d.html.posted.Source)); ok && d.old.nodes[s].isControl() {
			d.form = d.formOf(s)
		}
	}
	return d.form > 0 && d.formOf(o) == d.form
}

// formOf is the form around an old node; -1: none that has an id.
func (d *differ) formOf(o int32) int32 {
	for o = parent(d.old.nodes, d.oldUp, o); o > 0; o = parent(d.old.nodes, d.oldUp, o) {
		if d.old.nodes[o].name == tagForm {
			return o
		}
	}
	return -1
}

// node finds a node by its id.
func (r *Scanned) node(id []byte) (int32, bool) {
	at, ok := r.scanner.ids[digest(id)]
	if !ok || int(at.node) >= len(r.nodes) || r.pos[at.node].copied() || r.pos[at.node].start != at.start {
		return 0, false
	}
	return at.node, true
}

// touch remembers that operations may change what a control shows. Its HTML is up to date then or, with bits, as those say.
func (r *Scanned) touch(id string, bits uint8) {
	if n, ok := r.node([]byte(id)); ok {
		r.nodes[n].setBits(touched | bits)
	}
}
