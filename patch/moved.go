package patch

import (
	"bytes"
	"maps"
	"slices"
)

// park takes elements that are to stand elsewhere out of the view, before anything
// can remove them with their old surroundings: htmx moves the living element to
// where a stub with its id stands.
func (d *differ) park() {
	if len(d.moved) == 0 {
		return
	}
	d.open([]byte(ParkID), "beforeend")
	for _, n := range d.movedInOrder() {
		d.write(`<i id="`, string(d.idOf(n)), `" hx-preserve></i>`)
	}
	d.close()
}

func (d *differ) movedInOrder() []int32 { return slices.Sorted(maps.Keys(d.moved)) }

// findMoved looks, in the HTML that the operations carry, for elements that the page
// has under another parent, or in other surroundings: sent as HTML, they would be
// made anew or mistaken. It reports whether there are any that were not known yet.
//
// In what moves it looks for what came there from elsewhere, or else each round of run
// would find one level more; with all, it takes everything there for moved.
func (d *differ) findMoved(all bool) bool {
	total := 0
	for _, s := range d.sent {
		total += int(d.new.nodes[s.node].span)
	}
	if total == 0 {
		return false
	}
	if total > fewFinds && d.oldUp == nil {
		d.oldUp, d.newUp = parents(d.old.nodes), parents(d.new.nodes)
	}
	found := false
	move := func(o, n int32) {
		if d.moved == nil {
			d.moved, d.left = map[int32]int32{}, map[int32]bool{}
		}
		d.moved[n], d.left[o], found = o, true, true
	}
	for _, s := range d.sent {
		siblings := map[int32]*order{}
		end := s.node + d.new.nodes[s.node].span
		i := s.node
		if s.in >= 0 {
			i++ // the element itself stays where it is
		}
		travels := i // what stands before it, and is looked at, is in something that moves
		for i < end {
			if _, known := d.moved[i]; known {
				i += d.new.nodes[i].span // a stub
				continue
			}
			o, ok := int32(0), true
			kept := d.html.pos[i].copied()
			if kept {
				o = -1 - d.html.pos[i].start
			} else {
				o, ok = d.find(d.new.id(&d.new.nodes[i]))
			}
			if ok && d.matches(o, i) {
				p, stays := d.stays(o, i)
				switch {
				case i < travels && stays && !all:
					i++ // it travels along
					continue
				case i < travels || s.in < 0 || s.anew || !stays:
					move(o, i)
					travels = max(travels, i+d.new.nodes[i].span)
					i++
					continue
				}
				if kept { // the HTML has its stub: the morph does not see it
					i += d.new.nodes[i].span
					continue
				}
				if siblings[p] == nil {
					siblings[p] = &order{}
				}
				siblings[p].add(o, i)
			}
			i++
		}
		for _, list := range siblings {
			list.others(move)
		}
	}
	return found
}

// order is a list of nodes that keep their parent, in the new order.
type order struct {
	nodes []int32
	seq   []int
	was   []int32
}

func (l *order) add(o, n int32) {
	l.seq = append(l.seq, len(l.nodes))
	l.nodes, l.was = append(l.nodes, n), append(l.was, o)
}

// others calls move for the nodes that are not in their old order: htmx's morph
// takes a neighbour without an id for one that comes from further behind.
func (l *order) others(move func(o, n int32)) {
	run := longestIncreasing(l.seq, l.was)
	slices.Reverse(run)
	for i, n := range l.nodes {
		if len(run) > 0 && run[0] == i {
			run = run[1:]
			continue
		}
		move(l.was[i], n)
	}
}

// stays reports whether a node inside an element that is morphed has the parent it
// had, in like surroundings, so that htmx's morph finds it. p is the new parent.
func (d *differ) stays(o, n int32) (p int32, ok bool) {
	a, b := parent(d.old.nodes, d.oldUp, o), parent(d.new.nodes, d.newUp, n)
	return b, d.old.nodes[o].wrap == d.new.nodes[n].wrap &&
		(a == 0) == (b == 0) && (a == 0 || d.matches(a, b))
}

// parent is the node that encloses another: from up, if that was made.
func parent(nodes []node, up []int32, i int32) int32 {
	if up != nil {
		return up[i]
	}
	for p := i - 1; p > 0; p-- {
		if p+nodes[p].span > i {
			return p
		}
	}
	return 0
}

// parents lists the enclosing node of each node.
func parents(nodes []node) []int32 {
	up := make([]int32, len(nodes))
	for i := range nodes {
		for c := i + 1; c < i+int(nodes[i].span); c += int(nodes[c].span) {
			up[c] = int32(i)
		}
	}
	return up
}

// fewFinds is how many nodes are looked for by going through all.
const fewFinds = 8

// maxRounds is how often the operations are written again for what turned out to move,
// before all that it has in it is taken for moved.
const maxRounds = 4

// find looks for an old node.
func (d *differ) find(id []byte) (int32, bool) {
	if d.finds++; d.finds <= fewFinds {
		for i := 1; i < len(d.old.nodes); i++ {
			if bytes.Equal(d.old.id(&d.old.nodes[i]), id) {
				return int32(i), true
			}
		}
		return 0, false
	}
	if d.where == nil {
		d.where = make(map[uint64]int32, len(d.old.nodes))
		for i := 1; i < len(d.old.nodes); i++ {
			d.where[digest(d.old.id(&d.old.nodes[i]))] = int32(i)
		}
	}
	i, ok := d.where[digest(id)]
	return i, ok && bytes.Equal(d.old.id(&d.old.nodes[i]), id)
}

// stub writes the place to which htmx moves an element that the page has.
func (d *differ) stub(n int32) {
	d.dst = appendStub(d.dst, tagText(d.new.nodes[n].name), string(d.idOf(n)), "")
}

// put appends the HTML of new nodes that stand in html[from:to], with stubs for
// those that come from elsewhere. first and end are the nodes' indexes.
func (d *differ) put(from, to, first, end int32, send func([]byte)) {
	for i := first; i < end && len(d.moved) > 0; {
		if _, ok := d.moved[i]; !ok {
			i++
			continue
		}
		p := d.html.pos[i]
		d.piece(from, p.from(), send)
		d.stub(i)
		from = p.end
		i += d.new.nodes[i].span
	}
	d.piece(from, to, send)
}

func (d *differ) piece(from, to int32, send func([]byte)) {
	if d.hasHole(from, to) {
		d.needAll = true
		return
	}
	send(d.html.html[from:to])
}
