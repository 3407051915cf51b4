package main

import (
	"strconv"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

func (r row) text() string { return strconv.Itoa(r.ID) }

var (
	lines = state.NewStream("line", row.text)
	tail  = state.NewStream("tail", row.text).KeepLast(50)
	given = state.NewKey[int]("given")
)

// feed has two streams: of all lines, a thousand at first, and of the last.
type feed struct{}

// Mount fills the streams.
func (feed) Mount(s *views.Socket, _ views.NoParams) error {
	list := make([]row, 1000)
	for i := range list {
		list[i] = row{i + 1, "pretty red table"}
	}
	lines.Append(s, list...)
	tail.Append(s, list...)
	given.Set(s, len(list))
	return nil
}

func (feed) next(s *views.Socket) row {
	given.Update(s, func(n int) int { return n + 1 })
	return row{given.Get(s), "fancy blue chair"}
}

// All appends to the stream that keeps all.
func (f feed) All(s *views.Socket, _ views.NoParams) error {
	lines.Append(s, f.next(s))
	return nil
}

// Tail appends to the stream that keeps the last.
func (f feed) Tail(s *views.Socket, _ views.NoParams) error {
	tail.Append(s, f.next(s))
	return nil
}
