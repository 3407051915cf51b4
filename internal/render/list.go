package render

import (
	"context"
	"io"
	"reflect"
	"slices"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// List is a list that is being rendered. The caller calls Add for each item, then Reuse for each,
// Item where that reports false, and End.
type List struct {
	building
	pass *pass
}

// BeginList begins a list of n items that the function item renders. It returns nil if no item can
// be left out, now or later: then the caller renders all items itself.
func BeginList(ctx context.Context, w io.Writer, item any, n int) *List {
	p := passOf(ctx, w)
	if p == nil || capturing(item) {
		return nil
	}
	l := p.spare
	if p.spare = nil; l == nil {
		l = new(List)
	}
	l.pass = p
	p.beginEach(&l.building, reflect.ValueOf(item).Pointer(), n)
	return l
}

// Add adds an item by the hash of its value.
func (l *List) Add(hash uint64) { l.hash = append(l.hash, hash) }

// Reuse leaves the i-th item out if the last rendering has the same.
func (l *List) Reuse(i int) bool { return l.reuse(l.pass, i) }

// Item renders an item.
func (l *List) Item(ctx context.Context, w io.Writer, item templ.Component) error {
	p := l.pass
	p.flush(w)
	l.begin(p)
	outer := p.tracker.Mark()
	err := item.Render(ctx, w)
	reads := p.tracker.Since(outer)
	if err != nil {
		return err
	}
	p.flush(w)
	l.end(p, reads)
	return nil
}

// End ends the list.
func (l *List) End() { l.pass.spare = l }

// building is the state of a list that is being rendered.
type building struct {
	*each
	old     *each
	stale   stale          // which old items are out of date
	next    int            // likely index of the next item in the old list
	byHash  map[uint64]int // indexes in the old list, once the order has changed
	offsets []int32
	taken   []bool // which old items are in the new list
	one     [1]bool
	skipTo  int32 // where the last skip mark ends
}

func (p *pass) beginEach(b *building, fn uintptr, n int) {
	e := &each{
		fn: fn, from: p.buf.numbers(n), until: p.buf.numbers(n),
		first: len(p.marks), after: len(p.region.inside().inner),
	}
	if e.hash = e.one[:0]; n > 1 {
		e.hash = make([]uint64, 0, n)
	}
	*b = building{each: e, skipTo: -1}
	in := p.region.toParts()
	k := len(in.eaches)
	in.eaches = append(in.eaches, e)
	if before := p.region.before; before != nil && k < len(before.inside().eaches) {
		if old := before.parts.eaches[k]; old.fn == fn && !old.neverSkip && !old.mixed && p.skip {
			b.old, e.was = old, old
			if b.taken = b.one[:]; len(old.hash) != 1 {
				b.taken = make([]bool, len(old.hash))
			}
			b.stale = old.staleness(p.changes)
			e.shape = old.shape
			if len(old.args) > 0 {
				e.args = make([]uint32, 0, len(old.args))
			}
		}
	}
}

// reuse leaves an item out if the last rendering has the same.
func (b *building) reuse(p *pass, i int) bool {
	j := b.find(i)
	if j < 0 {
		return false
	}
	inside := b.old.regionsOf(j)
	if p.atItem() || b.stale.item(b.old, j) || slices.ContainsFunc(inside, func(r *region) bool { return r.containsStale || r.place == nil }) {
		b.next = j + 1
		return false
	}
	if b.taken[j] {
		p.duplicate = true // two equal items: only a whole rendering handles their duplicate ids
		return false
	}
	b.taken[j] = true
	b.next = j + 1
	at, n := b.old.place(j, &b.offsets)
	if last := len(p.marks) - 1; b.skipTo == at && last >= 0 && p.marks[last].Kind == patch.Skip {
		p.marks[last].Count += n
	} else {
		m := p.mark(patch.Skip)
		m.From, m.Count = at, n
	}
	b.skipTo = at + n
	b.from, b.until = append(b.from, int32(j)), append(b.until, 0)
	b.args = append(b.args, b.old.argsOf(j, b.stale.width)...)
	for _, r := range inside {
		p.marks[len(p.marks)-1].Region = true
		b.addRegion(r)
		p.carry(r)
	}
	b.endRegions()
	return true
}

// begin begins an item that is rendered.
func (b *building) begin(p *pass) {
	b.from = append(b.from, int32(-1-len(p.marks)))
	p.mark(patch.Begin)
	p.item = b
}

// end ends an item that had these reads.
func (b *building) end(p *pass, reads []scope.Read) {
	p.item = nil
	b.until = append(b.until, int32(len(p.marks)))
	p.mark(patch.End)
	b.add(reads)
	b.endRegions()
}

// addRegion adds a region to the current item.
func (b *building) addRegion(r *region) { b.regions = append(b.regions, r) }

// endRegions ends the regions of the current item.
func (b *building) endRegions() {
	if b.regionEnds == nil && len(b.regions) > 0 {
		b.regionEnds = make([]int32, len(b.from)-1, cap(b.from))
	}
	if b.regionEnds != nil {
		b.regionEnds = append(b.regionEnds, int32(len(b.regions)))
	}
}

// find returns the index of the i-th item in the old list, or -1. It tries the neighbours before it
// indexes the whole list.
func (b *building) find(i int) int {
	if b.old == nil {
		return -1
	}
	old, h := b.old.hash, b.hash[i]
	follows := func(j int) bool { // the next item is the old list's j-th
		if i+1 == len(b.hash) {
			return j == len(old)
		}
		return j < len(old) && b.hash[i+1] == old[j]
	}
	switch next := b.next; {
	case next < len(old) && old[next] == h:
		return next
	case next+1 < len(old) && old[next+1] == h: // one was removed
		return next + 1
	case follows(next + 1): // this one was changed
		b.next++
		return -1
	case follows(next): // this one was inserted
		return -1
	}
	if b.byHash == nil {
		b.byHash = make(map[uint64]int, len(old))
		for j, x := range old {
			b.byHash[x] = j
		}
	}
	if j, ok := b.byHash[h]; ok {
		return j
	}
	return -1
}
