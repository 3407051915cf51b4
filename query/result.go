package query

import (
	"reflect"
	"slices"
)

// Result is what a page shows of a query. It is shared with other views: do not change what it refers to.
type Result[T any] struct {
	// Items are the rows, none with Live.Stream. They stay after an error, and while others are on their way.
	Items []T
	// Page is where the rows are.
	Page Page
	// New counts the rows that the page has by now and that are not shown, because those that are shown stay
	// (Live.ByID).
	New int
	// Ready says that there are rows, or that it is known that there are none.
	Ready bool
	// Loading says that a load which Keep, Turn or Refetch has asked for is on its way. It is not set for those that
	// topics and intervals cause.
	Loading bool
	// Err is that of the newest load; nil after one that has succeeded. It may hold internal text: log it, and show a
	// text of your own.
	Err error

	rows []T // nil if they are in a stream and nobody needs them any more
	ids  []string
	sums []uint64
	gone []bool // nil: none is deleted
	of   any    // the *viewer that has loaded the rows
}

// Row is a row of a result, for Each and for streams.
type Row[T any] struct {
	Item    T
	ID      string
	Deleted bool // it is still shown, but gone (Live.ByID)
}

// Key returns the row's ID: the function that lists and streams are keyed by.
func (r Row[T]) Key() string { return r.ID }

// Len returns how many rows are shown, also with Live.Stream.
func (r Result[T]) Len() int { return len(r.sums) }

// Rows returns the items with their ids, and whether they are deleted. There are none with Live.Stream.
func (r Result[T]) Rows() []Row[T] {
	rows := make([]Row[T], len(r.Items))
	for i, it := range r.Items {
		rows[i] = r.row(i, it)
	}
	return rows
}

func (r Result[T]) row(i int, item T) Row[T] {
	row := Row[T]{Item: item, Deleted: r.isGone(i)}
	if r.ids != nil {
		row.ID = r.ids[i]
	}
	return row
}

func (r Result[T]) isGone(i int) bool { return r.gone != nil && r.gone[i] }

// same reports whether both show the same.
func same[T any](a, b Result[T]) bool {
	return a.Page == b.Page && a.New == b.New && a.Ready == b.Ready && a.Loading == b.Loading && sameError(a.Err, b.Err) &&
		a.of == b.of && slices.Equal(a.ids, b.ids) && slices.Equal(a.sums, b.sums) && slices.Equal(a.gone, b.gone)
}

// sameError reports whether both are the same error, without a panic if they are not comparable.
func sameError(a, b error) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && any(a) == any(b)
}
