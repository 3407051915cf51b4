package scope

import "context"

// MaxPending is how many items of a stream wait for a rendering from one callback to the
// next.
const MaxPending = 10_000

// Stream is what package state knows as a Stream: its key, and how its items are told apart
// and limited. Each scope holds a list of its own under the key.
type Stream[T any] struct {
	key   Key
	id    func(T) string
	limit int // how many items are kept: the first ones, the last ones if it is negative, all if it is 0
}

// NewStream returns a stream whose items have the ids that id returns. The name must be an
// [IsStreamName].
func NewStream[T any](name string, id func(T) string) *Stream[T] {
	return &Stream[T]{key: Key{Name: name, Equal: func(a, b any) bool { return a == b }}, id: id}
}

// WithLimit returns a new stream of the same name that keeps the first n items or, if n is
// negative, the last -n.
func (st *Stream[T]) WithLimit(n int) *Stream[T] {
	c := *st
	c.limit = n
	return &c
}

// Name returns the stream's name.
func (st *Stream[T]) Name() string { return st.key.Name }

// ID returns the item's id.
func (st *Stream[T]) ID(item T) string { return st.id(item) }

// DOMIDOf returns the id of the element of the item with the id.
func (st *Stream[T]) DOMIDOf(id string) string { return domID(st.key.Name, id) }

// IDs returns the ids of the items that a read with ctx finds. The result must not be
// changed.
func (st *Stream[T]) IDs(ctx context.Context) []string { return st.read(ctx).all() }

// Insert adds items so that the first of them becomes the i-th, where i is limited to the
// length of the list. An item whose id the list has replaces the one of that id.
func (st *Stream[T]) Insert(tx *Tx, i int, items []T) {
	s := st.edit(tx)
	s.insert(min(max(i, 0), len(s.ids)), items, st)
}

// Update replaces the item that has the id of item, and reports whether there is one.
func (st *Stream[T]) Update(tx *Tx, item T) bool {
	i := st.find(tx, st.id(item))
	if i >= 0 {
		st.edit(tx).fill(i, item)
	}
	return i >= 0
}

// Delete removes the item with the id, if there is one.
func (st *Stream[T]) Delete(tx *Tx, id string) {
	if i := st.find(tx, id); i >= 0 {
		st.edit(tx).remove(i, i+1)
	}
}

// Reset replaces the whole list.
func (st *Stream[T]) Reset(tx *Tx, items []T) {
	if len(items) == 0 && len(st.own(tx).all()) == 0 {
		return
	}
	s := st.edit(tx)
	*s = slotList[T]{}
	s.insert(0, items, st)
}

// TrimStart removes items at the beginning until there are at most n.
func (st *Stream[T]) TrimStart(tx *Tx, n int) {
	if have := len(st.own(tx).all()); have > max(n, 0) {
		st.edit(tx).remove(0, have-max(n, 0))
	}
}

// TrimEnd removes items at the end until there are at most n.
func (st *Stream[T]) TrimEnd(tx *Tx, n int) {
	if have := len(st.own(tx).all()); have > max(n, 0) {
		st.edit(tx).remove(max(n, 0), have)
	}
}

// read returns the list that a read with ctx finds, nil if there is none.
func (st *Stream[T]) read(ctx context.Context) *slotList[T] {
	v, _ := SourceOf(ctx).Read(&st.key)
	s, _ := v.(*slotList[T])
	return s
}

// own returns the list of the transaction's own scope, nil if it has none. It must not be
// changed.
func (st *Stream[T]) own(tx *Tx) *slotList[T] {
	v, _ := tx.Own(&st.key)
	s, _ := v.(*slotList[T])
	return s
}

// find returns the index of the id in the transaction's own scope, -1 if it is not there.
func (st *Stream[T]) find(tx *Tx, id string) int {
	if s := st.edited(tx); s != nil {
		return s.seek(id)
	}
	return st.own(tx).find(id)
}

// edited returns the transaction's copy of the list, nil before the first edit.
func (st *Stream[T]) edited(tx *Tx) *slotList[T] {
	for _, e := range tx.sets {
		if e.key == &st.key {
			return e.value.(*slotList[T])
		}
	}
	return nil
}

// edit returns the transaction's copy of the list, and makes it if there is none.
func (st *Stream[T]) edit(tx *Tx) *slotList[T] {
	s := st.edited(tx)
	if s == nil {
		s = st.own(tx).clone()
		tx.Set(&st.key, s)
	}
	return s
}
