package views

import (
	"context"
	"io"
	"slices"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/state"
)

// region is a part of the page that can be rendered by itself; the page is one.
type region struct {
	name   string
	body   templ.Component
	ctx    context.Context
	outer  *region
	reads  []state.Read
	eaches []*each
	place  *patch.Place // nil: only together with what is around it
	end    int          // its mark in the pass that renders it
	before *region      // the same in the last rendering, until settled
}

// Region is a part of the page that is rendered again by itself when a key it read
// has changed; the rest of the page is not. It adds no element. Put an element with
// an id inside it: if content of a region outside such elements changes, the
// element around the region is sent whole. name is for messages.
//
// Variables of the template around a region are those of the page's last
// rendering, which happens whenever a key that the page itself read has changed.
// Inside an item of Each a region has no effect.
func Region(name string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		body := templ.GetChildren(ctx)
		ctx = templ.ClearChildren(ctx)
		p := passOf(ctx, w)
		if p == nil {
			return body.Render(ctx, w)
		}
		r := &region{name: name, body: body, ctx: ctx, outer: p.region}
		for i, o := range p.old {
			if i > 0 && o.name == name {
				r.before = o
				break
			}
		}
		p.found = append(p.found, r)
		p.mark(patch.Begin)
		outer := p.tracker.Mark()
		p.region = r
		err := body.Render(ctx, w)
		p.region = r.outer
		r.reads = p.tracker.Since(outer)
		p.flush(w)
		r.end = len(p.marks)
		p.mark(patch.End).Region = true
		return err
	})
}

// dirty reports whether the region itself, or an item of its lists, is out of date.
func (r *region) dirty(c *state.Changes) bool {
	if c.Any(r.reads) {
		return true
	}
	for _, e := range r.eaches {
		if e.dirty(c) {
			return true
		}
	}
	return false
}

// settle takes over, once the pass is to be shown, what scanning has found out.
func (p *pass) settle() {
	for i, r := range p.found {
		r.before = nil
		if i > 0 {
			m := &p.marks[r.end]
			if r.place = m.Place; m.Broken {
				r.place = nil
			}
		}
		for _, e := range r.eaches {
			e.settle(p.marks)
		}
	}
}

// within lists a region and those inside it.
func (in *Instance) within(r *region) []*region {
	i := slices.Index(in.regions, r)
	j := i + 1
	for j < len(in.regions) && in.regions[j].isInside(r) {
		j++
	}
	return in.regions[i:j]
}

func (r *region) isInside(o *region) bool {
	for r = r.outer; r != nil; r = r.outer {
		if r == o {
			return true
		}
	}
	return false
}

// replaceRegion puts a region that was rendered alone, with those inside it, in the
// place of its old self, and moves what follows in the tree.
func (in *Instance) replaceRegion(old *region, found []*region, shift int32) {
	end := old.place.End
	i := slices.Index(in.regions, old)
	n := len(in.within(old))
	now := found[0]
	now.place = &patch.Place{}
	*now.place = *old.place
	now.place.End += shift
	for o := old.outer; o != nil && o.place != nil; o = o.outer {
		o.place.End += shift
	}
	for _, r := range in.regions[i+n:] {
		r.move(end, shift)
	}
	// Lists of the regions around, too, may stand behind.
	for o := old.outer; o != nil; o = o.outer {
		for _, e := range o.eaches {
			e.move(end, shift)
		}
	}
	in.regions = slices.Replace(in.regions, i, i+n, found...)
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
		e.move(end, shift)
	}
}
