package main

import (
	"slices"
	"strconv"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type row struct {
	ID    int
	Label string
}

// key tells rows apart.
func (r row) key() int { return r.ID }

var (
	rows     = state.NewKey[[]row]("rows")
	selected = state.NewKey[int]("selected")
	turn     = state.NewKey[int]("turn")
)

// labels shows the rows from the start, so that no event has to make them.
type labels struct{}

// Mount makes a thousand rows.
func (labels) Mount(s *views.Socket, _ views.NoParams) error {
	list := make([]row, 1000)
	for i := range list {
		list[i] = row{i + 1, "pretty red table"}
	}
	state.Assign(s, rows.To(list), selected.To(0), turn.To(0))
	return nil
}

// Select marks a row.
func (labels) Select(s *views.Socket, id int) error {
	selected.Set(s, id)
	return nil
}

// Remove takes a row out.
func (labels) Remove(s *views.Socket, id int) error {
	rows.Update(s, func(list []row) []row {
		return slices.DeleteFunc(slices.Clone(list), func(r row) bool { return r.ID == id })
	})
	return nil
}

// Change gives the row in the middle a label that it has not had.
func (labels) Change(s *views.Socket, _ views.NoParams) error {
	turn.Update(s, func(n int) int { return n + 1 })
	n := turn.Get(s)
	rows.Update(s, func(list []row) []row {
		list = slices.Clone(list)
		list[len(list)/2].Label = "fancy blue chair " + strconv.Itoa(100+n%900)
		return list
	})
	return nil
}
