package patch

import (
	"bytes"
	"slices"
)

// Diff appends to dst the operations that make a page that shows old show new.
// root is the id of the element around the view's content. It returns ErrNeedAll
// if an operation needs the HTML of something that new's rendering skipped.
func Diff(dst []byte, old *Tree, new *Scanned, root string) ([]byte, error) {
	d := differ{old: old.view(), new: new.view(old), html: new, root: root, before: len(dst)}
	return d.run(dst, func() { d.node(0, 0) })
}

// DiffRegion is Diff for a region that was rendered alone.
func DiffRegion(dst []byte, old *Tree, new *Scanned, p *Place, root string) ([]byte, error) {
	d := differ{old: old.view(), new: new.view(old), html: new, root: root, before: len(dst), region: p}
	return d.run(dst, func() {
		d.children(p.Owner, -1, d.siblings(nil, old.nodes, p.Start, p.End), d.siblings(nil, new.nodes, 0, int32(len(new.nodes))))
	})
}

type differ struct {
	old, new view
	html     *Scanned
	root     string
	region   *Place
	dst      []byte
	before   int
	needAll  bool
	sent     []sent         // HTML that the operations carry
	whole    map[int32]bool // new nodes that must be sent whole
}

// sent is a node that an operation carries with all its content; in is the node of
// the old tree that it replaces, -1 if it is inserted.
type sent struct{ node, in int32 }

func (d *differ) run(dst []byte, walk func()) ([]byte, error) {
	for {
		d.dst, d.sent, d.needAll = dst[:d.before], d.sent[:0], false
		walk()
		if d.needAll {
			return dst, ErrNeedAll
		}
		z, moved := d.strayed()
		if !moved {
			return d.dst, nil
		}
		if d.region != nil {
			return dst, ErrNeedAll
		}
		if d.whole == nil {
			d.whole = map[int32]bool{}
		}
		d.whole[z] = true
	}
}

// node compares an element that is in both trees.
func (d *differ) node(o, n int32) {
	a, b, p := &d.old.nodes[o], &d.new.nodes[n], d.html.pos[n]
	if p.copied() && p.start == -1-o {
		return
	}
	if p.copied() {
		d.needAll = true // skipped, but from another place: can't be told apart from a change
		return
	}
	if d.whole[n] || a.body != b.body || (a.flags^b.flags)&(opaque|foreign) != 0 {
		d.replace(o, n)
		return
	}
	text := d.textsDiffer(a, b)
	switch {
	case b.flags&opaque != 0:
		if a.tag != b.tag {
			d.replace(o, n)
		}
		return
	case (a.flags|b.flags)&ownText != 0 && (a.span > 1 || b.span > 1):
		d.replace(o, n)
		return
	case text && a.tag != b.tag, text && b.span > 1:
		d.replace(o, n)
		return
	case (a.flags|b.flags)&ownText != 0 && text:
		d.setText(n)
		return
	case text:
		d.setLeafs(o, n)
		return
	}
	if a.tag != b.tag {
		d.setAttributes(o, n)
	}
	if a.span > 1 || b.span > 1 {
		d.children(o, n, d.siblings(nil, d.old.nodes, o+1, o+a.span), d.siblings(nil, d.new.nodes, n+1, n+b.span))
	}
}

func (d *differ) textsDiffer(a, b *node) bool {
	if a.leafs != b.leafs {
		return true
	}
	for i := range int(a.leafs) {
		if d.old.leaf(a, i) != d.new.leaf(b, i) {
			return true
		}
	}
	return false
}

// siblings lists the top nodes of a range.
func (d *differ) siblings(list []int32, nodes []node, from, to int32) []int32 {
	for i := from; i < to; i += nodes[i].span {
		list = append(list, i)
	}
	return list
}

func (d *differ) matches(o, n int32) bool {
	if d.html.pos[n].start == -1-o {
		return true
	}
	a, b := &d.old.nodes[o], &d.new.nodes[n]
	return a.name == b.name && a.idLen == b.idLen && (a.flags^b.flags)&foreign == 0 && bytes.Equal(d.old.id(a), d.new.id(b))
}

// children compares the child nodes of old node o and new node n; n is -1 for the
// part of them that is a region.
func (d *differ) children(o, n int32, was, is []int32) {
	// What is the same at both ends costs least.
	low := 0
	for low < len(was) && low < len(is) && d.matches(was[low], is[low]) && d.sameSlot(was[low], is[low]) {
		d.node(was[low], is[low])
		low++
	}
	end, endIs := len(was), len(is)
	for end > low && endIs > low && d.matches(was[end-1], is[endIs-1]) && d.sameSlot(was[end-1], is[endIs-1]) {
		end--
		endIs--
		d.node(was[end], is[endIs])
	}
	if low < end || low < endIs {
		d.arrange(o, n, was, is, low, end, endIs)
	}
}

func (d *differ) sameSlot(o, n int32) bool { return d.old.nodes[o].slot == d.new.nodes[n].slot }

// arrange makes the middle of a list of siblings what it is to be: what is left
// over goes, the longest run in the right order stays, the rest is put beside it.
func (d *differ) arrange(o, n int32, was, is []int32, low, end, endIs int) {
	at := make(map[string]int, end-low)
	for i := low; i < end; i++ {
		at[string(d.old.id(&d.old.nodes[was[i]]))] = i
	}
	from := make([]int, len(is)) // the place in was, or -1
	gone := end - low
	for j := range is {
		switch {
		case j < low:
			from[j] = j
		case j >= endIs:
			from[j] = j - endIs + end
		default:
			i, ok := at[string(d.new.id(&d.new.nodes[is[j]]))]
			if from[j] = i; !ok || !d.matches(was[i], is[j]) {
				from[j] = -1
			} else {
				gone--
			}
		}
	}
	keep := d.kept(was, is, from, low, endIs)
	if !d.anchored(is, keep) {
		// Nothing to put the first of them beside.
		if n < 0 {
			d.needAll = true
		} else {
			d.replace(o, n)
		}
		return
	}
	if gone > 0 {
		d.remove(o, n, was, from, low, end)
	}
	d.insert(o, is, from, keep, low, endIs)
	for j := low; j < endIs; j++ {
		if from[j] >= 0 {
			d.node(was[from[j]], is[j])
		}
	}
}

// kept tells which new siblings' elements stay where they are.
func (d *differ) kept(was, is []int32, from []int, low, endIs int) []bool {
	keep := make([]bool, len(is))
	var seq []int
	for j := range is {
		if j < low || j >= endIs {
			keep[j] = true
		} else if from[j] >= 0 && d.sameSlot(was[from[j]], is[j]) {
			seq = append(seq, j)
		}
	}
	// Slots do not decrease on either side, so a run in order is in order within its slots.
	for _, k := range longestIncreasing(seq, from) {
		keep[k] = true
	}
	return keep
}

// anchored reports whether each slot has a sibling that stays, or is the parent's very beginning.
func (d *differ) anchored(is []int32, keep []bool) bool {
	for i := 0; i < len(is); {
		slot, ok := d.new.nodes[is[i]].slot, false
		for ; i < len(is) && d.new.nodes[is[i]].slot == slot; i++ {
			ok = ok || keep[i]
		}
		if !ok && (slot != 0 || d.region != nil) {
			return false
		}
	}
	return true
}

// longestIncreasing returns those of seq whose from is increasing, as many as can be.
func longestIncreasing(seq, from []int) []int {
	var tails []int // the last of the best run of each length, as a place in seq
	prev := make([]int, len(seq))
	for i, j := range seq {
		k, _ := slices.BinarySearchFunc(tails, from[j], func(t, x int) int { return from[seq[t]] - x })
		prev[i] = -1
		if k > 0 {
			prev[i] = tails[k-1]
		}
		if k == len(tails) {
			tails = append(tails, i)
		} else {
			tails[k] = i
		}
	}
	if len(tails) == 0 {
		return nil
	}
	run := make([]int, 0, len(tails))
	for i := tails[len(tails)-1]; i >= 0; i = prev[i] {
		run = append(run, seq[i])
	}
	return run
}

// strayed looks for an element that the operations send as new although the page
// has it, or had it elsewhere, and returns the innermost new node around both
// places. Sent whole, htmx's morph keeps the element.
func (d *differ) strayed() (z int32, found bool) {
	var where map[string]int32
	lookup := func(id []byte) (int32, bool) {
		i, ok := where[string(id)]
		return i, ok
	}
	total := 0
	for _, s := range d.sent {
		total += int(d.new.nodes[s.node].span)
	}
	if total == 0 {
		return 0, false
	}
	if total > 8 {
		where = make(map[string]int32, len(d.old.nodes))
		for i := range d.old.nodes[1:] {
			where[string(d.old.id(&d.old.nodes[i+1]))] = int32(i + 1)
		}
	} else {
		lookup = d.scanFor
	}
	for _, s := range d.sent {
		first := s.node
		if s.in >= 0 {
			first++ // the element itself is where it was
		}
		for i := first; i < s.node+d.new.nodes[s.node].span; i++ {
			o, ok := lookup(d.new.id(&d.new.nodes[i]))
			if ok && !(s.in >= 0 && o > s.in && o < s.in+d.old.nodes[s.in].span) {
				return d.around(o, i), true
			}
		}
	}
	return 0, false
}

func (d *differ) scanFor(id []byte) (int32, bool) {
	for i := 1; i < len(d.old.nodes); i++ {
		if n := &d.old.nodes[i]; int(n.idLen) == len(id) && bytes.Equal(d.old.id(n), id) {
			return int32(i), true
		}
	}
	return 0, false
}

// around is the innermost new node that holds n and whose old self holds o.
func (d *differ) around(o, n int32) int32 {
	best := int32(0)
	a, b := int32(0), int32(0)
	for {
		ca, cb := childHolding(d.old.nodes, a, o), childHolding(d.new.nodes, b, n)
		if ca < 0 || cb < 0 || !d.matches(ca, cb) || d.whole[cb] {
			return best
		}
		a, b, best = ca, cb, cb
	}
}

// childHolding is the child of p whose subtree holds i below itself, or -1.
func childHolding(nodes []node, p, i int32) int32 {
	for c := p + 1; c < p+nodes[p].span; c += nodes[c].span {
		if i > c && i < c+nodes[c].span {
			return c
		}
	}
	return -1
}
