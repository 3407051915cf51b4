// Package sample holds the pages that the benchmarks of package views render: those of the
// demo, without their looks.
package sample

import (
	"slices"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Row is one row of the table.
type Row struct {
	ID    int
	Label string
}

// Key tells rows apart.
func (r Row) Key() int { return r.ID }

// The table's keys.
var (
	Rows     = state.NewKey[[]Row]("rows")
	Selected = state.NewKey[int]("selected")
)

// Table is a page that shows rows, of which one is selected.
type Table struct{}

// Mount makes a thousand rows.
func (Table) Mount(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, Rows.To(Some(1000)), Selected.To(0))
	return nil
}

// Some makes n rows.
func Some(n int) []Row {
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Row{i + 1, "pretty red table"}
	}
	return rows
}

// Select marks a row.
func (Table) Select(s *views.Socket, id int) error {
	Selected.Set(s, id)
	return nil
}

// Remove takes a row out.
func (Table) Remove(s *views.Socket, id int) error {
	Rows.Update(s, func(rows []Row) []Row {
		return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.ID == id })
	})
	return nil
}
