package main

import (
	"strconv"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var (
	places = state.NewKey[[]int]("places")
	count  = state.NewKey[int]("count")
)

// parts is a page of a thousand components.
type parts struct{}

// Mount says where the components stand.
func (parts) Mount(s *views.Socket, _ views.NoParams) error {
	list := make([]int, 1000)
	for i := range list {
		list[i] = i + 1
	}
	places.Set(s, list)
	return nil
}

// place is what the components are told apart by.
func place(i int) string { return "part-" + strconv.Itoa(i) }

func self(i int) int { return i }

// Part counts for itself.
type Part struct{ Label string }

// Mount begins with 0.
func (Part) Mount(s *views.Socket) error { //nolint:unparam // the kit asks for this shape
	count.Set(s, 0)
	return nil
}

// Increment counts up.
func (Part) Increment(s *views.Socket, _ views.NoParams) error {
	count.Update(s, func(n int) int { return n + 1 })
	return nil
}
