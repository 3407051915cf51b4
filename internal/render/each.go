package render

import (
	"math"
	"slices"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// each is the memory of a list's last rendering, some 12 bytes an item. An item is identified by the
// hash of its value: the same value, function and reads give the same HTML.
type each struct {
	fn        uintptr
	hash      []uint64
	one       [1]uint64    // memory for the hash of one item
	every     uint16       // elements with ids in each item
	nodes     []uint16     // the same, if the items differ in that; else nil
	shape     []scope.Read // the reads of every item, without arguments
	args      []uint32     // halves of the hashes of those reads' arguments, for each item
	mixed     bool         // items have different reads: none can be skipped
	start     int32        // the first item's place in the tree
	neverSkip bool         // an item has content outside elements with ids

	stream *streamed // that has the items; nil of Each

	after      int       // how many regions of the enclosing one come before the list
	regions    []*region // in the items, in order
	regionEnds []int32   // where each item's regions end; nil without regions

	// Until settled: the origin of each item (an index of was, or -1-mark), its end mark, and the
	// mark of the first.
	from  []int32
	until []int32
	was   *each
	first int
}

// size returns how many items the list has.
func (e *each) size() int {
	if e.stream != nil {
		return len(e.stream.ids)
	}
	return len(e.hash)
}

// regionsOf returns the regions in an item.
func (e *each) regionsOf(j int) []*region {
	if e.regionEnds == nil {
		return nil
	}
	from := int32(0)
	if j > 0 {
		from = e.regionEnds[j-1]
	}
	return e.regions[from:e.regionEnds[j]]
}

// add notes the reads of a rendered item.
func (e *each) add(reads []scope.Read) {
	if e.shape == nil {
		e.shape = make([]scope.Read, len(reads))
		for i, r := range reads {
			e.shape[i] = r.WithArg(min(r.Arg(), 1))
		}
	}
	if len(reads) != len(e.shape) {
		e.mixed = true
		e.shape = merge(e.shape, reads)
		return
	}
	for i, r := range reads {
		if !r.Same(e.shape[i]) {
			e.mixed = true
			e.shape = merge(e.shape, reads)
			return
		}
		if r.Arg() != 0 {
			if e.args == nil {
				e.args = make([]uint32, 0, cap(e.hash)*e.width())
			}
			e.args = append(e.args, uint32(r.Arg()))
		}
	}
}

// merge returns the reads of a list whose items differ: reads of whole keys, so that any change of
// them renders the list.
func merge(a, b []scope.Read) []scope.Read {
	var out []scope.Read
	for _, r := range slices.Concat(a, b) {
		if r = r.WithArg(0); !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// width returns how many reads with an argument each item has.
func (e *each) width() (n int) {
	for _, r := range e.shape {
		if r.Arg() != 0 {
			n++
		}
	}
	return n
}

// argsOf returns the arguments of an item's reads, of which each item has width.
func (e *each) argsOf(j, width int) []uint32 { return e.args[j*width : (j+1)*width] }

// place returns where an item is in the tree, and how many nodes it has.
func (e *each) place(j int, offsets *[]int32) (at, n int32) {
	if e.nodes == nil {
		return e.start + int32(j)*int32(e.every), int32(e.every)
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

// count returns how many nodes an item has.
func (e *each) count(j int32) int32 {
	if e.nodes == nil {
		return int32(e.every)
	}
	return int32(e.nodes[j])
}

// settle reads from the marks how many nodes the items have.
func (e *each) settle(marks []patch.Mark) {
	if e.from == nil {
		return
	}
	if e.first < len(marks) {
		e.start = marks[e.first].Node
		e.neverSkip = e.neverSkip || marks[e.first].Broken
	}
	if s := e.stream; s != nil && s.end > 0 {
		if m := &marks[s.end]; !m.Broken && m.Place.Owner+1 == m.Place.Start {
			s.place = m.Place
		}
	}
	var nodes []uint16
	for i, from := range e.from {
		n := int32(0)
		if from >= 0 {
			n = e.was.count(from)
		} else {
			begin, end := &marks[-from-1], &marks[e.until[i]]
			n = end.Node - begin.Node
			if end.Loose || end.Broken || n < 0 || n > math.MaxUint16 {
				e.neverSkip, n = true, 0
			}
		}
		switch {
		case i == 0:
			e.every = uint16(n)
		case nodes == nil && n != int32(e.every):
			nodes = slices.Repeat([]uint16{e.every}, len(e.from))
		}
		if nodes != nil {
			nodes[i] = uint16(n)
		}
	}
	e.nodes = nodes
	e.from, e.until, e.was = nil, nil, nil
}

// grow adds nodes to the item with the list's k-th region.
func (e *each) grow(k int, shift int32) {
	j, _ := slices.BinarySearch(e.regionEnds, int32(k+1))
	if e.nodes == nil {
		e.nodes = slices.Repeat([]uint16{e.every}, len(e.regionEnds))
	}
	if n := int32(e.nodes[j]) + shift; n >= 0 && n <= math.MaxUint16 {
		e.nodes[j] = uint16(n)
	} else {
		e.neverSkip = true
	}
}
