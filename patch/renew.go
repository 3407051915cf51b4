package patch

import (
	"cmp"
	"html"
	"net/url"
	"strings"
)

// LeftID is the id of the element of the page, outside the view, that waits for a field to be
// left which was typed in while what it is to show changed.
const LeftID = "sb-left"

// EventQueue is the value of hx-sync that puts the requests of an element into the queue of its view. An element that
// may be removed while its request waits names the queue itself: htmx would forget the rest of an inherited one.
const EventQueue = "main:queue all"

// LeftParam is the parameter of an event that says so: the id of the field.
const LeftParam = "left"

// target is how an operation finds a control. Conditions may follow the selector: htmx looks for all targets of a
// message before it swaps anything.
type target struct{ id, selector string }

// idTarget finds an element by its id; false if it can't be patched by itself.
func idTarget(id string) (target, bool) {
	s, ok := Selector(id)
	return target{id, s}, ok
}

// open begins an operation on what the selector finds, if the condition holds there.
func (t target) open(dst []byte, condition, swap string) []byte {
	if condition == "" && t.id != "" {
		return append(dst, `<hx-partial id="`+t.id+`" hx-swap="`+swap+`">`...)
	}
	return append(dst, `<hx-partial hx-target='`+t.selector+condition+`' hx-swap="`+swap+`">`...)
}

// renew appends the operation that replaces an element, if the condition holds, so that it shows what its HTML says.
// isNew is as in morphed.
func (t target) renew(dst []byte, condition string, element []byte, isNew func(id []byte) bool) []byte {
	dst = t.open(dst, condition, "outerHTML")
	dst = morphed{isNew: isNew}.append(dst, element)
	return append(dst, `</hx-partial>`...)
}

// renewBox replaces a box or a radio button if it shows something else than it should.
func (t target) renewBox(dst []byte, c *control) []byte {
	if c.checked {
		return t.renew(dst, ":not(:checked)", c.html, nil)
	}
	return t.renew(dst, ":checked", c.html, nil)
}

// renewLeft appends operations for a field that is to show what its HTML says once nobody types in it:
// now, or when it is left.
func (t target) renewLeft(dst []byte, c *control, r *Scanned) []byte {
	return t.wait(t.renew(dst, ":not(:focus)", c.html, nil), r)
}

// wait appends an operation that, if the field has the focus, waits for it to be left and tells the server.
func (t target) wait(dst []byte, r *Scanned) []byte {
	if t.id == "" {
		return dst
	}
	from := t.selector
	if strings.ContainsAny(from, `\`) {
		from = `"` + from + `"`
	}
	return append(dst, `<hx-partial hx-target=':has(`+t.selector+`:focus)>#`+LeftID+`'><i`+r.stamp+` hx-post="`+html.EscapeString(r.address)+`?`+LeftParam+`=`+url.QueryEscape(t.id)+`" hx-sync="`+EventQueue+`" hx-trigger='blur from:`+from+`'></i></hx-partial>`...)
}

// target finds a control by its id, or else by its name within the nearest element that has one;
// root is that of the view.
func (r *reading) target(i int, root string) (target, bool) {
	c := &r.controls[i]
	if c.id != "" {
		return idTarget(c.id)
	}
	if !c.isControl() || c.name == "" || !simpleText(c.name) || !simpleText(c.typ) || c.isBox() && !simpleText(c.value) || r.keys[c.key] > 1 {
		return target{}, false
	}
	s := c.tag + `[name="` + c.name + `"]`
	if c.typ != "" {
		s += `[type="` + c.typ + `"]`
	}
	if c.isBox() && c.hasValue {
		s += `[value="` + c.value + `"]`
	}
	owner, ok := Selector(cmp.Or(c.owner, root))
	return target{selector: owner + " " + s + ":not([id]):not(" + owner + " [id] *)"}, ok
}

// simpleText reports whether a text may stand between quotes in a selector in an attribute.
func simpleText(s string) bool {
	return len(s) <= 255 && !strings.ContainsAny(s, "\"'\\&<>,\n\r\f\x00")
}

// control shows the new state of a control, of which the rendering has changed.
func (d *differ) control(o, n int32) {
	p := d.html.pos[n]
	c := readControl(d.html.html[p.start:p.end], d.new.nodes[n].name)
	t, ok := idTarget(c.id)
	if !ok {
		return
	}
	if _, right := d.postedState(&c, o); d.told(&c, o, n, right) {
		d.leave(&c, o, n)
		return
	}
	_, was := d.old.own(&d.old.nodes[o])
	_, is := d.new.own(&d.new.nodes[n])
	d.show(&c, t, o, n, was == is, func() {
		d.dst = t.open(d.dst, "", "outerMorph")
		d.dst = morphed{isNew: d.isNew}.append(d.dst, c.html)
		d.close()
	})
}

// see notes that a control, whose state has changed, is seen to.
func (d *differ) see(c *control) {
	d.html.shown = append(d.html.shown, c.key)
	d.radios = d.radios || c.isRadio()
}

// show shows the new state of a control whose nodes are o and n, -1 if it is none. morph, if it is not nil, has still to
// bring its attributes up to date; sameOptions says that a select has the options it had.
func (d *differ) show(c *control, t target, o, n int32, sameOptions bool, morph func()) {
	d.see(c)
	posted, right := d.postedState(c, o)
	right = right || c.isUnsaid()
	isBehind := d.touch(o, n, !right || !sameOptions)
	if !c.isField() && !(right && sameOptions) || posted && !right && !d.html.posted.Typing {
		if posted && d.renewSubmitted(c, t, o) {
			return
		}
		d.renewed(t, func(ops []byte) []byte { return t.renew(ops, "", c.html, d.isNew) })
		return
	}
	switch {
	case c.isField() && (!c.hasValue || isBehind) && !right: // a morph would leave what was typed
		d.renewed(t, func(ops []byte) []byte { return t.renew(ops, ":not(:focus)", c.html, d.isNew) })
		if morph != nil {
			d.dst = t.open(d.dst, ":focus", "outerMorph")
			d.dst = morphed{isNew: d.isNew}.append(d.dst, c.html)
			d.close()
		}
	case morph != nil:
		morph()
	}
	if c.isField() && !right {
		d.late = t.wait(d.late, d.html)
	}
}

// renewSubmitted replaces a field that was submitted, unless something was typed into it since; false if that can't be.
func (d *differ) renewSubmitted(c *control, t target, o int32) (ok bool) {
	if o < 0 || !c.isField() || len(d.html.posted.Fields[c.name]) != 1 {
		return false
	}
	start := []byte(`<input value="` + html.EscapeString(d.html.posted.Fields[c.name][0]) + `">`)
	was, _ := d.old.own(&d.old.nodes[o])
	clean := was == newEntry(c.key, inputState(start, []byte(c.typ))) && d.old.nodes[o].bits()&behind == 0
	if d.late, ok = d.html.renewSubmitted(d.late, t, c, d.html.posted, clean, d.isNew); ok {
		d.html.touch(c.id, behind)
	}
	return ok
}

// renewed puts operations that replace a control where they may stand. One without an id is found among what the
// page has before the message, and a morph may make another element of that.
func (d *differ) renewed(t target, add func(ops []byte) []byte) {
	if t.id == "" {
		d.early = add(d.early)
		return
	}
	d.late = add(d.late)
}

// group is what radio buttons have in common that exclude each other.
type group struct {
	form int
	name string
}

// showGroups sees to the other radio buttons of groups that have changed. A button that is checked
// unchecks them by itself; without one, somebody may have checked any of them.
func (d *differ) showGroups() {
	read := readControls(d.html.html, "", Posted{})
	shown := keySet(d.html.shown)
	changed := map[group]bool{}
	last := map[group]int{} // that is checked: the browser's parser lets it have the choice
	for i := range read.controls {
		c := &read.controls[i]
		if !c.isRadio() {
			continue
		}
		g := group{c.form, c.name}
		if shown[c.key] {
			changed[g] = true
		}
		if c.checked {
			last[g] = i
		}
	}
	for i := range read.controls {
		c := &read.controls[i]
		g := group{c.form, c.name}
		if !c.isRadio() || !changed[g] || shown[c.key] {
			continue
		}
		t, ok := read.target(i, d.root)
		if !ok {
			continue
		}
		switch chosen, any := last[g]; {
		case any && i == chosen:
			d.html.touch(c.id, 0)
			d.renewed(t, func(ops []byte) []byte { return t.renew(ops, "", c.html, nil) })
		case !any:
			d.html.touch(c.id, 0)
			d.renewed(t, func(ops []byte) []byte { return t.renewBox(ops, c) })
		}
	}
}

func keySet(keys []uint32) map[uint32]bool {
	set := make(map[uint32]bool, len(keys))
	for _, k := range keys {
		set[k] = true
	}
	return set
}

// renew replaces an element whose attributes a morph would leave alone. What stands in it
// and has an id moves to the new one.
func (d *differ) renew(o, n int32) {
	p := d.html.pos[n]
	d.sent = append(d.sent, sent{node: n, in: o, anew: true})
	before := d.dst
	d.dst = d.late
	d.open(d.idOf(n), "outerHTML")
	d.put(p.start, p.end, n+1, n+d.new.nodes[n].span, d.asMorph(o, false))
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
	d.sentControls(o, n, true)
	changed, now := map[uint32]bool{}, map[uint32]bool{}
	nodes := map[uint32]int32{} // of the elements in which there are changed controls, or that are
	for i := n; i < n+d.new.nodes[n].span; i++ {
		if _, moved := d.moved[i]; moved {
			i += d.new.nodes[i].span - 1
			continue
		}
		for e := range d.new.entries(&d.new.nodes[i]) {
			now[keyIn(e)] = true
			if old, ok := was[keyIn(e)]; ok && old != e {
				changed[keyIn(e)], nodes[keyIn(e)] = true, i
			}
		}
	}
	gone := false
	for key := range was {
		gone = gone || !now[key]
	}
	if len(changed) == 0 && !gone {
		return
	}
	p := d.html.pos[n]
	around := ""
	if n > 0 || d.region != nil {
		around = string(d.idOf(n))
	}
	read := readControls(d.html.html[p.start:p.end], around, Posted{})
	if gone {
		d.forget(o, n, &read)
	}
	for i := range read.controls {
		c := &read.controls[i]
		options := c.tag == "select" && changed[optionsKey(c.key)]
		if !changed[c.key] && !options {
			continue
		}
		t, ok := read.target(i, d.root)
		o, own := int32(-1), int32(-1)
		if c.isControl() && string(d.idOf(nodes[c.key])) == c.id {
			own = nodes[c.key]
			o, _ = d.find([]byte(c.id))
		}
		switch {
		case !ok:
		case c.isControl():
			if _, right := d.postedState(c, o); d.told(c, o, own, right) {
				d.see(c)
				continue
			}
			d.show(c, t, o, own, !options, nil)
		case string(d.idOf(nodes[c.key])) == c.id: // else it stands in what is opaque
			if o, known := d.find([]byte(c.id)); known {
				d.renew(o, nodes[c.key])
			}
		}
	}
}
