package render

import (
	"errors"
	"maps"
	"slices"

	"github.com/sideband-go/sideband/internal/fault"
)

// failed ends the components that only the failed rendering would have shown. If the rendering was
// abandoned, another worker does that.
func (t *Tree) failed(err error) {
	if errors.Is(err, fault.ErrAbandoned) {
		return
	}
	t.dropUnshown()
	for _, c := range t.all {
		if c.changed && c.parent != nil {
			c.parent.change() // the parent renders it again, with its then current props
		}
	}
}

// commit makes the drafts what the page shows.
func (t *Tree) commit(drafts []draft) {
	for _, p := range drafts {
		moved := int32(0) // by commits since it was scanned
		if p.old != nil {
			moved = p.old.place.Start - p.where.Start
		}
		p.pass.settle(moved)
		for _, c := range p.pass.shown {
			c.changed, c.moved, c.shown = false, false, true
		}
		if p.old == nil {
			t.root.changed = false
			t.shown.Commit(p.scanned)
			t.page = p.pass.found[0]
			t.page.body, t.page.ctx = nil, nil // it is rendered with new ones
			t.remove(t.unrendered(t.all[1:]))
			t.noteStreams(p.pass, slices.Collect(maps.Values(t.streams)))
			continue
		}
		before, streams := p.old.gather(nil, nil)
		shift := t.shown.CommitRegion(p.scanned, *p.old.place)
		t.replaceRegion(p.old, p.pass.found[0], p.where, moved, shift)
		t.remove(t.unrendered(before))
		t.noteStreams(p.pass, streams)
	}
	t.shown.Compact()
	t.rendered()
	t.dropUnshown()
}

// gather appends the components and streams of a region, and of all regions inside.
func (r *region) gather(components []*Component, streams []*streamed) ([]*Component, []*streamed) {
	r.visit(func(r *region) {
		if r.component != nil {
			components = append(components, r.component)
		}
		components = append(components, r.inside().plain...)
		for _, e := range r.inside().eaches {
			if e.stream != nil {
				streams = append(streams, e.stream)
			}
		}
	})
	return components, streams
}

// dropUnshown ends components that a rendering has added but that are not shown.
func (t *Tree) dropUnshown() {
	var gone []*Component
	for _, c := range t.added {
		if !c.shown {
			gone = append(gone, c)
		}
	}
	t.added = nil
	if gone != nil {
		t.remove(gone)
	}
}

// unrendered returns those of the components that are not part of the last rendering.
func (t *Tree) unrendered(list []*Component) (gone []*Component) {
	for _, c := range list {
		if c.round != t.round {
			gone = append(gone, c)
		}
	}
	return gone
}
