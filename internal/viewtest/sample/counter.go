package sample

import (
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Count is what the counter shows.
var Count = state.NewKey[int]("count")

// Counter is the smallest page.
type Counter struct{}

// Mount begins at 0.
func (Counter) Mount(s *views.Socket, _ views.NoParams) error {
	Count.Set(s, 0)
	return nil
}

// Add counts.
func (Counter) Add(s *views.Socket, n int) error {
	Count.Update(s, func(c int) int { return c + n })
	return nil
}
