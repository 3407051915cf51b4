package render

import (
	"errors"
	"maps"
	"slices"

	"github.com/sideband-go/sideband/internal/fault"
)

// failed ends what only a rendering that has failed would have shown. If it was given up,
// another goroutine sees to it.
func (t *Tree) failed(err error) {
	if errors.Is(err, fault.ErrAbandoned) {
		return
	}
	t.dropUnshown()
	for _, c := range t.all {
		if c.changed && c.parent != nil {
			c.parent.change() // it is to be placed again, with what is true then
		}
	}
}

// commit makes what was rendered what is shown.
func (t *Tree) commit(parts []part) {
	for _, p := range parts {
		moved := int32(0) // by what was committed since it was scanned
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
			t.remove(t.unplaced(t.all[1:]))
			t.placeStreams(p.pass, slices.Collect(maps.Values(t.streams)))
			continue
		}
		var before []*Component
		var streams []*streamed
		p.old.visit(func(r *region) {
			if r.part != nil && r != p.old {
				before = append(before, r.part)
			}
			before = append(before, r.plain...)
			for _, e := range r.eaches {
				if e.stream != nil {
					streams = append(streams, e.stream)
				}
			}
		})
		shift := t.shown.CommitRegion(p.scanned, *p.old.place)
		t.replaceRegion(p.old, p.pass.found[0], p.where, moved, shift)
		t.remove(t.unplaced(before))
		t.placeStreams(p.pass, streams)
	}
	t.shown.Compact()
	t.rendered()
	t.dropUnshown()
}

// dropUnshown ends components that a rendering has placed of which nothing is shown.
func (t *Tree) dropUnshown() {
	var gone []*Component
	for _, c := range t.placed {
		if !c.shown {
			gone = append(gone, c)
		}
	}
	t.placed = nil
	if gone != nil {
		t.remove(gone)
	}
}

// unplaced lists those components that the last rendering has not placed.
func (t *Tree) unplaced(list []*Component) (gone []*Component) {
	for _, c := range list {
		if c.round != t.round {
			gone = append(gone, c)
		}
	}
	return gone
}
