package patch

import (
	"bytes"
	"encoding/binary"
	"math"
	"sort"
)

// owner is an open element with an id: what it has of its own is collected here.
type owner struct {
	node         int32
	depth        int32
	id           []byte
	body         uint64 // of its own text, once that is all there is
	tokens       uint32 // pieces of loose content so far
	entry        int32  // where its entries begin
	mark         int
	opaque       bool
	duplicate    bool // an id in it is used twice
	hasDuplicate bool // a node in it is duplicate
	filled       bool // a custom element without an id in it has content
}

type scanner struct {
	scanned Scanned
	out     *Scanned
	html    []byte
	marks   []Mark
	old     *Tree
	stack   []elem
	nest    []nesting
	last    [maxKnown]int32  // by name, where in the stack its innermost open element is; 0: nowhere
	others  map[uint16]int32 // the same, of names without a number
	owners  []owner
	entries []uint64 // of controls
	selects []openSelect
	pieces  []piece
	around  *around // of the last place
	ids     map[uint64]seen
	pre     int
	ignored int // where in the stack the element is that is ignored, 0: none

	// What has been seen in the innermost open element.
	content  content
	text     []byte
	needAll  bool
	nextMark int

	twoBindings bool // an element has two

	// Of a region scanned alone: where its nodes begin, and the enclosing node.
	offset, enclosing int32

	scratch scratch // for comparing what is scanned
	differ  differ
}

type content uint8

const (
	fresh content = iota // nothing yet
	textOnly
	mixed
)

// piece is an open Begin.
type piece struct {
	mark   int
	depth  int
	owner  int
	body   uint64 // of the owner before the piece
	tokens uint32
}

const (
	sawEnd = 0x9ae16a3b2f90404f
	start  = 0x8ebc6af09c88c6e3
)

// run goes through the HTML, a tag or a text at a time.
func (s *scanner) run() {
	h := s.html
	i := 0
	for i < len(h) || s.nextMark < len(s.marks) {
		stop := len(h)
		if s.nextMark < len(s.marks) {
			if stop = s.marks[s.nextMark].Off; stop <= i {
				i = max(i, s.atMark())
				continue
			}
		}
		if h[i] == '<' && i+1 < len(h) {
			if n := s.tagAt(i); n > i {
				i = n
				continue
			}
		}
		j := bytes.IndexByte(h[i+1:stop], '<')
		if j < 0 {
			j = stop
		} else {
			j += i + 1
		}
		s.onText(h[i:j])
		i = j
	}
}

// tagAt handles what begins with the < at i and returns where it ends; i if it is text.
func (s *scanner) tagAt(i int) int {
	h := s.html
	switch c := h[i+1]; {
	case c == '/':
		j := i + 2
		for j < len(h) && isNameByte(h[j]) {
			j++
		}
		k := bytes.IndexByte(h[j:], '>')
		if j == i+2 || k < 0 {
			return s.bogus(i)
		}
		s.onEnd(nameOf(h[i+2:j]), int32(i), int32(j+k+1))
		return j + k + 1
	case c == '!' || c == '?':
		return s.bogus(i)
	case 'a' <= lower(c) && lower(c) <= 'z':
		return s.onStart(i)
	}
	return i
}

// bogus skips a comment or what the parser takes for one.
func (s *scanner) bogus(i int) int {
	end, from := ">", i+1
	if bytes.HasPrefix(s.html[i:], []byte("<!--")) {
		end, from = "-->", i+2
	}
	j := bytes.Index(s.html[from:], []byte(end))
	if j < 0 {
		s.mark(len(s.stack)-1, "a tag or comment is not closed")
		return len(s.html)
	}
	s.flush()
	return from + j + len(end)
}

func isNameByte(c byte) bool {
	return c != '>' && c != '/' && c != ' ' && c != '\n' && c != '\t' && c != '\r' && c != '\f'
}

func (s *scanner) onText(t []byte) {
	if s.pre == 0 && blank(t) && (s.content != fresh || s.text != nil) {
		return
	}
	if s.content == fresh && s.pre == 0 && blank(t) {
		s.text = t // counts if nothing else comes
		return
	}
	if s.content == fresh {
		s.content, s.text = textOnly, t
		return
	}
	s.flush()
	s.loose(digest(t))
	s.checkText()
}

func blank(t []byte) bool {
	for _, c := range t {
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' && c != '\f' {
			return false
		}
	}
	return true
}

func (s *scanner) checkText() {
	if top := s.stack[len(s.stack)-1]; !top.foreign && known(&isTable, top.name) {
		s.mark(s.tableAt(), "text where a table does not allow it")
	}
}

// flush counts a text that turned out not to be all there is in its element.
func (s *scanner) flush() {
	if s.content == textOnly {
		s.loose(digest(s.text))
		s.checkText()
	}
	s.content = mixed
}

func (s *scanner) loose(x uint64) {
	if s.ignored > 0 {
		return
	}
	o := &s.owners[len(s.owners)-1]
	o.body = mix(o.body, x)
	o.tokens++
}

// mark makes the innermost node at or above a depth of the stack opaque.
func (s *scanner) mark(depth int, why string) *owner {
	if s.ignored > 0 && depth >= s.ignored {
		return &owner{} // nobody compares what is in there
	}
	k := sort.Search(len(s.owners), func(k int) bool { return int(s.owners[k].depth) > depth })
	o := &s.owners[max(0, k-1)]
	if !o.opaque {
		s.out.warnings = append(s.out.warnings, Warning{ID: string(o.id), Why: why})
	}
	o.opaque = true
	return o
}

// closeNode ends the innermost node, whose content ends at end.
func (s *scanner) closeNode(end int32) {
	s.flushOwn()
	k := len(s.owners) - 1
	o := s.owners[k]
	s.owners = s.owners[:k]
	n, p := &s.out.nodes[o.node], &s.out.pos[o.node]
	n.body, p.end = sumOf(o.body), end
	if o.tokens > math.MaxUint16 || n.name == tagSelect && o.node > 0 {
		o.opaque = true // a select is one control with its options
	}
	if o.tokens > 0 {
		n.flags |= loose
	}
	if o.filled || n.name >= otherName && (o.tokens > 0 || n.flags&ownText != 0 || int(o.node)+1 < len(s.out.nodes)) {
		n.flags |= filled
	}
	if o.opaque {
		n.flags = n.flags&^(ownText|white) | opaque
		if o.duplicate || o.hasDuplicate {
			n.flags |= twice
		}
		n.body = sumOf(s.raw(o.node))
		s.gather(o.node + 1)
		s.truncate(o)
	}
	n = &s.out.nodes[o.node]
	n.span = int32(len(s.out.nodes)) - o.node
	if (o.duplicate || o.hasDuplicate) && k > 0 {
		s.owners[k-1].hasDuplicate = true
	}
	n.at = s.out.base + uint32(len(s.out.arena))
	n.idLen = uint8(len(o.id))
	s.out.arena = append(s.out.arena, o.id...)
	entries := s.entries[o.entry:]
	if entries = entries[:min(len(entries), maxEntries)]; len(entries) > 0 {
		s.out.nodes[o.node].flags |= controls
		s.out.arena = binary.LittleEndian.AppendUint16(s.out.arena, uint16(len(entries)))
		for _, e := range entries {
			s.out.arena = binary.LittleEndian.AppendUint64(s.out.arena, e)
		}
	}
	s.entries = s.entries[:o.entry]
}

// raw digests the content of an opaque node as it is written. What is opaque in there has
// been digested: no text is read again for each enclosing element.
func (s *scanner) raw(node int32) uint64 {
	p := s.out.pos[node]
	sum, from := uint64(start), p.inner
	for i := int(node) + 1; i < len(s.out.nodes); i++ {
		if n, c := &s.out.nodes[i], s.out.pos[i]; n.flags&opaque != 0 && !c.copied() {
			sum = mix(mix(sum, digest(s.html[from:c.inner])), mix(n.body.digest(), uint64(c.end-c.inner)))
			from = c.end
		}
	}
	return mix(sum, digest(s.html[from:p.end]))
}

// flushOwn settles the content of a node that is about to close: a text alone is
// its own text, kept next to the skeleton.
func (s *scanner) flushOwn() {
	own := s.stack[len(s.stack)-1].owner == int32(len(s.owners)-1)
	switch o := &s.owners[len(s.owners)-1]; {
	case own && s.content == fresh && len(s.text) > 0:
		o.body = digest(s.text)
		s.out.nodes[o.node].flags |= ownText | white
	case own && s.content == textOnly:
		o.body = digest(s.text)
		s.out.nodes[o.node].flags |= ownText
		s.checkText()
	case s.content == textOnly:
		s.flush()
	}
	s.content = mixed
}

// truncate forgets what is inside an opaque node.
func (s *scanner) truncate(o owner) {
	for i := o.mark; i < s.nextMark; i++ {
		m := &s.marks[i]
		if m.Kind == Skip {
			s.needAll = true
		}
		m.Broken = true
	}
	s.out.nodes = s.out.nodes[:o.node+1]
	s.out.pos = s.out.pos[:o.node+1]
}
