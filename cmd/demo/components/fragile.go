package components

import (
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Fragile fails on demand. The page and the other components live on, and it is remounted.
type Fragile struct{}

// What it knows until then.
var (
	Touches = state.NewKey[int]("touches")
	Cracked = state.NewKey[bool]("cracked")
)

// Mount begins anew.
func (Fragile) Mount(s *views.Socket) error {
	state.Assign(s, Touches.To(0), Cracked.To(false))
	return nil
}

// Touch counts.
func (Fragile) Touch(s *views.Socket, _ views.NoParams) error {
	Touches.Update(s, func(n int) int { return n + 1 })
	return nil
}

// Break fails in a callback.
func (Fragile) Break(*views.Socket, views.NoParams) error {
	panic("broken on purpose")
}

// Crack makes the next rendering fail.
func (Fragile) Crack(s *views.Socket, _ views.NoParams) error {
	Cracked.Set(s, true)
	return nil
}
