package patch

import "slices"

// scratch is memory for what is looked at while trees are compared: a stack, since
// elements stand in one another.
type scratch struct {
	places []int32
	flags  []bool
}

// height is how much of a scratch is in use.
type height struct{ places, flags int }

func (s *scratch) height() height { return height{len(s.places), len(s.flags)} }

// back gives back all that was taken since.
func (s *scratch) back(to height) { s.places, s.flags = s.places[:to.places], s.flags[:to.flags] }

// siblings lists the top nodes of a range.
func (s *scratch) siblings(nodes []node, from, to int32) []int32 {
	at := len(s.places)
	for i := from; i < to; i += nodes[i].span {
		s.places = append(s.places, i)
	}
	return slices.Clip(s.places[at:])
}

// ints returns n numbers, of any value.
func (s *scratch) ints(n int) []int32 {
	at := len(s.places)
	s.places = slices.Grow(s.places, n)[:at+n]
	return slices.Clip(s.places[at:])
}

// bools returns n bools that are not set.
func (s *scratch) bools(n int) []bool {
	at := len(s.flags)
	s.flags = slices.Grow(s.flags, n)[:at+n]
	list := slices.Clip(s.flags[at:])
	clear(list)
	return list
}

// trim keeps a rare huge list from being held for the next scan.
func (s *scratch) trim() {
	if s.back(height{}); cap(s.places) > 4*maxKept {
		*s = scratch{}
	}
}
