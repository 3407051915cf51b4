package patch

// maxReorder is how many siblings are put in order by a morph of all of them.
const maxReorder = 32

// holdID is the id of an element in the park that makes htmx's morphs leave all elements
// with ids as they are; see [MorphSkip].
const holdID = "sb-hold"

// MorphSkip is what htmx's setting morphSkip has to be in a page: the elements that morphs
// leave alone. The park has to stand before the view, beside it.
const MorphSkip = "[hx-morph-skip],#" + ParkID + ":has(#" + holdID + ")~* [id]"

// reorder puts siblings in their new order by a morph of the enclosing element, which
// names those that stay. A morph moves an element straight to its place, where a stub takes
// it out of the page for a moment; and an element that is out of the page forgets how far
// it, and all in it, was scrolled. It reports false, having done nothing, where no element
// moves, or where a morph would cost or do too much: where there are many siblings, or
// others than elements with ids.
func (d *differ) reorder(o, n int32, was, is []int32, p plan) bool {
	whole := n >= 0 || d.region.End-d.region.Start == d.old.nodes[o].span-1
	if len(d.moved) > 0 {
		return false // the park is in use
	}
	if !whole || len(is) > maxReorder || len(was) > maxReorder || d.old.nodes[o].flags&(loose|foreign) != 0 || n >= 0 && d.new.nodes[n].flags&loose != 0 {
		return false
	}
	moves := false
	for j, i := range is {
		b, pos := &d.new.nodes[i], d.html.pos[i]
		if b.flags&foreign != 0 || pos.copied() && (!pos.skipped() || p.from[j] < 0 || b.name >= otherName) {
			return false // it can't be named, or the page is to keep what a stub stands for
		}
		moves = moves || p.from[j] >= 0 && !p.keep[j]
	}
	if !moves {
		return false
	}
	d.open([]byte(ParkID), "beforeend")
	d.write(`<i id="` + holdID + `"></i>`)
	d.close()
	d.open(d.oldID(o), "innerMorph")
	for j, i := range is {
		pos := d.html.pos[i]
		if p.from[j] < 0 {
			d.sent = append(d.sent, sent{node: i, in: -1})
			d.piece(pos.start, pos.end, func(h []byte) { d.dst = append(d.dst, h...) })
			continue
		}
		tag := tagText(d.new.nodes[i].name)
		if !pos.skipped() {
			tag = string(tagIn(d.html.html[pos.start:]))
		}
		d.dst = appendElement(d.dst, tag, string(d.idOf(i)), "")
	}
	d.close()
	d.open([]byte(ParkID), "textContent") // htmx finds all targets before it swaps: the mark is none
	d.close()
	return true
}
