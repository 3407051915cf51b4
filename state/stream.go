package state

import (
	"context"
	"fmt"
	"slices"
)

// MaxPending is how many items of a stream wait for a rendering from one callback to the
// next. If there are more, nobody has looked at the page for long: the items are forgotten,
// and the view is mounted again when its page comes back. A single callback may add more:
// they wait until it has been rendered.
const MaxPending = 10_000

// Stream is a list of items that a view does not keep: each is rendered once, then only
// its id and place are remembered. Make streams as package variables with [NewStream]; what
// holds of a [Key] holds of a stream too: reads look outward through the scopes, writes stay
// in the scope they are made in, and a callback that fails has changed nothing. A stream is
// safe for concurrent use; its lists are kept by the views.
//
// Items that are added under an id that the stream has are put in the place of the old
// ones, where those stand.
type Stream[T any] struct {
	k    key
	id   func(T) string
	keep int // the first so many, or below zero the last; 0: all
}

// NewStream returns a new stream whose items are told apart by id, which may be any text.
// It panics if the name is not a letter followed by letters, digits and underscores, if it
// is longer than 60 bytes, or reserved as for [NewKey]; sb is reserved, too. No other
// element of the page may have an id that begins with the name and a hyphen.
func NewStream[T any](name string, id func(T) string) *Stream[T] {
	if !isStreamName(name) || slices.Contains(reserved, name) || name == "sb" {
		panic(fmt.Sprintf("state: a stream can't be named %.80q: take a letter, then letters, digits and underscores, at most %d, and no reserved name", name, maxStreamName))
	}
	if id == nil {
		panic(fmt.Sprintf("state: the stream %q needs a function that tells its items' ids", name))
	}
	return &Stream[T]{k: key{name: name, equal: func(a, b any) bool { return a == b }}, id: id}
}

// KeepFirst returns a new stream of the same name that drops what comes to stand behind
// the first n items. It panics if n is not positive.
func (st *Stream[T]) KeepFirst(n int) *Stream[T] { return st.keeping(n, n) }

// KeepLast returns a new stream of the same name that drops what comes to stand before
// the last n items. It panics if n is not positive.
func (st *Stream[T]) KeepLast(n int) *Stream[T] { return st.keeping(n, -n) }

func (st *Stream[T]) keeping(n, keep int) *Stream[T] {
	if n <= 0 {
		panic(fmt.Sprintf("state: the stream %q can't keep %d items: give a number above zero", st.k.name, n))
	}
	c := *st
	c.keep = keep
	return &c
}

// Name is the name given to NewStream.
func (st *Stream[T]) Name() string { return st.k.name }

// DOMID is the id that the element of an item must have. See [Stream.DOMIDOf].
func (st *Stream[T]) DOMID(item T) string { return st.DOMIDOf(st.id(item)) }

// DOMIDOf is the id of the element of the item with an id: the stream's name, a hyphen and
// the id, in which each byte but letters, digits and hyphens is written as _ and two
// hexadecimal digits. If that is longer than 120 bytes, a hash stands for its end.
func (st *Stream[T]) DOMIDOf(id string) string { return domID(st.k.name, id) }

// Append adds items at the end, in their order.
func (st *Stream[T]) Append(w Writer, items ...T) {
	if len(items) > 0 {
		s := st.edit(w)
		s.insert(len(s.ids), items, st)
	}
}

// Prepend adds items at the beginning, in their order: the first of them becomes the
// stream's first.
func (st *Stream[T]) Prepend(w Writer, items ...T) {
	if len(items) > 0 {
		st.edit(w).insert(0, items, st)
	}
}

// InsertAt adds items, in their order, so that the first of them becomes the stream's i-th,
// counted from 0. An i below 0 is the beginning, one beyond the end is the end.
func (st *Stream[T]) InsertAt(w Writer, i int, items ...T) {
	if len(items) > 0 {
		s := st.edit(w)
		s.insert(min(max(i, 0), len(s.ids)), items, st)
	}
}

// Update puts item in the place of the one with its id, and reports whether there is one;
// if not, it does nothing.
func (st *Stream[T]) Update(w Writer, item T) bool {
	i := st.place(w, st.id(item))
	if i >= 0 {
		st.edit(w).fill(i, item)
	}
	return i >= 0
}

// Delete takes the item with the id of item out, if there is one.
func (st *Stream[T]) Delete(w Writer, item T) { st.DeleteID(w, st.id(item)) }

// DeleteID takes the item with the id out, if there is one.
func (st *Stream[T]) DeleteID(w Writer, id string) {
	if i := st.place(w, id); i >= 0 {
		st.edit(w).remove(i, i+1)
	}
}

// Reset makes items all that the stream has.
func (st *Stream[T]) Reset(w Writer, items ...T) {
	if len(items) == 0 && len(st.own(w).all()) == 0 {
		return
	}
	s := st.edit(w)
	*s = slotList[T]{}
	s.insert(0, items, st)
}

// TrimStart takes items out at the beginning until there are at most n.
func (st *Stream[T]) TrimStart(w Writer, n int) {
	if have := len(st.own(w).all()); have > max(n, 0) {
		st.edit(w).remove(0, have-max(n, 0))
	}
}

// TrimEnd takes items out at the end until there are at most n.
func (st *Stream[T]) TrimEnd(w Writer, n int) {
	if have := len(st.own(w).all()); have > max(n, 0) {
		st.edit(w).remove(max(n, 0), have)
	}
}

// Len is how many items the stream has, sent or not.
func (st *Stream[T]) Len(ctx context.Context) int { return len(st.held(ctx).all()) }

// IDs lists the ids of the stream's items in their order.
func (st *Stream[T]) IDs(ctx context.Context) []string {
	return append([]string{}, st.held(ctx).all()...)
}

// Has reports whether the stream has an item with the id.
func (st *Stream[T]) Has(ctx context.Context, id string) bool {
	return slices.Contains(st.held(ctx).all(), id)
}

// held is what a read with ctx finds, nil if nothing.
func (st *Stream[T]) held(ctx context.Context) *slotList[T] {
	v, _ := sourceOf(ctx).read(&st.k)
	s, _ := v.(*slotList[T])
	return s
}

// own is what the writer's own scope has, to be read only; nil if nothing.
func (st *Stream[T]) own(w Writer) *slotList[T] {
	v, _ := w.Tx().own(&st.k)
	s, _ := v.(*slotList[T])
	return s
}

// place is where the writer's own scope has the id, -1 if nowhere.
func (st *Stream[T]) place(w Writer, id string) int {
	if s := st.edited(w); s != nil {
		return s.seek(id)
	}
	return st.own(w).find(id)
}

// edited is what edit has made in this callback, nil before.
func (st *Stream[T]) edited(w Writer) *slotList[T] {
	for _, e := range w.Tx().sets {
		if e.key == &st.k {
			return e.value.(*slotList[T])
		}
	}
	return nil
}

// edit is what the writer's callback has of the stream for itself: a copy, made by its
// first writing.
func (st *Stream[T]) edit(w Writer) *slotList[T] {
	s := st.edited(w)
	if s == nil {
		s = st.own(w).copied()
		w.Tx().set(&st.k, s)
	}
	return s
}
