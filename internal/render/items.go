package render

import (
	"bytes"
	"errors"
	"slices"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// Where nothing has changed but what is in one stream, only its new items are rendered, and only they
// and the items next to them are scanned and compared. What is shown is the same as when the region around
// is rendered; whatever that needs to know is left to it.

// edit puts items in the place of others that a stream has shown.
type edit struct {
	from, to       int // the old items
	newFrom, newTo int // the new ones

	place   patch.Place
	scanned *patch.Scanned
	items   *streamed // the new items, as rendered; nil without
}

// arriving is the memory of new items while they are rendered and spliced into their stream.
type arriving struct {
	each      each
	streamed  streamed
	streaming streaming
}

// maxEdited is how many items may be new or gone, at most, at one place of a stream.
const maxEdited = 64

// renderItems shows what has come to a stream and has gone from it, if nothing else is out of date. ok is
// false if that takes more: then nothing has changed.
func (t *Tree) renderItems(stale []*region, changes *scope.Changes) (out Rendering, ok bool, err error) {
	r := t.page
	switch {
	case !r.stale && len(stale) == 1:
		r = stale[0]
	case !r.stale || len(stale) > 0:
		return out, false, nil
	}
	s := r.changedStream(changes)
	if s == nil || s.place == nil || s.each.neverSkip || r != t.page && (r.place == nil || len(r.outermost(nil)) > 0) {
		return out, false, nil
	}
	t.round++
	b := buffers.Get().(*buffer)
	window := &region{}
	p := &pass{
		tree: t, buf: b, marks: b.marks, region: r, one: [1]*region{window}, root: window,
		changes: changes, skip: true, round: t.round,
	}
	p.found = p.one[:]
	edits := b.edits[:0]
	defer func() {
		for i := range edits {
			if s := edits[i].scanned; s != nil {
				s.Release()
			}
		}
		clear(edits[:cap(edits)])
		b.edits, b.arriving = edits[:0], arriving{}
		if !ok {
			p.unnote(checkpoint{})
		}
		p.release()
	}()
	t.pass.Store(p)
	defer t.pass.CompareAndSwap(p, nil)
	var items Items
	err = t.guard.Call(func() error {
		items = s.read(s.ctx)
		p.tracker.Since(nil)
		if edits = s.edits(edits, items); len(edits) == 0 {
			return patch.ErrNeedAll
		}
		for i := range edits {
			if err := p.renderEdit(s, items, &edits[i]); err != nil {
				return err
			}
		}
		return nil
	})
	ops := b.ops[:0]
	for i := range edits {
		if e := &edits[i]; err == nil {
			ops, err = patch.DiffRegion(ops, &t.shown, e.scanned, &e.place, protocol.RootID)
			out.Warnings = append(out.Warnings, e.scanned.Warnings()...)
		}
	}
	b.ops = ops
	switch {
	case errors.Is(err, fault.ErrAbandoned):
		return Rendering{}, false, err
	case err != nil: // if it is the application's, the region around will have it, too
		return Rendering{}, false, nil
	}
	out.Ops = bytes.Clone(ops) // what is sent is retained, and has no room to spare
	t.commitItems(p, s, items.IDs, edits)
	return out, true, nil
}

// changedStream returns the stream of the region if nothing else in it is out of date.
func (r *region) changedStream(c *scope.Changes) (s *streamed) {
	if r.component != nil && (r.component.changed || r.component.remount) || c.Any(r.reads) {
		return nil
	}
	for _, p := range r.inside().plain {
		if p.changed || p.remount {
			return nil
		}
	}
	for _, e := range r.inside().eaches {
		if e.dirty(c) {
			if e.stream == nil || s != nil {
				return nil
			}
			s = e.stream
		}
	}
	return s
}

// edits appends how what was shown of the stream becomes what it holds: what has gone from its
// ends, then what has changed between. It appends none if that is a lot, or nothing.
func (s *streamed) edits(edits []edit, items Items) []edit {
	was, is := s.ids, items.IDs
	if items.Ref != s.ref || items.Broken {
		return edits
	}
	low, end, newLow, newEnd := 0, len(was), 0, len(is)
	if newEnd > 0 && !items.Waits(0) {
		if k := slices.Index(was[:min(len(was), maxEdited)], is[0]); k > 0 {
			edits = append(edits, edit{to: k})
			low = k
		}
	}
	if newEnd > 0 && !items.Waits(newEnd-1) {
		from := max(low, end-maxEdited)
		if k := slices.Index(was[from:], is[newEnd-1]); k >= 0 && from+k+1 < end {
			end = from + k + 1
			edits = append(edits, edit{from: end, to: len(was), newFrom: newEnd, newTo: newEnd})
		}
	}
	for low < end && newLow < newEnd && was[low] == is[newLow] && !items.Waits(newLow) {
		low, newLow = low+1, newLow+1
	}
	for low < end && newLow < newEnd && was[end-1] == is[newEnd-1] && !items.Waits(newEnd-1) {
		end, newEnd = end-1, newEnd-1
	}
	switch {
	case end-low > maxEdited || newEnd-newLow > maxEdited:
		return edits[:0]
	case newLow == newEnd && low == end:
		return edits
	case newLow == newEnd:
	case newLow > 0: // new items are put next to one that stays
		low, newLow = low-1, newLow-1
	case newEnd < len(is):
		end, newEnd = end+1, newEnd+1
	}
	return append(edits, edit{from: low, to: end, newFrom: newLow, newTo: newEnd})
}

// renderEdit renders and scans the new items of an edit.
func (p *pass) renderEdit(s *streamed, items Items, e *edit) (err error) {
	t, offsets := p.tree, []int32(nil)
	e.place = *s.place
	e.place.Owner = s.each.start - 1
	e.place.Start, e.place.End = s.each.start, s.each.start
	if e.from > 0 {
		at, n := s.each.place(e.from-1, &offsets)
		e.place.Start, e.place.End = at+n, at+n
	}
	if e.to > e.from {
		at, n := s.each.place(e.to-1, &offsets)
		e.place.End = at + n
	}
	if e.newFrom == e.newTo {
		e.scanned, err = patch.ScanRegion(nil, nil, &t.shown, &e.place)
		return err
	}
	n := e.newTo - e.newFrom
	a := &p.buf.arriving // no more than one edit has new items
	a.each = each{from: p.buf.numbers(n), until: p.buf.numbers(n), was: s.each, stream: &a.streamed}
	a.streamed = streamed{each: &a.each, ref: s.ref, ids: items.IDs[e.newFrom:e.newTo], owner: s.owner}
	a.streaming = streaming{streamed: &a.streamed, pass: p, now: items, items: building{each: &a.each, skipTo: -1, offsets: offsets}, was: s, next: e.from}
	list, b := &a.each, &a.streaming
	e.items = &a.streamed
	p.streams = append(p.streams, e.items)
	switch lost, err := b.render(withFreshOnce(s.ctx), p.buf, e.newFrom, e.newTo); {
	case err != nil:
		return err
	case lost != nil:
		return patch.ErrNeedAll
	}
	for _, j := range list.from {
		if j >= 0 && (int(j) < e.from || int(j) >= e.to) {
			return patch.ErrNeedAll // it has moved here
		}
	}
	t.disarm(p.buf.b)
	if e.scanned, err = patch.ScanRegion(p.buf.b, p.marks, &t.shown, &e.place); err != nil {
		return err
	}
	e.scanned.PostTo(t.address, protocol.Stamp(t.nonce))
	if err := p.checkStreams(e.scanned); err != nil {
		return err
	}
	if list.settle(p.marks); list.neverSkip {
		return patch.ErrNeedAll
	}
	return nil
}

// commitItems makes what the edits show what the page shows. Those that come last in the page are first:
// no other moves before it is committed.
func (t *Tree) commitItems(p *pass, s *streamed, ids []string, edits []edit) {
	slices.SortFunc(edits, func(a, b edit) int { return b.from - a.from })
	n := len(s.ids)
	var gone []*Component
	var streams []*streamed
	for i := range edits {
		e := &edits[i]
		for j := e.from; j < e.to; j++ {
			for _, r := range s.each.regionsOf(j) {
				gone, streams = r.gather(gone, streams)
			}
		}
		shift := t.shown.CommitRegion(e.scanned, e.place)
		if e.items != nil {
			p.settle(0)
		}
		next := s.splice(e, n)
		n += e.newTo - e.newFrom - (e.to - e.from)
		t.makeRoomAfter(s, next, e.place.End, shift)
	}
	for _, c := range p.shown {
		c.changed, c.moved, c.shown = false, false, true
	}
	s.ids = ids
	t.remove(t.unrendered(gone))
	p.streams = slices.DeleteFunc(p.streams, func(o *streamed) bool {
		own := o.ref == s.ref
		s.waiting = s.waiting || own && o.waiting
		return own
	})
	t.noteStreams(p, streams)
	t.shown.Compact()
	t.rendered()
	t.dropUnshown()
	t.forget(append(p.streams, s))
}

// noItems is a stream without items, to be read.
var noItems = streamed{each: &each{}}

// splice puts the items of an edit into the list of n items. It returns where the regions of the next
// item begin.
func (s *streamed) splice(e *edit, n int) (next int) {
	l, is := s.each, e.items
	if is == nil {
		is = &noItems
	}
	count := e.newTo - e.newFrom
	if n == 0 {
		l.every = is.each.every
	}
	if l.nodes != nil || is.each.nodes != nil || count > 0 && is.each.every != l.every {
		nodes := is.each.nodes
		if nodes == nil {
			nodes = slices.Repeat([]uint16{is.each.every}, count)
		}
		if l.nodes == nil {
			l.nodes = slices.Repeat([]uint16{l.every}, n)
		}
		l.nodes = slices.Replace(l.nodes, e.from, e.to, nodes...)
	}
	if n == 0 {
		s.tag = is.tag
	}
	if s.tags != nil || is.tags != nil || count > 0 && is.tag != s.tag {
		if s.tags == nil {
			s.tags = slices.Repeat([]string{s.tag}, n)
		}
		tags := is.tags
		if tags == nil {
			tags = slices.Repeat([]string{is.tag}, count)
		}
		s.tags = slices.Replace(s.tags, e.from, e.to, tags...)
	}
	if l.regionEnds == nil {
		if is.each.regionEnds == nil {
			return 0
		}
		l.regionEnds = make([]int32, n)
	}
	from, to := int32(0), int32(0)
	if e.from > 0 {
		from = l.regionEnds[e.from-1]
	}
	if to = from; e.to > e.from {
		to = l.regionEnds[e.to-1]
	}
	ends := make([]int32, count)
	for i := range ends {
		if ends[i] = from; is.each.regionEnds != nil {
			ends[i] += is.each.regionEnds[i]
		}
	}
	more := int32(len(is.each.regions)) - (to - from)
	l.regions = slices.Replace(l.regions, int(from), int(to), is.each.regions...)
	l.regionEnds = slices.Replace(l.regionEnds, e.from, e.to, ends...)
	for i := e.from + count; i < len(l.regionEnds); i++ {
		l.regionEnds[i] += more
	}
	return int(from) + len(is.each.regions)
}
