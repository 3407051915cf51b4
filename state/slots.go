package state

import (
	"fmt"
	"slices"
)

// slotList is what a stream holds: ids, and the items of some. Once it is committed it does
// not change any more; nil holds nothing.
type slotList[T any] struct {
	ids     []string
	items   []*T // of all ids from first on; nil: it was sent and is forgotten
	first   int
	pending int  // items that are not nil
	broken  bool // items were forgotten that nobody had rendered

	// While a callback writes: where ids stand, made when searching has become long.
	places   map[string]int
	shift    int // to be added to all places
	searched int // slots looked at in vain of a map
}

// all lists the ids, to be read only.
func (s *slotList[T]) all() []string {
	if s == nil {
		return nil
	}
	return s.ids
}

// item is what slot i waits to be sent with, nil if it was sent.
func (s *slotList[T]) item(i int) *T {
	if i < s.first || s.items == nil {
		return nil
	}
	return s.items[i-s.first]
}

// copied is a list of its own for a callback. If too much of it waits, it is broken.
func (s *slotList[T]) copied() *slotList[T] {
	if s == nil {
		return &slotList[T]{}
	}
	c := &slotList[T]{ids: append(make([]string, 0, len(s.ids)+4), s.ids...), broken: s.broken}
	if s.pending > MaxPending {
		c.broken = true
		return c
	}
	c.items, c.first, c.pending = slices.Clone(s.items), s.first, s.pending
	return c
}

// reach makes room for the items from slot i on.
func (s *slotList[T]) reach(i int) {
	switch {
	case s.items == nil:
		s.items, s.first = make([]*T, len(s.ids)-i), i
	case i < s.first:
		s.items, s.first = slices.Concat(make([]*T, s.first), s.items), 0
	}
}

// find returns where the id stands, or -1.
func (s *slotList[T]) find(id string) int {
	if s == nil {
		return -1
	}
	if s.places != nil {
		if i, ok := s.places[id]; ok {
			return i + s.shift
		}
		return -1
	}
	return slices.Index(s.ids, id)
}

// seek is find for a callback that may ask for many ids.
func (s *slotList[T]) seek(id string) int {
	if s.searched += len(s.ids); s.places == nil && s.searched > 8*len(s.ids)+1000 {
		s.places, s.shift = make(map[string]int, 2*len(s.ids)), 0
		for i, id := range s.ids {
			s.places[id] = i
		}
	}
	return s.find(id)
}

// unplace forgets where ids stand.
func (s *slotList[T]) unplace() { s.places, s.searched = nil, 0 }

// insert adds items from place i on.
func (s *slotList[T]) insert(i int, items []T, st *Stream[T]) {
	ids, fresh := make([]string, 0, len(items)), make([]*T, 0, len(items))
	var twice map[string]int // of fresh
	for _, it := range items {
		id := st.id(it)
		if j := s.seek(id); j >= 0 {
			s.fill(j, it)
			continue
		}
		if j, ok := twice[id]; ok {
			s.give(&fresh[j], it)
			continue
		}
		if len(items) > 1 {
			if twice == nil {
				twice = make(map[string]int, len(items))
			}
			twice[id] = len(fresh)
		}
		ids, fresh = append(ids, id), append(fresh, nil)
		s.give(&fresh[len(fresh)-1], it)
	}
	switch {
	case s.places == nil:
	case i == len(s.ids):
		for j, id := range ids {
			s.places[id] = i + j - s.shift
		}
	case i == 0:
		s.shift += len(ids)
		for j, id := range ids {
			s.places[id] = j - s.shift
		}
	default:
		s.unplace()
	}
	s.reach(i)
	s.ids, s.items = slices.Insert(s.ids, i, ids...), slices.Insert(s.items, i-s.first, fresh...)
	switch n := len(s.ids); {
	case st.keep > 0 && n > st.keep:
		s.remove(st.keep, n)
	case st.keep < 0 && n > -st.keep:
		s.remove(0, n+st.keep)
	}
}

// fill puts an item in the place of another.
func (s *slotList[T]) fill(i int, item T) {
	s.reach(i)
	s.give(&s.items[i-s.first], item)
}

func (s *slotList[T]) give(to **T, item T) {
	if s.broken {
		return // all is to be made anew
	}
	if *to == nil {
		s.pending++
	}
	*to = &item
}

// remove takes out the slots from i to j.
func (s *slotList[T]) remove(i, j int) {
	for k := i; k < j; k++ {
		if s.item(k) != nil {
			s.pending--
		}
		if s.places != nil {
			delete(s.places, s.ids[k])
		}
	}
	if s.items != nil {
		s.items = without(s.items, max(i-s.first, 0), max(j-s.first, 0))
		s.first -= max(min(j, s.first)-i, 0)
	}
	switch {
	case i == 0:
		s.shift -= j
	case j < len(s.ids):
		s.unplace()
	}
	s.ids = without(s.ids, i, j)
}

// without is list less what stands from i to j. At the beginning that moves nothing.
func without[E any](list []E, i, j int) []E {
	if i == 0 {
		clear(list[:j])
		return list[j:]
	}
	return slices.Delete(list, i, j)
}

// forgotten is the list without its items.
func (s *slotList[T]) forgotten() waitingList {
	if s.items == nil && s.places == nil {
		return s
	}
	return &slotList[T]{ids: s.ids, broken: s.broken}
}

// without is the list less those slots for which lost says so, if they wait for nothing.
func (s *slotList[T]) without(lost func(i int) bool) waitingList {
	c := &slotList[T]{pending: s.pending, broken: s.broken}
	for i, id := range s.ids {
		if it := s.item(i); it != nil || !lost(i) {
			c.ids, c.items = append(c.ids, id), append(c.items, it)
		}
	}
	if len(c.ids) == len(s.ids) {
		return s
	}
	return c
}

// GoString keeps debugging output short.
func (s *slotList[T]) GoString() string {
	return fmt.Sprintf("stream of %d items, %d of them not sent yet", len(s.ids), s.pending)
}
