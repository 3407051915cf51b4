package state

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/sideband-go/sideband/internal/scope"
)

// MaxPending is how many items of a stream, 10,000, wait for a rendering from one callback
// to the next. If there are more, nobody has looked at the page for long: the items are
// dropped, and the view is remounted when its page comes back. A single callback may add
// more: they wait until they have been rendered.
const MaxPending = scope.MaxPending

// Stream is a list of items that a view does not keep: each item is rendered once, and from
// then on only its id and position are remembered. Make streams as package variables with
// [NewStream]. As with a [Key], reads look outward through the scopes, writes stay in the
// callback's own scope, and a callback that fails has changed nothing. A stream is safe for
// concurrent use; each view has a list of its own.
//
// An item that is added under an id that the stream has replaces the item of that id, at
// its position.
//
// The type is defined by an internal one, which package views converts it to.
type Stream[T any] scope.Stream[T]

func (st *Stream[T]) list() *scope.Stream[T] { return (*scope.Stream[T])(st) }

// NewStream returns a new stream whose items have the ids that id returns, which may be any
// text. It panics if the name is not a letter followed by letters, digits and underscores,
// if it is longer than 60 bytes, or reserved as for [NewKey]; sb is reserved, too. No other
// element of the page may have an id that begins with the name and a hyphen.
func NewStream[T any](name string, id func(T) string) *Stream[T] {
	if !scope.IsStreamName(name) || slices.Contains(reserved, name) || name == "sb" {
		panic(fmt.Sprintf("state: a stream can't be named %.80q: take a letter, then letters, digits and underscores, at most %d, and no reserved name", name, scope.MaxStreamName))
	}
	if id == nil {
		panic(fmt.Sprintf("state: the stream %q needs a function that returns its items' ids", name))
	}
	return (*Stream[T])(scope.NewStream(name, id))
}

// KeepFirst returns a new stream of the same name that drops all but the first n items. It
// panics if n is not positive.
func (st *Stream[T]) KeepFirst(n int) *Stream[T] { return st.limit(n, n) }

// KeepLast returns a new stream of the same name that drops all but the last n items. It
// panics if n is not positive.
func (st *Stream[T]) KeepLast(n int) *Stream[T] { return st.limit(n, -n) }

func (st *Stream[T]) limit(n, limit int) *Stream[T] {
	if n <= 0 {
		panic(fmt.Sprintf("state: the stream %q can't keep %d items: give a number above zero", st.Name(), n))
	}
	return (*Stream[T])(st.list().WithLimit(limit))
}

// Name returns the name given to NewStream.
func (st *Stream[T]) Name() string { return st.list().Name() }

// DOMID returns the id that the element of an item must have. See [Stream.DOMIDOf].
func (st *Stream[T]) DOMID(item T) string { return st.DOMIDOf(st.list().ID(item)) }

// DOMIDOf returns the id of the element of the item with an id: the stream's name, a hyphen
// and the id, in which each byte but letters, digits and hyphens is written as _ and two
// hexadecimal digits. If that is longer than 120 bytes, a hash replaces its end.
func (st *Stream[T]) DOMIDOf(id string) string { return st.list().DOMIDOf(id) }

// Append adds items at the end, in their order.
func (st *Stream[T]) Append(w Writer, items ...T) { st.InsertAt(w, math.MaxInt, items...) }

// Prepend adds items at the beginning, in their order: the first of them becomes the
// stream's first.
func (st *Stream[T]) Prepend(w Writer, items ...T) { st.InsertAt(w, 0, items...) }

// InsertAt adds items, in their order, so that the first of them becomes the stream's i-th,
// counted from 0. An i below 0 is the beginning, one beyond the end is the end.
func (st *Stream[T]) InsertAt(w Writer, i int, items ...T) {
	if len(items) > 0 {
		st.list().Insert(w.Tx(), i, items)
	}
}

// Update replaces the item that has the id of item, and reports whether there is one. If
// not, it does nothing.
func (st *Stream[T]) Update(w Writer, item T) bool { return st.list().Update(w.Tx(), item) }

// Delete removes the item that has the id of item, if there is one.
func (st *Stream[T]) Delete(w Writer, item T) { st.DeleteID(w, st.list().ID(item)) }

// DeleteID removes the item with the id, if there is one.
func (st *Stream[T]) DeleteID(w Writer, id string) { st.list().Delete(w.Tx(), id) }

// Reset replaces all items of the stream.
func (st *Stream[T]) Reset(w Writer, items ...T) { st.list().Reset(w.Tx(), items) }

// TrimStart removes items at the beginning until there are at most n.
func (st *Stream[T]) TrimStart(w Writer, n int) { st.list().TrimStart(w.Tx(), n) }

// TrimEnd removes items at the end until there are at most n.
func (st *Stream[T]) TrimEnd(w Writer, n int) { st.list().TrimEnd(w.Tx(), n) }

// Len returns how many items the stream has, sent or not.
func (st *Stream[T]) Len(ctx context.Context) int { return len(st.list().IDs(ctx)) }

// IDs returns the ids of the stream's items in their order.
func (st *Stream[T]) IDs(ctx context.Context) []string {
	return append([]string{}, st.list().IDs(ctx)...)
}

// Has reports whether the stream has an item with the id.
func (st *Stream[T]) Has(ctx context.Context, id string) bool {
	return slices.Contains(st.list().IDs(ctx), id)
}
