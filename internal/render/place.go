package render

import "github.com/sideband-go/sideband/patch"

// Where regions and lists stand in the tree changes when renderings are committed.

// settle sets the places of the pass's regions from the marks, when it is committed. moved is by how
// much the nodes have moved since the pass was scanned.
func (p *pass) settle(moved int32) {
	for _, c := range p.carried {
		m := &p.marks[c.mark]
		c.region.outer = c.outer
		if m.Broken || m.Kind == patch.End { // the tree does not have its nodes
			c.region.visit(func(r *region) { r.place = nil })
		}
		c.region.carryOver(m.Node-m.From-moved, m.From+moved, m.Place)
	}
	for i, r := range p.found {
		r.before = nil
		if r.component != nil {
			r.component.region = r
		}
		for _, c := range r.inside().plain {
			c.region = r
		}
		if i > 0 {
			m := &p.marks[r.end]
			if r.place, r.loose = m.Place, m.Loose; m.Broken {
				r.place = nil
			}
		}
		for _, e := range r.inside().eaches {
			e.settle(p.marks)
		}
	}
}

// carryOver moves a region that was left out, with all regions inside, by shift. from is where its
// skipped nodes began; around is the place that encloses them now.
func (r *region) carryOver(shift, from int32, around *patch.Place) {
	r.visit(func(r *region) {
		if r.place != nil {
			r.place.Start += shift
			r.place.End += shift
			if r.place.Owner >= from {
				r.place.Owner += shift
			} else {
				r.place.EncloseLike(around)
			}
		}
		for _, e := range r.inside().eaches {
			e.start += shift
		}
	})
}

// replaceRegion replaces a region by its new rendering. The rendering was scanned at the place
// scanned, from which the region has moved since. What follows in the tree moves by shift.
func (t *Tree) replaceRegion(old, now *region, scanned patch.Place, moved, shift int32) {
	place := *old.place
	now.children(func(r *region) {
		r.outer = old
		r.visit(func(r *region) { r.rebase(moved, scanned, place) })
	})
	for _, e := range now.inside().eaches {
		if e.start += moved; e.stream != nil {
			e.stream.region = old
		}
	}
	place.End += shift
	now.place, now.outer, now.loose = &place, old.outer, old.loose
	now.component, now.name, now.inItem, now.isItem = old.component, old.name, old.inItem, old.isItem
	if *old = *now; old.component != nil {
		old.component.region = old
	}
	for _, c := range old.inside().plain {
		c.region = old
	}
	if shift != 0 {
		t.page.makeRoom(old, shift)
	}
}

// rebase moves a region whose enclosing one has moved since it was scanned.
func (r *region) rebase(shift int32, scanned, now patch.Place) {
	if r.place != nil {
		r.place.Start += shift
		r.place.End += shift
		if r.place.Owner >= scanned.Start {
			r.place.Owner += shift
		} else {
			r.place.Owner = now.Owner
		}
	}
	for _, e := range r.inside().eaches {
		e.start += shift
	}
}

// makeRoom moves what follows a region that has grown by shift, and extends what encloses it. It
// reports whether it has met the region.
func (r *region) makeRoom(grown *region, shift int32) (met bool) {
	end := grown.place.End - shift
	visit := func(i *region) bool {
		switch {
		case met:
			i.visit(func(i *region) { i.move(end, shift) })
		case i == grown:
			met = true
			return true
		case i.makeRoom(grown, shift):
			if met = true; i.place != nil {
				i.place.End += shift
			}
			return true
		}
		return false
	}
	next := 0
	for _, e := range r.inside().eaches {
		for ; next < e.after; next++ {
			visit(r.inside().inner[next])
		}
		if met {
			e.start += shift
		}
		for k, i := range e.regions {
			if visit(i) {
				e.grow(k, shift)
			}
		}
	}
	for ; next < len(r.inside().inner); next++ {
		visit(r.inside().inner[next])
	}
	return met
}

// move shifts a region that follows one whose nodes ended at end.
func (r *region) move(end, shift int32) {
	if r.place != nil {
		r.place.Start += shift
		r.place.End += shift
		if r.place.Owner >= end {
			r.place.Owner += shift
		}
	}
	for _, e := range r.inside().eaches {
		e.start += shift
	}
}

// makeRoomAfter moves what follows in the tree when a stream's nodes before end have become more by
// shift. next is the first of the stream's regions that follow.
func (t *Tree) makeRoomAfter(s *streamed, next int, end, shift int32) {
	if shift == 0 {
		return
	}
	r, past := s.region, false
	move := func(i *region) { i.visit(func(i *region) { i.move(end, shift) }) }
	for _, i := range s.each.regions[next:] {
		move(i)
	}
	for _, e := range r.inside().eaches {
		if past {
			e.start += shift
			for _, i := range e.regions {
				move(i)
			}
		}
		past = past || e == s.each
	}
	for _, i := range r.inside().inner[s.each.after:] {
		move(i)
	}
	if r != t.page {
		r.place.End += shift
		t.page.makeRoom(r, shift)
	}
}
