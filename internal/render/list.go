package render

import (
	"context"
	"io"
	"math"
	"reflect"
	"slices"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// each is what a list remembers of its last rendering, some 20 bytes an item. An
// item is known by the hash of its value: what rendered the same value with the same
// function and the same reads rendered the same HTML.
type each struct {
	fn    uintptr
	hash  []uint64
	nodes []uint16     // elements with ids in each item; nil: one
	shape []scope.Read // what every item read, arguments aside
	args  []uint64     // of those reads that have one, for each item
	odd   bool         // items read different things: none can be skipped
	start int32        // the first item's place in the tree
	fixed bool         // nothing can be skipped: an item has content outside elements with ids

	stream *streamed // whose items these are; nil of Each

	after   int       // regions of the region around that stand before the list
	regions []*region // in the items, one after the other
	upto    []int32   // how many of them are in each item and those before it; nil without

	// Until settled: where each item comes from, an item of was or -1-mark, the mark at
	// its end, and the mark of the first.
	from  []int32
	until []int32
	was   *each
	first int
}

// List is a list being rendered. The caller calls Add for each item, and then Reuse and, where
// that reports false, Item.
type List struct {
	building
	pass *pass
}

// BeginList begins a list of n items that the function item renders. It returns nil if nothing
// of it can be left out, now or later: then the caller renders the items as they are.
func BeginList(ctx context.Context, w io.Writer, item any, n int) *List {
	p := passOf(ctx, w)
	if p == nil || capturing(item) {
		return nil
	}
	l := &List{pass: p}
	p.beginEach(&l.building, reflect.ValueOf(item).Pointer(), n)
	return l
}

// Add adds an item by the hash of its value.
func (l *List) Add(hash uint64) { l.hash = append(l.hash, hash) }

// Reuse leaves the i-th item out if the last rendering has it as it is.
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

// building is what is known of a list being rendered.
type building struct {
	*each
	old     *each
	stale   stale          // which old items are out of date
	next    int            // where the next item most likely is in the old list
	byHash  map[uint64]int // of the old list, once order has changed
	offsets []int32
	taken   []bool // old items that stand in the new list
	skipTo  int32  // where the last skip mark ends
}

func (p *pass) beginEach(b *building, fn uintptr, n int) {
	e := &each{
		fn: fn, hash: make([]uint64, 0, n), from: p.buf.numbers(n), until: p.buf.numbers(n),
		first: len(p.marks), after: len(p.region.inner),
	}
	*b = building{each: e, skipTo: -1}
	k := len(p.region.eaches)
	p.region.eaches = append(p.region.eaches, e)
	if before := p.region.before; before != nil && k < len(before.eaches) {
		if old := before.eaches[k]; old.fn == fn && !old.fixed && !old.odd && p.skip {
			b.old, e.was = old, old
			b.taken = make([]bool, len(old.hash))
			b.stale = old.staleness(p.changes)
			e.shape = old.shape
			if len(old.args) > 0 {
				e.args = make([]uint64, 0, len(old.args))
			}
		}
	}
}

// reuse leaves an item out if the last rendering has it as it is.
func (b *building) reuse(p *pass, i int) bool {
	j := b.find(i)
	if j < 0 {
		return false
	}
	inside := b.old.regionsOf(j)
	if b.stale.item(b.old, j) || slices.ContainsFunc(inside, func(r *region) bool { return r.holding || r.place == nil }) {
		b.next = j + 1
		return false
	}
	if b.taken[j] {
		p.twice = true // two items alike: only a whole rendering shows what comes of their ids
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
	b.args = append(b.args, b.old.argsOf(j)...)
	for _, r := range inside {
		p.marks[len(p.marks)-1].Region = true
		b.addRegion(r)
		p.carry(r)
	}
	b.endItem()
	return true
}

// begin renders an item that could not be left out.
func (b *building) begin(p *pass) {
	b.from = append(b.from, int32(-1-len(p.marks)))
	p.mark(patch.Begin)
	p.item = b
}

// end is called with what the item has read.
func (b *building) end(p *pass, reads []scope.Read) {
	p.item = nil
	b.until = append(b.until, int32(len(p.marks)))
	p.mark(patch.End)
	b.add(reads)
	b.endItem()
}

// addRegion notes that a region stands in the item under way.
func (b *building) addRegion(r *region) { b.regions = append(b.regions, r) }

func (b *building) endItem() {
	if b.upto == nil && len(b.regions) > 0 {
		b.upto = make([]int32, len(b.from)-1, cap(b.from))
	}
	if b.upto != nil {
		b.upto = append(b.upto, int32(len(b.regions)))
	}
}

// regionsOf lists the regions in an item.
func (e *each) regionsOf(j int) []*region {
	if e.upto == nil {
		return nil
	}
	from := int32(0)
	if j > 0 {
		from = e.upto[j-1]
	}
	return e.regions[from:e.upto[j]]
}

// find returns where the i-th item was in the old list, or -1. It looks at the
// neighbours before it indexes the whole list.
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

// add notes what a rendered item read.
func (e *each) add(reads []scope.Read) {
	if e.shape == nil {
		e.shape = make([]scope.Read, len(reads))
		for i, r := range reads {
			e.shape[i] = r.WithArg(min(r.Arg(), 1))
		}
	}
	if len(reads) != len(e.shape) {
		e.odd = true
		e.shape = merge(e.shape, reads)
		return
	}
	for i, r := range reads {
		if !r.Same(e.shape[i]) {
			e.odd = true
			e.shape = merge(e.shape, reads)
			return
		}
		if r.Arg() != 0 {
			if e.args == nil {
				e.args = make([]uint64, 0, cap(e.hash)*e.width())
			}
			e.args = append(e.args, r.Arg())
		}
	}
}

// merge makes the reads of a list whose items differ: of whole keys, so that any
// change of them renders the list.
func merge(a, b []scope.Read) []scope.Read {
	var out []scope.Read
	for _, r := range slices.Concat(a, b) {
		if r = r.WithArg(0); !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// width is how many reads with an argument each item has.
func (e *each) width() (n int) {
	for _, r := range e.shape {
		if r.Arg() != 0 {
			n++
		}
	}
	return n
}

func (e *each) argsOf(j int) []uint64 {
	if len(e.args) == 0 {
		return nil
	}
	n := e.width()
	return e.args[j*n : (j+1)*n]
}

// stale says what has changed of that which the items of a list read.
type stale struct {
	all   bool // something that every item read
	args  []staleArg
	width int
}

// staleArg is a key that is compared with an argument: out of date are the items
// whose argument it had or has.
type staleArg struct {
	place    int // among an item's arguments
	old, now uint64
}

func (e *each) staleness(c *scope.Changes) (s stale) {
	for _, r := range e.shape {
		if r.Arg() == 0 {
			s.all = s.all || c.Is(r)
			continue
		}
		if old, now, changed := c.Args(r); changed {
			s.args = append(s.args, staleArg{s.width, old, now})
		}
		s.width++
	}
	return s
}

// item reports whether an item of the list is out of date.
func (s *stale) item(e *each, j int) bool {
	for _, a := range s.args {
		if x := e.args[j*s.width+a.place]; x == a.old || x == a.now {
			return true
		}
	}
	return s.all
}

// dirty reports whether any item is out of date.
func (e *each) dirty(c *scope.Changes) bool {
	s := e.staleness(c)
	if s.all {
		return len(e.hash) > 0
	}
	for _, a := range s.args {
		for i := a.place; i < len(e.args); i += s.width {
			if x := e.args[i]; x == a.old || x == a.now {
				return true
			}
		}
	}
	return false
}

// place is where an item stands in the tree, and how many nodes it has.
func (e *each) place(j int, offsets *[]int32) (at, n int32) {
	if e.nodes == nil {
		return e.start + int32(j), 1
	}
	if *offsets == nil {
		o := make([]int32, len(e.nodes)+1)
		for i, n := range e.nodes {
			o[i+1] = o[i] + int32(n)
		}
		*offsets = o
	}
	return e.start + (*offsets)[j], int32(e.nodes[j])
}

// settle takes over from the marks how many nodes the items have.
func (e *each) settle(marks []patch.Mark) {
	if e.from == nil {
		return
	}
	if e.first < len(marks) {
		e.start = marks[e.first].Node
	}
	var nodes []uint16
	for i, from := range e.from {
		n := int32(1)
		if from >= 0 {
			if e.was.nodes != nil {
				n = int32(e.was.nodes[from])
			}
		} else {
			begin, end := &marks[-from-1], &marks[e.until[i]]
			n = end.Node - begin.Node
			if end.Loose || end.Broken || n < 0 || n > math.MaxUint16 {
				e.fixed, n = true, 0
			}
		}
		if n != 1 && nodes == nil {
			nodes = ones(len(e.from))
		}
		if nodes != nil {
			nodes[i] = uint16(n)
		}
	}
	e.nodes = nodes
	e.from, e.until, e.was = nil, nil, nil
}

// grow notes that the item with the list's k-th region has more nodes.
func (e *each) grow(k int, shift int32) {
	j, _ := slices.BinarySearch(e.upto, int32(k+1))
	if e.nodes == nil {
		e.nodes = ones(len(e.hash))
	}
	if n := int32(e.nodes[j]) + shift; n >= 0 && n <= math.MaxUint16 {
		e.nodes[j] = uint16(n)
	} else {
		e.fixed = true
	}
}

func ones(n int) []uint16 {
	list := make([]uint16, n)
	for i := range list {
		list[i] = 1
	}
	return list
}
