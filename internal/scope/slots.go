package scope

import (
	"fmt"
	"slices"
)

// slotList is a stream's list: the ids of all slots, and the items of some. It does not
// change any more once it is committed. A nil list is empty.
type slotList[T any] struct {
	ids     []string
	items   []*T // of the slots from first on; nil: it was sent and dropped
	first   int
	pending int  // items that are not nil
	broken  bool // items were dropped that had not been rendered

	// While a callback edits the list: an index of the ids, made when searching takes long.
	index    map[string]int
	shift    int // to be added to all of the index
	searched int // slots searched without the index
}

// all returns the ids, which must not be changed.
func (s *slotList[T]) all() []string {
	if s == nil {
		return nil
	}
	return s.ids
}

// item returns the pending item of slot i, nil if it was sent.
func (s *slotList[T]) item(i int) *T {
	if i < s.first || s.items == nil {
		return nil
	}
	return s.items[i-s.first]
}

// clone returns a copy for a callback to edit. It is broken if too many items are pending.
func (s *slotList[T]) clone() *slotList[T] {
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

// reach extends items to all slots from i on.
func (s *slotList[T]) reach(i int) {
	switch {
	case s.items == nil:
		s.items, s.first = make([]*T, len(s.ids)-i), i
	case i < s.first:
		s.items, s.first = slices.Concat(make([]*T, s.first), s.items), 0
	}
}

// find returns the index of the id, or -1.
func (s *slotList[T]) find(id string) int {
	if s == nil {
		return -1
	}
	if s.index != nil {
		if i, ok := s.index[id]; ok {
			return i + s.shift
		}
		return -1
	}
	return slices.Index(s.ids, id)
}

// seek is find for a callback that may search for many ids.
func (s *slotList[T]) seek(id string) int {
	if s.searched += len(s.ids); s.index == nil && s.searched > 8*len(s.ids)+1000 {
		s.index, s.shift = make(map[string]int, 2*len(s.ids)), 0
		for i, id := range s.ids {
			s.index[id] = i
		}
	}
	return s.find(id)
}

// dropIndex drops the index, which a change in the middle has made wrong.
func (s *slotList[T]) dropIndex() { s.index, s.searched = nil, 0 }

// insert adds items at index i.
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
			s.put(&fresh[j], it)
			continue
		}
		if len(items) > 1 {
			if twice == nil {
				twice = make(map[string]int, len(items))
			}
			twice[id] = len(fresh)
		}
		ids, fresh = append(ids, id), append(fresh, nil)
		s.put(&fresh[len(fresh)-1], it)
	}
	switch {
	case s.index == nil:
	case i == len(s.ids):
		for j, id := range ids {
			s.index[id] = i + j - s.shift
		}
	case i == 0:
		s.shift += len(ids)
		for j, id := range ids {
			s.index[id] = j - s.shift
		}
	default:
		s.dropIndex()
	}
	s.reach(i)
	s.ids, s.items = slices.Insert(s.ids, i, ids...), slices.Insert(s.items, i-s.first, fresh...)
	switch n := len(s.ids); {
	case st.limit > 0 && n > st.limit:
		s.remove(st.limit, n)
	case st.limit < 0 && n > -st.limit:
		s.remove(0, n+st.limit)
	}
}

// fill replaces the item of slot i.
func (s *slotList[T]) fill(i int, item T) {
	s.reach(i)
	s.put(&s.items[i-s.first], item)
}

func (s *slotList[T]) put(to **T, item T) {
	if s.broken {
		return // the view is remounted
	}
	if *to == nil {
		s.pending++
	}
	*to = &item
}

// remove removes the slots from i to j.
func (s *slotList[T]) remove(i, j int) {
	for k := i; k < j; k++ {
		if s.item(k) != nil {
			s.pending--
		}
		if s.index != nil {
			delete(s.index, s.ids[k])
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
		s.dropIndex()
	}
	s.ids = without(s.ids, i, j)
}

// without returns list without the elements from i to j. At the beginning, nothing is moved.
func without[E any](list []E, i, j int) []E {
	if i == 0 {
		clear(list[:j])
		return list[j:]
	}
	return slices.Delete(list, i, j)
}

// withoutItems returns the list without its items.
func (s *slotList[T]) withoutItems() pendingList {
	if s.items == nil && s.index == nil {
		return s
	}
	return &slotList[T]{ids: s.ids, broken: s.broken}
}

// withoutSlots returns the list without the slots for which lost returns true, unless their
// items are pending.
func (s *slotList[T]) withoutSlots(lost func(i int) bool) pendingList {
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
