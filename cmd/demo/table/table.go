// Package table is the page of the js-framework-benchmark: a thousand rows, and what
// frameworks are measured by doing to them.
package table

import (
	"net/http"
	"slices"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What a table knows.
var (
	// Rows are in the order of the page.
	Rows = state.NewKey[[]Row]("rows")
	// Selected is the id of the selected row, 0 if none is. Every row reads it, narrowed
	// to whether it is the one: so two rows are rendered when the selection moves.
	Selected = state.NewKey[int]("selected")
	// LastID is the newest row's. Ids are not used again.
	LastID = state.NewKey[int]("last id")
)

// Row is one row. It is a value without pointers, so that rows which did not change
// are told from those that did without rendering them.
type Row struct {
	ID    int
	Label string
}

// Key is what tells rows apart.
func (r Row) Key() int { return r.ID }

const (
	batch = 1000
	// maxRows bounds what one visitor can make the server keep.
	maxRows = 10 * batch
)

// Page is the table.
type Page struct{}

// Mount begins with an empty table.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Table")
	state.Assign(s, Rows.To(nil), Selected.To(0), LastID.To(0))
	return nil
}

// Create fills the table with 1,000 new rows, whatever was in it.
func (Page) Create(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, Rows.To(newRows(s, batch)), Selected.To(0))
	return nil
}

// Replace puts as many new rows in the place of all there are.
func (Page) Replace(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, Rows.To(newRows(s, len(Rows.Get(s)))), Selected.To(0))
	return nil
}

// Append adds 1,000 new rows.
func (Page) Append(s *views.Socket, _ views.NoParams) error {
	rows := Rows.Get(s)
	if len(rows)+batch > maxRows {
		return views.Error(http.StatusConflict, "The table is full. Clear it first.")
	}
	Rows.Set(s, slices.Concat(rows, newRows(s, batch)))
	return nil
}

// UpdateTenth changes the label of every 10th row.
func (Page) UpdateTenth(s *views.Socket, _ views.NoParams) error {
	rows := slices.Clone(Rows.Get(s))
	for i := 0; i < len(rows); i += 10 {
		rows[i].Label += " !!!"
	}
	Rows.Set(s, rows)
	return nil
}

// Swap exchanges the 2nd row and the 999th, if there are so many.
func (Page) Swap(s *views.Socket, _ views.NoParams) error {
	rows := slices.Clone(Rows.Get(s))
	if len(rows) > 998 {
		rows[1], rows[998] = rows[998], rows[1]
	}
	Rows.Set(s, rows)
	return nil
}

// Clear empties the table.
func (Page) Clear(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, Rows.To(nil), Selected.To(0))
	return nil
}

// Select selects a row.
func (Page) Select(s *views.Socket, id int) error {
	Selected.Set(s, id)
	return nil
}

// Remove takes a row out. One that is gone already, by a second click, stays gone.
func (Page) Remove(s *views.Socket, id int) error {
	rows := slices.Clone(Rows.Get(s))
	Rows.Set(s, slices.DeleteFunc(rows, func(r Row) bool { return r.ID == id }))
	return nil
}
