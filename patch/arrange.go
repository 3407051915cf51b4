package patch

import (
	"bytes"
	"cmp"
	"slices"
)

// plan is what becomes of the middle of a list of siblings: was[low:end] is to be
// is[low:endIs].
type plan struct {
	from            []int32 // the place in was of each of is, or -1
	keep            []bool  // which of is stay where they are
	gone            int     // how many of was are left over
	low, end, endIs int
}

// plan finds what of the middle stays: the longest run in the right order. It reports
// false if a place for the rest can't be named.
func (d *differ) plan(n int32, was, is []int32, low, end, endIs int) (p plan, ok bool) {
	p = plan{from: d.scratch.ints(len(is)), gone: end - low, low: low, end: end, endIs: endIs}
	find := d.finder(was, low, end)
	for j := range is {
		switch {
		case j < low:
			p.from[j] = int32(j)
		case j >= endIs:
			p.from[j] = int32(j - endIs + end)
		default:
			if p.from[j] = find(is[j]); p.from[j] >= 0 {
				p.gone--
			}
		}
	}
	p.keep = d.kept(was, is, p.from, low, endIs)
	return p, d.anchored(n, is, p.keep)
}

// arrange makes the middle of a list of siblings what it is to be: what is left over
// goes, the rest is put beside what stays.
func (d *differ) arrange(o, n int32, was, is []int32, p plan) {
	if !d.reorder(o, n, was, is, p) && !d.fill(o, n, is, p) {
		if p.gone > 0 {
			d.remove(o, n, was, p.from, p.low, p.end)
		}
		d.insert(o, is, p.from, p.keep, p.low, p.endIs)
	}
	for j := p.low; j < p.endIs; j++ {
		if p.from[j] >= 0 {
			d.node(was[p.from[j]], is[j])
		}
	}
}

// fewFresh is how many siblings are looked up by going through all the old ones.
const fewFresh = 4

// finder finds new siblings among the old ones: those that were skipped by where
// they stood, the others by their ids.
func (d *differ) finder(was []int32, low, end int) func(n int32) int32 {
	var at map[uint64]int
	next, fresh := low, 0
	return func(n int32) int32 {
		i := -1
		if p := d.html.pos[n]; p.copied() {
			if i = next; i >= end || was[i] != -1-p.start { // most follow the one before
				k, ok := slices.BinarySearch(was[low:end], -1-p.start)
				if !ok {
					return -1
				}
				i = low + k
			}
			next = i + 1
		} else if fresh++; fresh <= fewFresh {
			id := d.new.id(&d.new.nodes[n])
			for i = end - 1; i >= low && !bytes.Equal(d.old.id(&d.old.nodes[was[i]]), id); {
				i--
			}
		} else {
			if at == nil {
				at = make(map[uint64]int, end-low)
				for i := low; i < end; i++ {
					at[digest(d.old.id(&d.old.nodes[was[i]]))] = i
				}
			}
			if k, ok := at[digest(d.new.id(&d.new.nodes[n]))]; ok {
				i = k
			}
		}
		if i < low || !d.matches(was[i], n) || d.left[was[i]] {
			return -1
		}
		return int32(i)
	}
}

// kept tells which new siblings' elements stay where they are.
func (d *differ) kept(was, is, from []int32, low, endIs int) []bool {
	keep := d.scratch.bools(len(is))
	last, inOrder := int32(-1), true
	for j := range is {
		switch {
		case j < low || j >= endIs:
			keep[j] = true
		case from[j] >= 0 && d.sameSlot(was[from[j]], is[j]):
			keep[j] = true
			inOrder = inOrder && from[j] > last
			last = from[j]
		}
	}
	if inOrder {
		return keep
	}
	var seq []int
	for j := low; j < endIs; j++ {
		if keep[j] {
			seq, keep[j] = append(seq, j), false
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
func longestIncreasing(seq []int, from []int32) []int {
	var tails []int // the last of the best run of each length, as a place in seq
	prev := make([]int, len(seq))
	for i, j := range seq {
		k, _ := slices.BinarySearchFunc(tails, from[j], func(t int, x int32) int { return cmp.Compare(from[seq[t]], x) })
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
