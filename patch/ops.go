package patch

import (
	"bytes"
	"slices"
)

// maxSelector bounds the list of ids in one operation that removes.
const maxSelector = 4096

func (d *differ) idOf(n int32) []byte {
	if n == 0 && d.region == nil {
		return []byte(d.root)
	}
	return d.new.id(&d.new.nodes[n])
}

func (d *differ) oldID(o int32) []byte {
	if o == 0 {
		return []byte(d.root)
	}
	return d.old.id(&d.old.nodes[o])
}

func (d *differ) write(parts ...string) {
	for _, p := range parts {
		d.dst = append(d.dst, p...)
	}
}

// open begins an operation on the element with the id.
func (d *differ) open(id []byte, swap string) {
	d.write(`<hx-partial id="`, string(id), `" hx-swap="`, swap, `">`)
}

func (d *differ) close() { d.write(`</hx-partial>`) }

// wrap opens what HTML of svg and math must stand in to be parsed as such, and
// returns what closes it.
func (d *differ) wrap(flags uint8) (end string) {
	switch {
	case flags&foreign == 0:
		return ""
	case flags&inMath != 0:
		d.write("<math>")
		return "</math>"
	}
	d.write("<svg>")
	return "</svg>"
}

func swapOf(swap string, flags uint8) string {
	if flags&foreign != 0 {
		return swap + " strip:true"
	}
	return swap
}

// setText replaces the text of an element that holds nothing else.
func (d *differ) setText(o, n int32) {
	p := d.html.pos[n]
	h := d.html.html[p.inner:p.end]
	if n > 0 || d.region != nil {
		h = h[:bytes.LastIndexByte(h, '<')]
	}
	h, ok := plainText(h, d.new.nodes[n].name)
	if !ok {
		d.replace(o, n)
		return
	}
	d.open(d.idOf(n), "textContent")
	d.dst = append(d.dst, h...)
	d.close()
}

// plainText is what htmx is to make the text of an element with the name whose
// content is h. It reports false for what a text alone would show otherwise: white
// space, which htmx drops, and NUL, of which the parser makes one thing or another.
func plainText(h []byte, name uint16) (text []byte, ok bool) {
	if len(h) > 0 && blank(h) || bytes.IndexByte(h, 0) >= 0 {
		return nil, false
	}
	if name == tagPre || name == tagListing { // there the parser drops a first line end
		switch {
		case bytes.HasPrefix(h, []byte("\r\n")):
			h = h[2:]
		case len(h) > 0 && (h[0] == '\n' || h[0] == '\r'):
			h = h[1:]
		}
	}
	return h, len(h) == 0 || !blank(h)
}

// replace sends an element with all its content, to be morphed.
func (d *differ) replace(o, n int32) {
	p, b := d.html.pos[n], &d.new.nodes[n]
	page := n == 0 && d.region == nil
	if page && len(d.html.skips) > 0 {
		d.needAll = true
		return
	}
	swap := "outer"
	if page {
		swap = "inner"
	}
	morph := !d.holdsTwice(n)
	if morph {
		swap += "Morph"
	} else {
		swap += "HTML"
		d.sentControls(o, n, false)
	}
	d.sent = append(d.sent, sent{node: n, in: o})
	d.open(d.idOf(n), swapOf(swap, b.flags))
	end := d.wrap(b.flags)
	d.put(p.start, p.end, n+1, n+b.span, d.asMorph(o, morph))
	d.write(end)
	d.close()
	if morph {
		d.showInside(o, n)
	}
}

// holdsTwice reports whether an id is used twice in a node.
func (d *differ) holdsTwice(n int32) bool {
	for i := n; i < n+d.new.nodes[n].span; i++ {
		if d.new.nodes[i].flags&(opaque|twice) == opaque|twice {
			return true
		}
	}
	return false
}

// smallContent is the length up to which sending the content costs no more than
// telling htmx to leave it alone.
const smallContent = 10

// setAttributes sends the start tag of an element whose content stays.
func (d *differ) setAttributes(o, n int32) {
	p, b := d.html.pos[n], &d.new.nodes[n]
	void := known(&isVoid, b.name)
	ignored := isIgnored(d.html.html[p.start:p.inner])
	if b.name == tagTextarea || !ignored && b.span == 1 && (void || int(p.end-p.inner) <= smallContent+len("</>")+len(tagText(b.name))) {
		d.replace(o, n)
		return
	}
	start := bytes.TrimSuffix(d.html.html[p.start:p.inner-1], []byte("/"))
	d.open(d.idOf(n), swapOf("outerMorph", b.flags))
	end := d.wrap(b.flags)
	d.dst = morphed{isNew: d.isNew}.append(d.dst, append(slices.Clip(start), ">"...))
	if !ignored {
		d.dst = append(append(d.dst[:len(d.dst)-1], skipChildren...), '>')
	}
	d.dst = append(d.dst, "</"...)
	d.dst = append(d.dst, tagIn(start)...)
	d.write(">", end)
	d.close()
}

func tagIn(start []byte) []byte {
	i := 1
	for i < len(start) && isNameByte(start[i]) {
		i++
	}
	return start[1:i]
}

// remove sends away the old siblings that are not among the new ones.
func (d *differ) remove(o, n int32, was, from []int32, low, end int) {
	staying := d.scratch.bools(len(was))
	any := false
	for _, i := range from {
		if i >= 0 {
			staying[i], any = true, true
		}
	}
	if !any && d.old.nodes[o].flags&loose == 0 && (n >= 0 || d.region.End-d.region.Start == d.old.nodes[o].span-1) {
		d.open(d.oldID(o), "textContent")
		d.close()
		return
	}
	var first, list []byte // the selectors of several
	emit := func() {
		switch {
		case first == nil:
		case list == nil:
			d.open(first, "delete")
			d.close()
		default:
			d.write(`<hx-partial hx-target="`, string(list), `" hx-swap="delete">`)
			d.close()
		}
		first, list = nil, nil
	}
	for i := low; i < end; i++ {
		switch id := d.oldID(was[i]); {
		case staying[i] || d.left[was[i]]:
		case first == nil:
			first = id
		default:
			if list == nil {
				list = appendSelector(nil, first)
			}
			if list = appendSelector(append(list, ','), id); len(list) > maxSelector {
				emit()
			}
		}
	}
	emit()
}

// insert puts each run of siblings that do not stay beside one that does: new ones
// as HTML, others as stubs to whose place htmx moves the living element.
func (d *differ) insert(o int32, is, from []int32, keep []bool, low, endIs int) {
	for j := low; j < endIs; {
		if keep[j] {
			j++
			continue
		}
		slot, first := d.new.nodes[is[j]].slot, j
		for j < endIs && !keep[j] && d.new.nodes[is[j]].slot == slot {
			j++
		}
		flags := d.new.nodes[is[first]].flags
		switch {
		case first > 0 && keep[first-1] && d.new.nodes[is[first-1]].slot == slot:
			d.open(d.idOf(is[first-1]), swapOf("afterend", flags))
		case j < len(is) && keep[j] && d.new.nodes[is[j]].slot == slot:
			d.open(d.idOf(is[j]), swapOf("beforebegin", flags))
		default:
			d.open(d.oldID(o), swapOf("afterbegin", flags))
		}
		end := d.wrap(flags)
		d.putRun(is, from, first, j)
		d.write(end)
		d.close()
	}
}

func (d *differ) putRun(is, from []int32, first, end int) {
	fresh := func(k int) bool {
		_, moved := d.moved[is[k]]
		return from[k] < 0 && !moved
	}
	for k := first; k < end; k++ {
		if !fresh(k) {
			d.stub(is[k])
			continue
		}
		// New neighbours go together, with the white space between them.
		last := k
		for last+1 < end && fresh(last+1) && !d.html.pos[is[last+1]].skipped() {
			last++
		}
		p, q := d.html.pos[is[k]], d.html.pos[is[last]]
		if p.skipped() {
			d.needAll = true
			return
		}
		for i := k; i <= last; i++ {
			d.sent = append(d.sent, sent{node: is[i], in: -1})
		}
		d.put(p.from(), q.end, is[k]+1, is[last]+d.new.nodes[is[last]].span, func(h []byte) { d.dst = append(d.dst, h...) })
		k = last
	}
}

// hasHole reports whether something was skipped in a range of the HTML.
func (d *differ) hasHole(start, end int32) bool {
	i, _ := slices.BinarySearch(d.html.skips, start+1)
	return i < len(d.html.skips) && d.html.skips[i] < end
}

// asMorph appends HTML that is morphed into what the page has of an old node; without a morph, that replaces it.
func (d *differ) asMorph(o int32, morph bool) func(h []byte) {
	m := morphed{isNew: d.isNew, paint: true}
	for i := o; i < o+d.old.nodes[o].span; i++ {
		n := &d.old.nodes[i]
		m.paint = m.paint && n.flags&filled == 0
		if morph && n.isControl() && (n.bits()&behind != 0 || d.html.posted != nil) {
			m.leaves = d.leaves
		}
	}
	return func(h []byte) { d.dst = m.append(d.dst, h) }
}

func (d *differ) isNew(id []byte) bool {
	_, ok := d.find(id)
	return !ok
}
