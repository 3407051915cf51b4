// Package counter is a page in which each call is made as it should be; the packages that must not compile use it.
package counter

import (
	"net/http"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Count and Step are the page's assigns.
var (
	Count = state.NewKey[int]("count")
	Step  = state.NewKey[int]("step")
)

// Page counts up. Its zero value is ready.
type Page struct{}

var _ views.View[views.NoParams] = Page{}

// Mount begins at nought.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, Count.To(0), Step.To(1))
	return nil
}

// Add counts on by so many steps.
func (Page) Add(s *views.Socket, steps int) error {
	Count.Update(s, func(n int) int { return n + steps*Step.Get(s) })
	return nil
}

// Reset goes back to nought.
func (Page) Reset(s *views.Socket, _ views.NoParams) error {
	Count.Set(s, 0)
	return nil
}

// Double sends the page a message of its own.
func (Page) Double(s *views.Socket, _ views.NoParams) error {
	return views.Send(s, Page.Add, Count.Get(s))
}

// Handler serves the page with kit.
func Handler(kit *handlers.Kit) http.Handler { return handlers.View(kit, Page{}) }
