package components

import (
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Counter is a counter among others. Its field is its prop: what the page says when it
// places the counter.
type Counter struct{ Label string }

// Count is each counter's own.
var Count = state.NewKey[int]("count")

// Mount begins with 0.
func (Counter) Mount(s *views.Socket) error {
	Count.Set(s, 0)
	return nil
}

// Increment counts up. It renders this counter and nothing else.
func (Counter) Increment(s *views.Socket, _ views.NoParams) error {
	Count.Update(s, func(n int) int { return n + 1 })
	return nil
}
