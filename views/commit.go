package views

import (
	"errors"
	"maps"
	"slices"
)

// failed ends what only a rendering that has failed would have shown. If it was given up,
// another goroutine sees to it.
func (in *Instance) failed(err error) {
	if errors.Is(err, ErrAbandoned) {
		return
	}
	in.dropUnshown()
	for _, c := range in.all {
		if c.changed && c.outer != nil {
			c.outer.change() // it is to be placed again, with what is true then
		}
	}
}

// commit makes what was rendered what is shown.
func (in *Instance) commit(parts []part) {
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
			in.root.changed = false
			in.tree.Commit(p.scanned)
			in.page = p.pass.found[0]
			in.remove(in.unplaced(in.all[1:]))
			in.placeStreams(p.pass, slices.Collect(maps.Values(in.streams)))
			continue
		}
		var before []*component
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
		shift := in.tree.CommitRegion(p.scanned, *p.old.place)
		in.replaceRegion(p.old, p.pass.found[0], p.where, moved, shift)
		in.remove(in.unplaced(before))
		in.placeStreams(p.pass, streams)
	}
	in.tree.Compact()
	in.rendered()
	in.dropUnshown()
}

// dropUnshown ends components that a rendering has placed of which nothing is shown.
func (in *Instance) dropUnshown() {
	var gone []*component
	for _, c := range in.placed {
		if !c.shown {
			gone = append(gone, c)
		}
	}
	in.placed = nil
	if gone != nil {
		in.remove(gone)
	}
}

// unplaced lists those components that the last rendering has not placed.
func (in *Instance) unplaced(list []*component) (gone []*component) {
	for _, c := range list {
		if c.round != in.round {
			gone = append(gone, c)
		}
	}
	return gone
}
