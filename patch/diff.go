package patch

import (
	"bytes"
	"slices"
)

// Diff appends to dst the operations that make a page that shows old show new.
// root is the id of the element around the view's content. It returns ErrNeedAll
// if an operation needs the HTML of something that new's rendering skipped.
func Diff(dst []byte, old *Tree, new *Scanned, root string) ([]byte, error) {
	d := differ{old: old.view(), new: new.view(old), html: new, root: root}
	return d.run(dst, func() { d.node(0, 0) })
}

// DiffRegion is Diff for a region that was rendered alone.
func DiffRegion(dst []byte, old *Tree, new *Scanned, p *Place, root string) ([]byte, error) {
	d := differ{old: old.view(), new: new.view(old), html: new, root: root, region: p}
	return d.run(dst, func() {
		d.children(p.Owner, -1, siblings(old.nodes, p.Start, p.End), siblings(new.nodes, 0, int32(len(new.nodes))))
	})
}

type differ struct {
	old, new view
	html     *Scanned
	root     string
	region   *Place
	dst      []byte
	needAll  bool
	sent     []sent
	moved    map[int32]int32 // new nodes that come from elsewhere, to their old selves
	left     map[int32]bool  // those old selves

	oldUp, newUp []int32 // parents, while they are looked up often
}

// sent is a node whose HTML the operations carry; in is the node of the old tree
// that it replaces, -1 if it is inserted.
type sent struct{ node, in int32 }

// ParkID is the id of an element of the page, outside the view and hidden, where
// elements wait that move from one parent to another.
const ParkID = "sb-park"

func (d *differ) run(dst []byte, walk func()) ([]byte, error) {
	before := len(dst)
	for {
		d.dst, d.sent, d.needAll = dst[:before], d.sent[:0], false
		d.park()
		walk()
		if len(d.moved) > 0 {
			for _, n := range d.movedInOrder() {
				d.node(d.moved[n], n)
			}
		}
		if d.needAll {
			return dst, ErrNeedAll
		}
		if !d.findMoved() {
			return d.dst, nil
		}
		if d.region != nil {
			return dst, ErrNeedAll
		}
	}
}

// node compares an element that is in both trees.
func (d *differ) node(o, n int32) {
	a, b, p := &d.old.nodes[o], &d.new.nodes[n], d.html.pos[n]
	switch {
	case p.start == -1-o || b.tag == unseen:
		return
	case p.copied():
		d.needAll = true // skipped, but from another place: can't be told apart from a change
		return
	}
	if a.body != b.body || (a.flags^b.flags)&(opaque|foreign) != 0 {
		d.replace(o, n)
		return
	}
	text := d.textsDiffer(a, b)
	if nested := a.span > 1 || b.span > 1; nested && (a.flags|b.flags)&ownText != 0 && ownWhite(a) && ownWhite(b) {
		text = false // white space beside child nodes does not count
	} else if nested && (a.flags|b.flags)&ownText != 0 {
		d.replace(o, n)
		return
	}
	switch {
	case b.flags&opaque != 0:
		if a.tag != b.tag {
			d.replace(o, n)
		}
		return
	case text && (a.tag != b.tag || a.span > 1 || b.span > 1):
		d.replace(o, n)
		return
	case (a.flags|b.flags)&ownText != 0 && text:
		d.setText(o, n)
		return
	case text:
		d.setLeafs(o, n)
		return
	}
	if a.tag != b.tag {
		d.setAttributes(o, n)
	}
	if a.span > 1 || b.span > 1 {
		d.children(o, n, siblings(d.old.nodes, o+1, o+a.span), siblings(d.new.nodes, n+1, n+b.span))
	}
}

// ownWhite reports whether a node has no text of its own but white space.
func ownWhite(n *node) bool { return n.flags&ownText == 0 || n.flags&white != 0 }

func (d *differ) textsDiffer(a, b *node) bool {
	if d.old.leafs(a) != d.new.leafs(b) {
		return true
	}
	for i := range d.old.leafs(a) {
		if d.old.leaf(a, i) != d.new.leaf(b, i) {
			return true
		}
	}
	return false
}

// siblings lists the top nodes of a range.
func siblings(nodes []node, from, to int32) []int32 {
	list := make([]int32, 0, to-from)
	for i := from; i < to; i += nodes[i].span {
		list = append(list, i)
	}
	return list
}

func (d *differ) matches(o, n int32) bool {
	if p := d.html.pos[n]; p.start == -1-o || p.copied() && p.end > 0 {
		return p.start == -1-o
	}
	a, b := &d.old.nodes[o], &d.new.nodes[n]
	return a.name == b.name && a.idLen == b.idLen && (a.flags^b.flags)&foreign == 0 && bytes.Equal(d.old.id(a), d.new.id(b))
}

// children compares the child nodes of old node o and new node n; n is -1 for the
// part of them that is a region.
func (d *differ) children(o, n int32, was, is []int32) {
	done, sent := len(d.dst), len(d.sent)
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
	if (low < end || low < endIs) && !d.arrange(o, n, was, is, low, end, endIs) {
		// There is nothing to put a new first child beside: the parent goes whole.
		d.dst, d.sent = d.dst[:done], d.sent[:sent]
		if n < 0 {
			d.needAll = true
			return
		}
		d.replace(o, n)
	}
}

func (d *differ) sameSlot(o, n int32) bool { return d.old.nodes[o].slot == d.new.nodes[n].slot }

// arrange makes the middle of a list of siblings what it is to be: what is left
// over goes, the longest run in the right order stays, the rest is put beside it.
// It reports false, having done nothing, if a place can't be named.
func (d *differ) arrange(o, n int32, was, is []int32, low, end, endIs int) bool {
	from := make([]int, len(is)) // the place in was, or -1
	find := d.finder(was, low, end)
	gone := end - low
	for j := range is {
		switch {
		case j < low:
			from[j] = j
		case j >= endIs:
			from[j] = j - endIs + end
		default:
			if from[j] = find(is[j]); from[j] >= 0 {
				gone--
			}
		}
	}
	keep := d.kept(was, is, from, low, endIs)
	if !d.anchored(n, is, keep) {
		return false
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
	return true
}

// finder finds new siblings among the old ones: those that were skipped by where
// they stood, the others by their ids.
func (d *differ) finder(was []int32, low, end int) func(n int32) int {
	var at map[uint64]int
	return func(n int32) int {
		i, ok := 0, false
		if p := d.html.pos[n]; p.copied() {
			i, ok = slices.BinarySearch(was[low:end], -1-p.start)
			i += low
		} else {
			if at == nil {
				at = make(map[uint64]int, end-low)
				for i := low; i < end; i++ {
					at[digest(d.old.id(&d.old.nodes[was[i]]))] = i
				}
			}
			i, ok = at[digest(d.new.id(&d.new.nodes[n]))]
		}
		if !ok || !d.matches(was[i], n) || d.left[was[i]] {
			return -1
		}
		return i
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
func (d *differ) anchored(n int32, is []int32, keep []bool) bool {
	for i := 0; i < len(is); {
		slot, ok := d.new.nodes[is[i]].slot, false
		for ; i < len(is) && d.new.nodes[is[i]].slot == slot; i++ {
			ok = ok || keep[i]
		}
		if !ok && (slot != 0 || n < 0 && d.region.Start != d.region.Owner+1) {
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
