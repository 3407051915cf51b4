package main

import (
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What a page of two counters knows, of which one survives.
var (
	lasting  = state.NewKey[int]("lasting").Durable()
	basket   = state.NewKey[map[string]int]("basket").Durable()
	fleeting = state.NewKey[int]("fleeting")
)

// kept is the page. Its two events do the same but for what is kept.
type kept struct{}

// Mount begins with what there is.
func (kept) Mount(s *views.Socket, _ views.NoParams) error {
	lasting.SetDefault(s, func() int { return 0 })
	basket.SetDefault(s, func() map[string]int { return map[string]int{"tea": 2, "coffee": 1, "teapot": 1} })
	fleeting.Set(s, 0)
	return nil
}

// Last counts what is kept.
func (kept) Last(s *views.Socket, _ views.NoParams) error {
	lasting.Update(s, func(n int) int { return n + 1 })
	return nil
}

// Flee counts what is not.
func (kept) Flee(s *views.Socket, _ views.NoParams) error {
	fleeting.Update(s, func(n int) int { return n + 1 })
	return nil
}
