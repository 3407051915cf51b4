package patch

import (
	"bytes"
	"slices"
)

// Diff appends to dst the operations that make a page that shows old show new.
// root is the id of the element that encloses the view's content. It returns ErrNeedAll
// if an operation needs the HTML of something that new's rendering skipped.
func Diff(dst []byte, old *Tree, new *Scanned, root string) ([]byte, error) {
	d := new.differ(old, root, nil)
	return d.run(dst, func() { d.node(0, 0) })
}

// DiffRegion is Diff for a region that was rendered alone.
func DiffRegion(dst []byte, old *Tree, new *Scanned, p *Place, root string) ([]byte, error) {
	d := new.differ(old, root, p)
	return d.run(dst, func() {
		d.children(p.Owner, -1, d.scratch.siblings(old.nodes, p.Start, p.End), d.scratch.siblings(new.nodes, 0, int32(len(new.nodes))))
	})
}

// differ returns the differ of the scan, in memory that it has.
func (r *Scanned) differ(old *Tree, root string, p *Place) *differ {
	d := &r.scanner.differ
	*d = differ{old: old.view(), new: r.view(old), html: r, root: root, region: p, scratch: &r.scanner.scratch}
	return d
}

type differ struct {
	old, new view
	html     *Scanned
	root     string
	region   *Place
	dst      []byte
	early    []byte // operations on controls without an id, before a morph makes others of them
	late     []byte // operations after which elements are other nodes: none may follow that names those
	radios   bool   // radio buttons have changed
	needAll  bool
	sent     []sent
	moved    map[int32]int32 // new nodes that come from elsewhere, to their old selves
	left     map[int32]bool  // those old selves
	scratch  *scratch

	oldUp, newUp []int32 // parents, while they are looked up often

	form     int32           // the form of the control that sent the event, once it is asked for; -1: none
	outcomes map[uint32]bool // of the controls that an event has posted, made on demand

	finds int              // how often an old node was looked for by its id
	where map[uint64]int32 // old nodes by the digests of their ids, once that is often
}

// sent is a node whose HTML the operations carry; in is the node of the old tree
// that it replaces, -1 if it is inserted.
type sent struct {
	node, in int32
	anew     bool // the element itself is made anew: what it holds moves there
}

// ParkID is the id of an element of the page, outside the view and hidden, where
// elements wait that move from one parent to another.
const ParkID = "sb-park"

func (d *differ) run(dst []byte, walk func()) ([]byte, error) {
	before := len(dst)
	for round := 0; ; round++ {
		d.dst, d.early, d.late, d.sent, d.radios, d.needAll, d.html.shown = dst[:before], nil, nil, d.sent[:0], false, false, d.html.shown[:0]
		d.html.first = nil
		d.scratch.back(height{})
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
		if !d.findMoved(round >= maxRounds) {
			if d.radios {
				d.showGroups()
			}
			return append(slices.Insert(d.dst, before, d.early...), d.late...), nil
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
	case p.start == -1-o || b.tag == sumOf(unseen):
		return
	case p.copied():
		d.needAll = true // skipped, but from another place: can't be distinguished from a change
		return
	}
	was, options := d.old.own(a)
	is, newOptions := d.new.own(b)
	if was != is || options != newOptions {
		if b.name == tagInput || b.name == tagSelect || b.name == tagTextarea {
			d.control(o, n)
			return
		}
		d.renew(o, n)
		return
	}
	if b.isControl() && a.tag == b.tag {
		d.carry(o, n)
	}
	if a.rest() != b.rest() || (a.flags^b.flags)&(opaque|foreign) != 0 {
		d.replace(o, n)
		return
	}
	text := (a.flags^b.flags)&ownText != 0 || a.text() != b.text()
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
	case text:
		d.setText(o, n)
		return
	}
	if a.tag != b.tag {
		d.setAttributes(o, n)
	}
	if a.span > 1 || b.span > 1 {
		before := d.scratch.height()
		d.children(o, n, d.scratch.siblings(d.old.nodes, o+1, o+a.span), d.scratch.siblings(d.new.nodes, n+1, n+b.span))
		d.scratch.back(before)
	}
}

// ownWhite reports whether a node has no text of its own but white space.
func ownWhite(n *node) bool { return n.flags&ownText == 0 || n.flags&white != 0 }

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
	// What is the same at both ends costs least.
	low := 0
	for low < len(was) && low < len(is) && d.matches(was[low], is[low]) && d.sameSlot(was[low], is[low]) {
		low++
	}
	end, endIs := len(was), len(is)
	for end > low && endIs > low && d.matches(was[end-1], is[endIs-1]) && d.sameSlot(was[end-1], is[endIs-1]) {
		end--
		endIs--
	}
	var p plan
	if low < end || low < endIs {
		var ok bool
		if p, ok = d.plan(n, was, is, low, end, endIs); !ok {
			// There is nothing to put a new first child beside: the parent goes whole.
			if n < 0 {
				d.needAll = true
				return
			}
			d.replace(o, n)
			return
		}
	}
	for i := range low {
		d.node(was[i], is[i])
	}
	for i := len(is) - 1; i >= endIs; i-- {
		d.node(was[i-endIs+end], is[i])
	}
	if low < end || low < endIs {
		d.arrange(o, n, was, is, p)
	}
}

func (d *differ) sameSlot(o, n int32) bool { return d.old.nodes[o].slot == d.new.nodes[n].slot }
