// Package counter is the smallest live page: two keys and three events.
package counter

import (
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var (
	Count = state.NewKey[int]("count")
	Step  = state.NewKey[int]("step")
)

// Page is the counter. Each tab that opens it has one of its own.
type Page struct{}

// Mount sets what a new counter begins with.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Counter")
	state.Assign(s, Count.To(0), Step.To(1))
	return nil
}

// Add counts up, or down for negative times.
func (Page) Add(s *views.Socket, times int) error {
	Count.Update(s, func(n int) int { return n + times*Step.Get(s) })
	return nil
}

// Reset counts from 0 again.
func (Page) Reset(s *views.Socket, _ views.NoParams) error {
	Count.Set(s, 0)
	return nil
}

// SetStep takes the nearest step from 1 to 1,000; the field shows what was taken.
func (Page) SetStep(s *views.Socket, step int) error {
	Step.Set(s, min(max(step, 1), 1000))
	return nil
}
