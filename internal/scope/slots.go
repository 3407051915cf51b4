package scope

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// slotList is a stream's list: the ids of all slots, and the items of some. It does not
// change any more once it is committed. A nil list is empty.
type slotList[T any] struct {
	ids     []string
	head    int   // places before ids in their array, which had ids that were removed
	room    *room // behind ids, which lists share that have grown from each other; nil: there is none
	shared  bool  // another list may use the array of ids
	items   []*T  // of the slots from first on; nil: it was sent and dropped
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
	c := &slotList[T]{ids: s.ids, head: s.head, room: s.room, shared: true, broken: s.broken}
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

// room is how many places of the array behind lists are free. A list may go on there if it ends where
// they begin: another one, of a callback that was rolled back or abandoned, may have done so before.
type room struct{ free atomic.Int64 }

// take takes n places behind ids. It reports false if they are not free.
func (r *room) take(ids []string, n int) bool {
	free := cap(ids) - len(ids)
	return r != nil && n <= free && r.free.CompareAndSwap(int64(free), int64(free-n))
}

// insertIDs inserts ids at index i.
func (s *slotList[T]) insertIDs(i int, ids []string) {
	switch {
	case i == len(s.ids) && s.room.take(s.ids, len(ids)):
		s.ids = append(s.ids, ids...)
	case s.shared:
		s.copyIDs(s.ids[:i], ids, s.ids[i:])
	default:
		if len(s.ids)+len(ids) > cap(s.ids) {
			s.head = 0 // they get another array
		}
		s.ids, s.room = slices.Insert(s.ids, i, ids...), nil
	}
}

// removeIDs removes the ids from index i to j.
func (s *slotList[T]) removeIDs(i, j int) {
	n := len(s.ids) - (j - i)
	unused := s.head + cap(s.ids) - n
	switch {
	case n == 0:
		s.ids, s.head, s.room, s.shared = nil, 0, nil, false
	case i > 0 && s.shared, unused > max(2*minRoom, n/8):
		s.copyIDs(s.ids[:i], s.ids[j:])
	case i > 0:
		s.ids = slices.Delete(s.ids, i, j)
	default:
		if !s.shared {
			clear(s.ids[:j])
		}
		s.ids, s.head = s.ids[j:], s.head+j
	}
}

// minRoom is how many places an array of ids has behind them at least, when it is made. A longer one has a sixteenth.
const minRoom = 8

// copyIDs gives the list an array of its own, of the parts.
func (s *slotList[T]) copyIDs(parts ...[]string) {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	ids := make([]string, 0, n+max(minRoom, n/16))
	for _, p := range parts {
		ids = append(ids, p...)
	}
	s.ids, s.head, s.room, s.shared = ids, 0, new(room), false
	s.room.free.Store(int64(cap(ids) - n))
}

// indexOf is slices.Index for ids, of which many begin alike: it compares their ends first.
func indexOf(ids []string, id string) int {
	if id == "" {
		return slices.Index(ids, id)
	}
	end := len(id) - 1
	for i, s := range ids {
		if len(s) == len(id) && s[end] == id[end] && s == id {
			return i
		}
	}
	return -1
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
	return indexOf(s.ids, id)
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
	s.insertIDs(i, ids)
	s.items = slices.Insert(s.items, i-s.first, fresh...)
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
	s.removeIDs(i, j)
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
	return &slotList[T]{ids: s.ids, head: s.head, room: s.room, broken: s.broken}
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
