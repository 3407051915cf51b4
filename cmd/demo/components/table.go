package components

import (
	"slices"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Table is a table of anything. It sorts its rows; what stands in the cells is for who
// places it to say.
type Table[T any] struct {
	Caption string
	Rows    []T
	Columns []Column[T]
}

// Column is a column. Cell is a slot with an argument: the row.
type Column[T any] struct {
	Label   string
	Cell    func(T) templ.Component
	Compare func(a, b T) int // nil: nobody can sort by it
}

// Order is what a table is sorted by.
type Order struct {
	Column int // from 1; 0: as the rows came
	Down   bool
}

// Sorted is each table's own.
var Sorted = state.NewKey[Order]("sorted")

// Mount begins with the rows as they came.
func (Table[T]) Mount(s *views.Socket) error {
	Sorted.Set(s, Order{})
	return nil
}

// Sort sorts by a column, the first being 0, and at the next time the other way round.
func (t Table[T]) Sort(s *views.Socket, column int) error {
	if column < 0 || column >= len(t.Columns) || t.Columns[column].Compare == nil {
		return views.ErrNotFound
	}
	was := Sorted.Get(s)
	Sorted.Set(s, Order{column + 1, was.Column == column+1 && !was.Down})
	return nil
}

// sorted are the rows in their order.
func (t Table[T]) sorted(o Order) []T {
	if o.Column == 0 || o.Column > len(t.Columns) {
		return t.Rows
	}
	compare := t.Columns[o.Column-1].Compare
	return slices.SortedStableFunc(slices.Values(t.Rows), func(a, b T) int {
		if o.Down {
			a, b = b, a
		}
		return compare(a, b)
	})
}

// direction is the order of a column as a screen reader says it.
func (o Order) direction(column int) string {
	switch {
	case o.Column != column+1:
		return "none"
	case o.Down:
		return "descending"
	}
	return "ascending"
}
