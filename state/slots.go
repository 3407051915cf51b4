package state

import (
	"fmt"
	"slices"
)

// slot is the place of one item.
type slot[T any] struct {
	id   string
	item *T // nil: it was sent and is forgotten
}

// slotList is what a stream holds. Once it is committed it does not change any more; nil
// holds nothing.
type slotList[T any] struct {
	list    []slot[T]
	pending int  // slots with items
	broken  bool // items were forgotten that nobody had rendered

	// While a callback writes: where ids stand, made when searching has become long.
	places   map[string]int
	shift    int // to be added to all places
	searched int // slots looked at in vain of a map
}

func (s *slotList[T]) slots() []slot[T] {
	if s == nil {
		return nil
	}
	return s.list
}

// copied is a list of its own for a callback. If too much of it waits, it is broken.
func (s *slotList[T]) copied() *slotList[T] {
	if s == nil {
		return &slotList[T]{}
	}
	c := &slotList[T]{pending: s.pending, broken: s.broken}
	c.list = append(make([]slot[T], 0, len(s.list)+4), s.list...)
	if c.pending > MaxPending {
		c.broken = true
		c.forgetAll()
	}
	return c
}

func (s *slotList[T]) forgetAll() {
	for i := range s.list {
		s.list[i].item = nil
	}
	s.pending = 0
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
	return slices.IndexFunc(s.list, func(x slot[T]) bool { return x.id == id })
}

// seek is find for a callback that may ask for many ids.
func (s *slotList[T]) seek(id string) int {
	if s.searched += len(s.list); s.places == nil && s.searched > 8*len(s.list)+1000 {
		s.places, s.shift = make(map[string]int, 2*len(s.list)), 0
		for i := range s.list {
			s.places[s.list[i].id] = i
		}
	}
	return s.find(id)
}

// unplace forgets where ids stand.
func (s *slotList[T]) unplace() { s.places, s.searched = nil, 0 }

// insert adds items from place i on.
func (s *slotList[T]) insert(i int, items []T, st *Stream[T]) {
	fresh := make([]slot[T], 0, len(items))
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
		fresh = append(fresh, slot[T]{id: id})
		s.give(&fresh[len(fresh)-1], it)
	}
	switch {
	case s.places == nil:
	case i == len(s.list):
		for j := range fresh {
			s.places[fresh[j].id] = i + j - s.shift
		}
	case i == 0:
		s.shift += len(fresh)
		for j := range fresh {
			s.places[fresh[j].id] = j - s.shift
		}
	default:
		s.unplace()
	}
	s.list = slices.Insert(s.list, i, fresh...)
	switch n := len(s.list); {
	case st.keep > 0 && n > st.keep:
		s.remove(st.keep, n)
	case st.keep < 0 && n > -st.keep:
		s.remove(0, n+st.keep)
	}
}

// fill puts an item in the place of another.
func (s *slotList[T]) fill(i int, item T) { s.give(&s.list[i], item) }

func (s *slotList[T]) give(to *slot[T], item T) {
	if s.broken {
		return // all is to be made anew
	}
	if to.item == nil {
		s.pending++
	}
	to.item = &item
}

// remove takes out list[i:j].
func (s *slotList[T]) remove(i, j int) {
	for k := i; k < j; k++ {
		if s.list[k].item != nil {
			s.pending--
		}
		if s.places != nil {
			delete(s.places, s.list[k].id)
		}
	}
	switch {
	case i == 0:
		clear(s.list[:j])
		s.list = s.list[j:]
		s.shift -= j
	case j == len(s.list):
		clear(s.list[i:])
		s.list = s.list[:i]
	default:
		s.list = slices.Delete(s.list, i, j)
		s.unplace()
	}
}

// forgotten is the list without its items.
func (s *slotList[T]) forgotten() waitingList {
	if s.pending == 0 && s.places == nil {
		return s
	}
	c := &slotList[T]{list: slices.Clone(s.list), broken: s.broken}
	c.forgetAll()
	return c
}

// without is the list less those slots for which lost says so, if they wait for nothing.
func (s *slotList[T]) without(lost func(i int) bool) waitingList {
	c := &slotList[T]{pending: s.pending, broken: s.broken}
	for i := range s.list {
		if s.list[i].item != nil || !lost(i) {
			c.list = append(c.list, s.list[i])
		}
	}
	if len(c.list) == len(s.list) {
		return s
	}
	return c
}

// GoString keeps debugging output short.
func (s *slotList[T]) GoString() string {
	return fmt.Sprintf("stream of %d items, %d of them not sent yet", len(s.list), s.pending)
}
