package render

import (
	"context"
	"io"
	"slices"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// region is a part of the page that can be rendered by itself: what Region encloses, a component, or
// the page. Regions are a tree: nested ones are in inner, or in the list to whose item they belong.
type region struct {
	name      string
	component *Component // nil of Region
	body      templ.Component
	ctx       context.Context
	outer     *region
	parts     *parts // nil without
	reads     []scope.Read
	place     *patch.Place // nil: it can only be rendered with the enclosing region
	loose     bool         // it has content outside elements with ids
	inItem    bool         // it stands directly in an item of a stream, which can't be rendered again
	isItem    bool         // it is the whole item

	// While a rendering is under way.
	stale         bool    // it is out of date
	containsStale bool    // it or a region inside is
	whole         bool    // nothing inside may be left out
	assessed      bool    // assess looks at it
	end           int32   // index of its end mark
	before        *region // as in the last rendering
}

// parts are what is inside of a region. Most components have none.
type parts struct {
	inner  []*region // in document order, without those in lists
	eaches []*each
	plain  []*Component // components without a region of their own
}

var noParts parts

// inside returns the parts, to be read.
func (r *region) inside() *parts {
	if r.parts == nil {
		return &noParts
	}
	return r.parts
}

// toParts returns the parts, to be changed.
func (r *region) toParts() *parts {
	if r.parts == nil {
		r.parts = new(parts)
	}
	return r.parts
}

// Region renders the content between the braces of a region.
func Region(ctx context.Context, w io.Writer, name string) error {
	body := templ.GetChildren(ctx)
	ctx = templ.ClearChildren(ctx)
	p := passOf(ctx, w)
	if p == nil {
		return body.Render(ctx, w)
	}
	return p.render(&region{name: name, body: body, ctx: ctx, before: p.region.before.find(name)}, w)
}

// owner returns the component that the region belongs to.
func (r *region) owner() *Component {
	for r != nil && r.component == nil {
		r = r.outer
	}
	if r == nil {
		return nil
	}
	return r.component
}

// label names the region in messages.
func (r *region) label() string {
	if r.component != nil {
		return r.component.Name()
	}
	return r.name
}

func (r *region) isWhole() bool { return r != nil && r.whole }

// find returns the region of the name directly inside.
func (r *region) find(name string) *region {
	if r != nil {
		for _, i := range r.inside().inner {
			if i.component == nil && i.name == name {
				return i
			}
		}
	}
	return nil
}

// render renders a region inside the current one.
func (p *pass) render(r *region, w io.Writer) error {
	r.outer = p.region
	r.inItem, r.isItem = p.inStream(), p.inStream() && p.atItem()
	p.add(r)
	p.found = append(p.found, r)
	p.mark(patch.Begin)
	outer, item, skip := p.tracker.Mark(), p.item, p.skip
	p.expectReads(r)
	p.region, p.item, p.skip = r, nil, skip && !r.before.isWhole()
	err := r.body.Render(r.ctx, w)
	p.region, p.item, p.skip = r.outer, item, skip
	r.reads = p.tracker.Since(outer)
	p.flush(w)
	r.end = int32(len(p.marks))
	p.mark(patch.End).Region = true
	return err
}

// add adds a region to the current one.
func (p *pass) add(r *region) {
	if p.item != nil {
		p.item.addRegion(r)
	} else {
		in := p.region.toParts()
		in.inner = append(in.inner, r)
	}
}

// keep leaves out an unchanged region.
func (p *pass) keep(r *region) {
	m := p.mark(patch.Skip)
	m.Region = true
	m.From, m.Count = r.place.Start, r.place.End-r.place.Start
	p.add(r)
	p.carry(r)
}

// carried is a region that was left out, with all regions inside.
type carried struct {
	region, outer *region
	mark          int // index of its skip mark
}

// carry takes a region over from the last rendering; the newest mark is its skip mark.
func (p *pass) carry(r *region) {
	p.carried = append(p.carried, carried{r, p.region, len(p.marks) - 1})
	r.visit(func(r *region) { p.noteAll(r) })
}

// noteAll notes the components and streams of a region that is taken over.
func (p *pass) noteAll(r *region) {
	if r.component != nil {
		p.note(r.component)
	}
	for _, c := range r.inside().plain {
		p.note(c)
	}
	for _, e := range r.inside().eaches {
		if s := e.stream; s != nil {
			p.duplicate = p.duplicate || p.shows(s.ref)
			s.round, s.place = p.round, nil // what is around it may be another
		}
	}
}

// visit calls f for the region and all regions inside.
func (r *region) visit(f func(*region)) {
	f(r)
	r.children(func(i *region) { i.visit(f) })
}

// children calls f for each region directly inside, in any order.
func (r *region) children(f func(*region)) {
	for _, i := range r.inside().inner {
		f(i)
	}
	for _, e := range r.inside().eaches {
		for _, i := range e.regions {
			f(i)
		}
	}
}

// assess sets what is out of date in the region, and reports whether anything is.
func (r *region) assess(t *Tree, c *scope.Changes) bool {
	r.stale, r.whole = r.dirty(c), false
	r.containsStale = r.stale
	r.children(func(i *region) {
		if i.assess(t, c) {
			r.containsStale = true
		}
	})
	for _, p := range r.inside().plain {
		if p.changed || p.remount {
			r.stale, r.containsStale = true, true
		}
	}
	if r.containsStale {
		t.flagged = append(t.flagged, r)
	}
	return r.containsStale
}

// dirty reports whether the region itself, or one of its lists, is out of date.
func (r *region) dirty(c *scope.Changes) bool {
	if r.component != nil && (r.component.changed || r.component.remount) || c.Any(r.reads) {
		return true
	}
	for _, e := range r.inside().eaches {
		if e.dirty(c) {
			return true
		}
	}
	return false
}

// staleInside returns the outermost regions inside that are out of date; the region itself if one of them may
// change which element it is.
func (r *region) staleInside() []*region {
	list := r.outermost(nil)
	if r.inItem && slices.ContainsFunc(list, r.sharesElement) {
		return []*region{r}
	}
	return list
}

// outermost appends the outermost regions inside that are out of date.
func (r *region) outermost(list []*region) []*region {
	r.children(func(i *region) {
		switch {
		case i.stale:
			list = append(list, i)
		case i.containsStale:
			list = append(list, i.staleInside()...)
		}
	})
	return list
}

// sharesElement reports whether a region inside may change which element a component in an item is.
// Then the component is rendered, which has to remain one element.
func (r *region) sharesElement(inside *region) bool {
	return r.place == nil || inside.place == nil || inside.place.Owner < r.place.Start
}

// itemComponent returns the component in an item of a stream that the region is, or is in; nil if there is none.
func (r *region) itemComponent() *region {
	for r != nil && !r.inItem {
		r = r.outer
	}
	return r
}
