package render

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// region is a part of the page that can be rendered by itself: what Region encloses, a
// component, or the page. Regions are a tree: those inside one stand in inner, or with
// the item of a list that they belong to.
type region struct {
	name   string
	part   *Component // whose it is; nil of Region
	body   templ.Component
	ctx    context.Context
	outer  *region
	inner  []*region // in document order, lists aside
	eaches []*each
	plain  []*Component // those inside that can't be rendered by themselves
	reads  []scope.Read
	place  *patch.Place // nil: only together with what is around it
	loose  bool         // has content outside elements with ids

	// Of a rendering under way.
	end     int     // its mark
	before  *region // the same in the last rendering
	stale   bool    // it is out of date
	holding bool    // something in it is
	whole   bool    // nothing in it is to be left out
	looked  bool    // at what is in it
}

// Region renders the content between the braces of a region's placement.
func Region(ctx context.Context, w io.Writer, name string) error {
	body := templ.GetChildren(ctx)
	ctx = templ.ClearChildren(ctx)
	p := passOf(ctx, w)
	if p == nil {
		return body.Render(ctx, w)
	}
	return p.render(&region{name: name, body: body, ctx: ctx, before: p.region.before.find(name)}, w)
}

// owner is the component in which the region stands.
func (r *region) owner() *Component {
	for r != nil && r.part == nil {
		r = r.outer
	}
	if r == nil {
		return nil
	}
	return r.part
}

func (r *region) isWhole() bool { return r != nil && r.whole }

// find is the region of the name directly inside.
func (r *region) find(name string) *region {
	if r != nil {
		for _, i := range r.inner {
			if i.part == nil && i.name == name {
				return i
			}
		}
	}
	return nil
}

// render renders a region inside the one that is being rendered.
func (p *pass) render(r *region, w io.Writer) error {
	r.outer = p.region
	p.add(r)
	p.found = append(p.found, r)
	p.mark(patch.Begin)
	outer, item, skip := p.tracker.Mark(), p.item, p.skip
	p.region, p.item, p.skip = r, nil, skip && !r.before.isWhole()
	err := r.body.Render(r.ctx, w)
	p.region, p.item, p.skip = r.outer, item, skip
	r.reads = p.tracker.Since(outer)
	p.flush(w)
	r.end = len(p.marks)
	p.mark(patch.End).Region = true
	return err
}

// add notes that a region stands here.
func (p *pass) add(r *region) {
	if p.item != nil {
		p.item.addRegion(r)
	} else {
		p.region.inner = append(p.region.inner, r)
	}
}

// keep leaves out a region that is as before.
func (p *pass) keep(r *region) {
	m := p.mark(patch.Skip)
	m.Region = true
	m.From, m.Count = r.place.Start, r.place.End-r.place.Start
	p.add(r)
	p.carry(r)
}

// carried is a region that was left out, with all in it.
type carried struct {
	region, outer *region
	mark          int // that stands for it
}

// carry takes a region over from the last rendering; the last mark stands for it.
func (p *pass) carry(r *region) {
	p.carried = append(p.carried, carried{r, p.region, len(p.marks) - 1})
	r.visit(func(r *region) { p.placed(r) })
}

// placed notes which components a region that is taken over shows.
func (p *pass) placed(r *region) {
	if r.part != nil {
		p.place(r.part)
	}
	for _, c := range r.plain {
		p.place(c)
	}
	for _, e := range r.eaches {
		if s := e.stream; s != nil {
			p.twice = p.twice || p.shows(s.ref)
			s.round = p.round
		}
	}
}

// visit calls f for the region and all in it.
func (r *region) visit(f func(*region)) {
	f(r)
	r.children(func(i *region) { i.visit(f) })
}

// children calls f for each region directly inside, in any order.
func (r *region) children(f func(*region)) {
	for _, i := range r.inner {
		f(i)
	}
	for _, e := range r.eaches {
		for _, i := range e.regions {
			f(i)
		}
	}
}

// assess finds out what is out of date in the region, and reports whether anything is.
func (r *region) assess(t *Tree, c *scope.Changes) bool {
	r.stale, r.whole = r.dirty(c), false
	r.holding = r.stale
	r.children(func(i *region) {
		if i.assess(t, c) {
			r.holding = true
		}
	})
	for _, p := range r.plain {
		if p.changed || p.renew {
			r.stale, r.holding = true, true
		}
	}
	if r.holding {
		t.flagged = append(t.flagged, r)
	}
	return r.holding
}

// dirty reports whether the region itself, or an item of its lists, is out of date.
func (r *region) dirty(c *scope.Changes) bool {
	if r.part != nil && (r.part.changed || r.part.renew) || c.Any(r.reads) {
		return true
	}
	for _, e := range r.eaches {
		if e.dirty(c) {
			return true
		}
	}
	return false
}

// outermost lists the regions inside that are out of date and in no other such.
func (r *region) outermost(list []*region) []*region {
	r.children(func(i *region) {
		switch {
		case i.stale:
			list = append(list, i)
		case i.holding:
			list = i.outermost(list)
		}
	})
	return list
}

// settle takes over, once the pass is to be shown, what scanning has found out. moved is
// by how much the nodes of before have moved since.
func (p *pass) settle(moved int32) {
	for _, c := range p.carried {
		m := &p.marks[c.mark]
		c.region.outer = c.outer
		c.region.take(m.Node-m.From-moved, m.From+moved, m.Place)
	}
	for i, r := range p.found {
		r.before = nil
		if r.part != nil {
			r.part.region = r
		}
		for _, c := range r.plain {
			c.region = r
		}
		if i > 0 {
			m := &p.marks[r.end]
			if r.place, r.loose = m.Place, m.Loose; m.Broken {
				r.place = nil
			}
		}
		for _, e := range r.eaches {
			e.settle(p.marks)
		}
	}
}

// take moves a region that was taken over, with all in it, by shift. from is where the
// nodes began that it was taken over with; around is what stands around those now.
func (r *region) take(shift, from int32, around *patch.Place) {
	r.visit(func(r *region) {
		if r.place != nil {
			r.place.Start += shift
			r.place.End += shift
			if r.place.Owner >= from {
				r.place.Owner += shift
			} else {
				r.place.Around(around)
			}
		}
		for _, e := range r.eaches {
			e.start += shift
		}
	})
}

// replaceRegion puts a region that was rendered alone, and scanned where it then began,
// in the place of its old self, which has moved since, and moves what follows in the tree
// by shift.
func (t *Tree) replaceRegion(old, now *region, scanned patch.Place, moved, shift int32) {
	place := *old.place
	now.children(func(r *region) {
		r.outer = old
		r.visit(func(r *region) { r.follow(moved, scanned, place) })
	})
	for _, e := range now.eaches {
		if e.start += moved; e.stream != nil {
			e.stream.region = old
		}
	}
	place.End += shift
	now.place, now.outer, now.loose = &place, old.outer, old.loose
	now.part, now.name = old.part, old.name
	if *old = *now; old.part != nil {
		old.part.region = old
	}
	for _, c := range old.plain {
		c.region = old
	}
	if shift != 0 {
		t.page.makeRoom(old, shift)
	}
}

// follow moves a region inside one that has moved since it was scanned.
func (r *region) follow(shift int32, scanned, now patch.Place) {
	if r.place != nil {
		r.place.Start += shift
		r.place.End += shift
		if r.place.Owner >= scanned.Start {
			r.place.Owner += shift
		} else {
			r.place.Owner = now.Owner
		}
	}
	for _, e := range r.eaches {
		e.start += shift
	}
}

// makeRoom moves what stands behind a region that has grown by shift, and lengthens what
// it is in. It reports whether it has met it.
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
	for _, e := range r.eaches {
		for ; next < e.after; next++ {
			visit(r.inner[next])
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
	for ; next < len(r.inner); next++ {
		visit(r.inner[next])
	}
	return met
}

// move shifts a region that stands behind one whose nodes ended at end.
func (r *region) move(end, shift int32) {
	if r.place != nil {
		r.place.Start += shift
		r.place.End += shift
		if r.place.Owner >= end {
			r.place.Owner += shift
		}
	}
	for _, e := range r.eaches {
		e.start += shift
	}
}
