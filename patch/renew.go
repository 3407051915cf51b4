package patch

import (
	"cmp"
	"slices"
	"strings"
)

// LeftID is the id of the element of the page, outside the view, that waits for a field to be
// left which was typed in while what it is to show changed.
const LeftID = "sb-left"

// LeftParam is the parameter of an event that says so: the id of the field.
const LeftParam = "left"

// appendRenewed appends the operation that replaces an element, so that it shows what its HTML says.
func appendRenewed(dst []byte, target string, html []byte, focus func(id []byte) bool) []byte {
	dst = appendTarget(dst, target, "outerHTML")
	dst = appendUnfocused(dst, html, focus)
	return append(dst, `</hx-partial>`...)
}

// appendTarget begins an operation on what a selector finds: the shorter form for an id alone.
func appendTarget(dst []byte, target, swap string) []byte {
	if id, ok := strings.CutPrefix(target, "#"); ok && plain([]byte(id)) {
		return append(dst, `<hx-partial id="`+id+`" hx-swap="`+swap+`">`...)
	}
	return append(dst, `<hx-partial hx-target='`+target+`' hx-swap="`+swap+`">`...)
}

// appendLeft appends operations for a field that is to show what its HTML says once nobody types in it:
// now, or when it is left.
func appendLeft(dst []byte, c *control, target string) []byte {
	dst = appendRenewed(dst, target+":not(:focus)", c.html, nil)
	return appendWait(dst, c.id)
}

// appendWait appends an operation that, if the field with the id has the focus, waits for it to be left
// and tells the server.
func appendWait(dst []byte, id string) []byte {
	if !plain([]byte(id)) {
		return dst
	}
	return append(dst, `<hx-partial hx-target=":has(#`+id+`:focus)>#`+LeftID+`"><i hx-post="?`+LeftParam+`=`+id+`" hx-trigger="blur from:#`+id+`"></i></hx-partial>`...)
}

// target is a selector for a control: its id, or else its name within the nearest element that has one;
// root is that of the view.
func (r *reading) target(i int, root string) (string, bool) {
	c := &r.controls[i]
	if plain([]byte(c.id)) {
		return "#" + c.id, true
	}
	if c.id != "" || !c.isControl() || c.name == "" || !simpleText(c.name) || c.isBox() && !simpleText(c.value) {
		return "", false
	}
	for k := range r.controls {
		if k != i && r.controls[k].key == c.key {
			return "", false // two of a name
		}
	}
	s := c.tag + `[name="` + c.name + `"]`
	if c.isBox() && c.hasValue {
		s += `[value="` + c.value + `"]`
	}
	owner := "#" + cmp.Or(c.owner, root)
	return owner + " " + s + ":not([id]):not(" + owner + " [id] *)", true
}

// simpleText reports whether a text may stand between quotes in a selector in an attribute.
func simpleText(s string) bool {
	return len(s) <= 255 && !strings.ContainsAny(s, "\"'\\&<>\n\r\f\x00")
}

// control shows the new state of a control, of which the rendering has changed.
func (d *differ) control(o, n int32) {
	p := d.html.pos[n]
	c := readControl(d.html.html[p.start:p.end], d.new.nodes[n].name)
	_, was := d.old.own(&d.old.nodes[o])
	_, is := d.new.own(&d.new.nodes[n])
	d.show(&c, "#"+c.id, was == is, func() { d.morph(n) })
}

// show shows the new state of a control. morph, if it is not nil, has still to bring its attributes up to date;
// sameOptions says that a select has the options it had.
func (d *differ) show(c *control, target string, sameOptions bool, morph func()) {
	d.html.shown = append(d.html.shown, c.key)
	d.radios = d.radios || c.isRadio()
	p := d.html.posted
	source := p != nil && !p.Left && (p.Source != "" && p.Source == c.id || p.Source == "" && p.Address != "" && p.Address == c.bound)
	right := source && !c.wrong(p.Fields, -1)
	if !c.isField() && !(right && sameOptions) || source && !right && !p.Typing {
		d.late = appendRenewed(d.late, target, c.html, d.isNew)
		return
	}
	switch {
	case c.isField() && !c.hasValue && !right: // a morph would leave what was typed
		d.late = appendRenewed(d.late, target+":not(:focus)", c.html, d.isNew)
		if morph != nil {
			d.dst = appendTarget(d.dst, target+":focus", "outerMorph")
			d.unfocused(c.html)
			d.close()
		}
	case morph != nil:
		morph()
	}
	if c.isField() && !right {
		d.late = appendWait(d.late, c.id)
	}
}

// showGroups sees to the other radio buttons of a group that has changed. A button that is checked
// unchecks them by itself; without one, somebody may have checked any of them.
func (d *differ) showGroups() {
	read := readControls(d.html.html, "", Posted{})
	type group struct {
		form int
		name string
	}
	changed := map[group]bool{}
	last := map[group]int{} // that is checked: the browser's parser lets it have the choice
	for i := range read.controls {
		c := &read.controls[i]
		if !c.isRadio() {
			continue
		}
		g := group{c.form, c.name}
		if slices.Contains(d.html.shown, c.key) {
			changed[g] = true
		}
		if c.checked {
			last[g] = i
		}
	}
	for i := range read.controls {
		c := &read.controls[i]
		g := group{c.form, c.name}
		target, ok := read.target(i, d.root)
		if !ok || !c.isRadio() || !changed[g] || slices.Contains(d.html.shown, c.key) {
			continue
		}
		switch chosen, any := last[g]; {
		case any && i == chosen:
			d.late = appendRenewed(d.late, target, c.html, nil)
		case !any:
			d.late = appendBox(d.late, c, target)
		}
	}
}

// appendBox appends an operation that replaces a box or a radio button if it shows something else than it should.
func appendBox(dst []byte, c *control, target string) []byte {
	if c.checked {
		return appendRenewed(dst, target+":not(:checked)", c.html, nil)
	}
	return appendRenewed(dst, target+":checked", c.html, nil)
}

// renew replaces an element whose attributes a morph would leave alone. What stands in it
// and has an id moves to the new one.
func (d *differ) renew(o, n int32) {
	p := d.html.pos[n]
	d.sent = append(d.sent, sent{node: n, in: o, anew: true})
	before := d.dst
	d.dst = d.late
	d.open(d.idOf(n), "outerHTML")
	d.put(p.start, p.end, n+1, n+d.new.nodes[n].span, d.unfocused)
	d.close()
	d.dst, d.late = before, d.dst
}

// showInside shows the new state of controls in an element that was sent to be morphed.
func (d *differ) showInside(o, n int32) {
	was := map[uint32]uint64{}
	for i := o; i < o+d.old.nodes[o].span; i++ {
		for e := range d.old.entries(&d.old.nodes[i]) {
			was[keyIn(e)] = e
		}
	}
	if len(was) == 0 {
		return
	}
	changed := map[uint32]bool{}
	for i := n; i < n+d.new.nodes[n].span; i++ {
		if _, moved := d.moved[i]; moved {
			i += d.new.nodes[i].span - 1
			continue
		}
		for e := range d.new.entries(&d.new.nodes[i]) {
			if old, ok := was[keyIn(e)]; ok && old != e {
				changed[keyIn(e)] = true
			}
		}
	}
	if len(changed) == 0 {
		return
	}
	p := d.html.pos[n]
	around := ""
	if n > 0 || d.region != nil {
		around = string(d.idOf(n))
	}
	read := readControls(d.html.html[p.start:p.end], around, Posted{})
	for i := range read.controls {
		c := &read.controls[i]
		options := c.tag == "select" && changed[optionsKey(c.key)]
		target, ok := read.target(i, d.root)
		if !ok || !changed[c.key] && !options {
			continue
		}
		if c.isControl() {
			d.show(c, target, !options, nil)
			continue
		}
		is, found := d.html.find(c.id)
		was, known := d.scanFor([]byte(c.id))
		if found && known {
			d.renew(was, is)
		}
	}
}
