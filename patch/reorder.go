package patch

import "bytes"

// maxReorder is how many siblings are put in order by a morph of all of them.
const maxReorder = 32

// reorder puts siblings in their new order by a morph of the element around them, in which
// those that stay stand without their content. A morph moves an element straight to its
// place, where a stub takes it out of the page for a moment; and an element that is out of
// the page forgets how far it, and all in it, was scrolled. It reports false, having done
// nothing, where no element moves, or where a morph would cost too much or do too much:
// where there are many siblings, or others than elements with ids.
func (d *differ) reorder(o, n int32, was, is []int32, p plan) bool {
	whole := n >= 0 || d.region.End-d.region.Start == d.old.nodes[o].span-1
	if !whole || len(is) > maxReorder || len(was) > maxReorder || d.old.nodes[o].flags&(loose|foreign) != 0 || n >= 0 && d.new.nodes[n].flags&loose != 0 {
		return false
	}
	moves := false
	for j := range is {
		pos := d.html.pos[is[j]]
		if pos.copied() && !pos.skipped() || d.new.nodes[is[j]].flags&foreign != 0 {
			return false // the page is to keep what a stub stands for
		}
		moves = moves || p.from[j] >= 0 && !p.keep[j]
	}
	if !moves {
		return false
	}
	d.open(d.oldID(o), "innerMorph")
	for j, i := range is {
		switch pos := d.html.pos[i]; {
		case pos.skipped():
			d.needAll = true // its start tag is not known
		case p.from[j] >= 0:
			d.emptied(bytes.TrimSuffix(d.html.html[pos.start:pos.inner-1], []byte("/")))
		case d.isMoved(i):
			d.stub(i)
		default:
			d.sent = append(d.sent, sent{i, -1})
			d.put(pos.start, pos.end, i+1, i+d.new.nodes[i].span, func(h []byte) { d.dst = append(d.dst, h...) })
		}
	}
	d.close()
	return true
}

func (d *differ) isMoved(n int32) bool {
	_, ok := d.moved[n]
	return ok
}
