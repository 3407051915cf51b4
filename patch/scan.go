package patch

import (
	"errors"
	"math"
	"sync"
)

// MarkKind says what a [Mark] stands for.
type MarkKind uint8

const (
	// Begin and End enclose a piece of a page: a region, or an item of a list.
	Begin MarkKind = iota
	// End closes the piece that was opened last.
	End
	// Skip stands for nodes that were not rendered because they are as before.
	Skip
	// Keep stands before the stub, written by AppendStub, of an element that is as before
	// and can't be rendered: the page is to keep the one it has.
	Keep
)

// Mark is a note that rendering makes next to the HTML. Scanning fills in the rest.
type Mark struct {
	Off  int // where in the HTML
	Kind MarkKind
	// Region is set on an End, a Skip or a Keep whose Place is wanted.
	Region bool
	// From and Count are, of a Skip or a Keep, the nodes of the old tree that stay. A Keep
	// of no nodes stands for an element that the old tree does not know.
	From, Count int32

	// Node is the index that the next node after the mark has, or would have.
	Node int32
	// Loose, of an End, is set if the piece has content outside elements with ids:
	// such an item can't be skipped.
	Loose bool
	// Broken, of an End, is set if the piece can't be scanned without what is
	// around it: it lies in HTML that the parser would rearrange.
	Broken bool
	// Place, of an End, is where the piece stands; ScanRegion needs it. Of a Skip or a Keep it is
	// what stands around the nodes, for EncloseLike.
	Place *Place
}

// Place is where a region stands in a tree. Whoever changes the tree before it
// moves its Start, End and Owner along.
type Place struct {
	Start, End int32 // its nodes
	Owner      int32 // the enclosing node
	slot       uint32
	loose      uint64
	*around
}

// around is what is around places: it is shared by those in the same element.
type around struct {
	stack []elem
	wrap  uint16
	form  bool // they are inside one
	deep  bool // so many elements are around them that they are not scanned alone
}

// EncloseLike has the region stand where a Skip that stands for it does. A region
// that has content outside elements with ids can't be skipped.
func (p *Place) EncloseLike(skip *Place) {
	p.Owner, p.slot, p.around = skip.Owner, skip.slot, skip.around
}

// InForm reports whether the region is inside a form.
func (p *Place) InForm() bool { return p.form }

// ErrNeedAll says that a patch needs the HTML of something that was skipped:
// render again, skipping nothing.
var ErrNeedAll = errors.New("patch: needs the HTML of skipped parts")

// Scan reads the HTML of a whole view. For marks that skip or keep, old is what the view
// showed; else it may be nil. Marks must be in order of their offsets.
func Scan(html []byte, marks []Mark, old *Tree) (*Scanned, error) {
	s := newScanner(html, marks, old)
	s.push(elem{owner: 0})
	s.out.nodes = append(s.out.nodes, node{body: sumOf(start)})
	s.out.pos = append(s.out.pos, pos{0, 0, int32(len(html))})
	s.owners = append(s.owners, owner{body: start})
	s.run()
	if len(s.stack) > 1 {
		s.mark(0, "an element is not closed")
		s.closeTo(0, int32(len(html)))
	}
	s.closeNode(int32(len(html)))
	if s.needAll {
		s.out.Release()
		return nil, ErrNeedAll
	}
	return s.out, nil
}

// ScanRegion reads the HTML of one region that was rendered alone. It returns
// ErrNeedAll if the region can't be patched by itself: render the whole view.
func ScanRegion(html []byte, marks []Mark, old *Tree, p *Place) (*Scanned, error) {
	if p.deep {
		return nil, ErrNeedAll
	}
	s := newScanner(html, marks, old)
	s.offset, s.enclosing = p.Start, p.Owner
	s.out.base = uint32(len(old.arena))
	for _, e := range p.stack {
		e.owner = -1
		s.push(e)
		if e.name == tagPre || e.name == tagListing {
			s.pre++
		}
	}
	depth := len(s.stack)
	s.nest[depth-1].wrap = p.wrap
	s.owners = append(s.owners, owner{node: -1, depth: int32(depth - 1), body: start, tokens: p.slot})
	s.content = mixed
	s.run()
	s.flush()
	o := &s.owners[0]
	if s.needAll || len(s.stack) != depth || o.opaque || o.body != p.loose || o.tokens > math.MaxUint16 {
		s.out.Release()
		return nil, ErrNeedAll
	}
	return s.out, nil
}

// scanners keeps the memory of past scans: most pages are scanned again and again.
var scanners = sync.Pool{New: func() any { return new(scanner) }}

// maxKept is how many nodes' memory is kept for the next scan.
const maxKept = 1 << 14

func newScanner(html []byte, marks []Mark, old *Tree) *scanner {
	s := scanners.Get().(*scanner)
	*s = scanner{
		stack: s.stack[:0], nest: s.nest[:0], owners: s.owners[:0], entries: s.entries[:0], selects: s.selects[:0], pieces: s.pieces[:0], ids: s.ids, scratch: s.scratch,
		scanned: Scanned{nodes: s.scanned.nodes[:0], pos: s.scanned.pos[:0], arena: s.scanned.arena[:0], skips: s.scanned.skips[:0]},
		html:    html, marks: marks, old: old,
	}
	s.out = &s.scanned
	s.out.html, s.out.scanner = html, s
	for i := range marks {
		switch marks[i].Kind {
		case Skip:
			s.out.base = uint32(len(old.arena))
			s.out.skips = append(s.out.skips, int32(marks[i].Off))
		case Keep:
			if marks[i].Count > 0 {
				s.out.base = uint32(len(old.arena))
			}
		}
	}
	return s
}

// Release gives the memory of a scan back. Nothing of r may be used afterwards.
func (r *Scanned) Release() {
	s := r.scanner
	if s == nil || cap(r.nodes) > maxKept {
		return
	}
	clear(s.ids)
	s.scratch.trim()
	s.differ = differ{}
	r.html, r.scanner, s.html, s.marks, s.old, s.text = nil, nil, nil, nil, nil, nil
	scanners.Put(s)
}
