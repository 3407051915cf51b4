// Package clock is a page that the server changes by itself, once a second, while a
// browser watches.
package clock

import (
	"time"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What a clock knows.
var (
	Now   = state.NewKey[time.Time]("now")
	Ticks = state.NewKey[int]("ticks")
)

// Page is the clock.
type Page struct{}

// Mount shows the time of the request: the page is right even before it is live.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Clock")
	state.Assign(s, Now.To(time.Now()), Ticks.To(0))
	return nil
}

// Connect starts the ticking. It pauses by itself while no browser watches.
func (Page) Connect(s *views.Socket) error {
	_, err := views.SendEvery(s, time.Second, Page.tick, views.NoParams{})
	return err
}

// tick is not exported, so no browser can send it.
func (Page) tick(s *views.Socket, _ views.NoParams) error {
	Now.Set(s, time.Now())
	Ticks.Update(s, func(n int) int { return n + 1 })
	return nil
}
