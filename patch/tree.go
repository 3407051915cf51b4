package patch

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"unsafe"
)

// node is an element with an id, as last shown. Nodes stand in document order and
// hold no pointers, so that ranges of them are copied as memory.
type node struct {
	at    uint32 // in the arena: the id, then entries
	span  int32  // nodes in this subtree, this one included
	tag   sum    // of the start tag
	body  sum    // of its own text or, if it has none, of the content without child nodes
	slot  uint16 // loose pieces of the parent that stand before it
	name  uint16
	wrap  uint16 // digest of the names of the elements between it and its parent
	idLen uint8
	flags uint8
}

// sum is what a node keeps of a digest: 48 bits. One in 2^48 changes is not noticed, and nobody
// can choose which: digests are seeded.
type sum [3]uint16

func sumOf(digest uint64) sum { return sum{uint16(digest), uint16(digest >> 16), uint16(digest >> 32)} }

func (s sum) digest() uint64 { return uint64(s[0]) | uint64(s[1])<<16 | uint64(s[2])<<32 }

const (
	opaque  = 1 << iota // the parser would rearrange the content: compared and sent whole
	ownText             // the content is one text
	foreign             // inside svg or math: sent inside a wrapper
	inMath
	loose    // has content that belongs to no child node
	white    // its own text is white space
	filled   // a custom element of it, or it itself, is rendered with content
	controls // has entries

	// Of an opaque node, which has no own text: an id in it is used twice, which a morph can't cope with. It is
	// replaced whole.
	twice = white

	// Of a control of HTML, which has no own text either; see told.
	behind  = white  // what its HTML says that it shows may be older in the page than in the tree
	touched = inMath // operations may have changed what it shows since an event told of it
)

// Tree is what one view last showed: a digest for each element with an id, and no
// HTML. The zero value shows nothing yet. A Tree is not safe for concurrent use.
type Tree struct {
	nodes []node // nodes[0] is the root, the element that encloses the view's content
	arena []byte
	live  int // bytes of the arena in use when it was last compacted
}

// Len is the number of elements with an id, the root included.
func (t *Tree) Len() int { return len(t.nodes) }

// Find returns the index of the element with an id.
func (t *Tree) Find(id string) (int32, bool) {
	v := t.view()
	for i := 1; i < len(t.nodes); i++ {
		if n := &t.nodes[i]; int(n.idLen) == len(id) && string(v.id(n)) == id {
			return int32(i), true
		}
	}
	return 0, false
}

// ID returns the id of the i-th element.
func (t *Tree) ID(i int32) string {
	v := t.view()
	return string(v.id(&t.nodes[i]))
}

// Size is the memory the tree holds, in bytes.
func (t *Tree) Size() int { return cap(t.nodes)*int(unsafe.Sizeof(node{})) + cap(t.arena) }

var seed = maphash.MakeSeed()

func digest(b []byte) uint64 { return maphash.Bytes(seed, b) }

// mix adds x to a running digest. Both come from a seeded hash, so nobody can
// choose them.
func mix(h, x uint64) uint64 { return bits.RotateLeft64(h^x, 29) * 0x9e3779b97f4a7c15 }

// Scanned is one rendering, read: a whole view or one region of it. It refers to
// the HTML it was made from and, for what was skipped, to the old tree.
type Scanned struct {
	html     []byte
	nodes    []node
	pos      []pos
	arena    []byte
	base     uint32 // arena offsets below it are the old tree's
	skips    []int32
	warnings []Warning
	scanner  *scanner // whose memory this is

	posted  *Posted  // what the browser said before
	address string   // what those of events begin with
	stamp   string   // the attribute of new elements that send something; "" for none
	shown   []uint32 // keys of controls that operations have seen to
	first   []byte   // operations of a message that comes before
}

// SetPosted sets what the browser has posted of its controls before the rendering; nil for nothing. It comes
// before Diff.
func (r *Scanned) SetPosted(p *Posted) { r.posted = p }

// PostTo says what the addresses of events begin with; without it, they are queries alone. stamp is an attribute of
// elements that operations add to send something, with a space in front of it; "" for none.
func (r *Scanned) PostTo(address, stamp string) { r.address, r.stamp = address, stamp }

// pos is where a node stands in the HTML; for a copied one start is -1-index in
// the old tree. A copied one that is kept has a stub there, in html[inner:end].
type pos struct{ start, inner, end int32 }

func (p pos) copied() bool { return p.start < 0 }

// skipped reports whether there is no HTML of the node, not even a stub.
func (p pos) skipped() bool { return p.start < 0 && p.end == 0 }

// from is where the HTML of a node that was not skipped begins.
func (p pos) from() int32 {
	if p.start < 0 {
		return p.inner
	}
	return p.start
}

// Warnings tells of which HTML the browser's parser would rearrange or drop something, for
// developers.
func (r *Scanned) Warnings() []Warning { return r.warnings }

// Warning is a piece of HTML that is not as its author thinks.
type Warning struct {
	ID  string // the element that is compared and sent whole; "" is the page
	Why string
	// Dropped says that the parser drops something of the element, or of one in it: it does
	// not do what it should. Else it costs more than it needs.
	Dropped bool
}

// view reads nodes of a tree or of a scan alike.
type view struct {
	nodes []node
	low   []byte // arena below base
	base  uint32
	high  []byte
}

func (t *Tree) view() view { return view{t.nodes, t.arena, uint32(len(t.arena)), nil} }

func (r *Scanned) view(old *Tree) view { return view{r.nodes, old.arena, r.base, r.arena} }

func (v *view) from(at uint32) []byte {
	if at < v.base {
		return v.low[at:]
	}
	return v.high[at-v.base:]
}

func (v *view) id(n *node) []byte { return v.from(n.at)[:n.idLen] }

// text is the sum of the node's own text; zero if it has none.
func (n *node) text() sum {
	if n.flags&ownText == 0 {
		return sum{}
	}
	return n.body
}

// rest is the sum of the content without child nodes and without its own text. A node
// that has its own text has nothing else.
func (n *node) rest() sum {
	if n.flags&ownText != 0 {
		return sumOf(start)
	}
	return n.body
}

// bytes is all of a node in the arena.
func (v *view) bytes(n *node) []byte {
	size := int(n.idLen)
	if n.flags&controls != 0 {
		size += 2 + len(v.entryBytes(n))
	}
	return v.from(n.at)[:size]
}

// Commit makes the scanned rendering of a whole view what the tree shows. Regions that were scanned
// against the tree before may be committed then; call Compact after the last.
func (t *Tree) Commit(r *Scanned) {
	t.nodes = refill(t.nodes, r.nodes)
	if r.base == 0 {
		t.arena = refill(t.arena, r.arena)
		t.live = len(t.arena)
		return
	}
	t.arena = append(t.arena, r.arena...)
}

// CommitRegion puts the scanned rendering of a region in the place of the nodes it
// had, and returns by how many nodes what follows has moved. Several regions that
// were scanned against the same tree may be committed, in document order or not;
// call Compact after the last.
func (t *Tree) CommitRegion(r *Scanned, p Place) (shift int32) {
	shift = int32(len(r.nodes)) - (p.End - p.Start)
	for i := int32(0); ; {
		// i holds the owner, or is it: lengthen it, and go on to the child that does.
		t.nodes[i].span += shift
		if i == p.Owner {
			break
		}
		for i++; i+t.nodes[i].span <= p.Owner; {
			i += t.nodes[i].span
		}
	}
	// Another region may have been committed since this one was scanned.
	for i, grown := range r.nodes {
		if grown.at >= r.base {
			r.nodes[i].at += uint32(len(t.arena)) - r.base
		}
	}
	t.nodes = slices.Replace(t.nodes, int(p.Start), int(p.End), r.nodes...)
	t.arena = append(t.arena, r.arena...)
	return shift
}

// refill copies into old memory if that fits well.
func refill[T any](old, with []T) []T {
	if cap(old) < len(with) || cap(old) > 2*len(with)+64 {
		return slices.Clone(with)
	}
	return append(old[:0], with...)
}

// Compact frees what no node refers to any more, once that is a fifth of the memory.
func (t *Tree) Compact() {
	if len(t.arena) < t.live+t.live/4+128 {
		return
	}
	v := t.view()
	size := 0
	for i := range t.nodes {
		size += len(v.bytes(&t.nodes[i]))
	}
	arena := make([]byte, 0, size)
	for i := range t.nodes {
		n := &t.nodes[i]
		b := v.bytes(n)
		n.at = uint32(len(arena))
		arena = append(arena, b...)
	}
	t.arena, t.live = arena, len(arena)
}
