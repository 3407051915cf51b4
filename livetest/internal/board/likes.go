package board

import (
	"errors"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Count is how often something was liked.
var Count = state.NewKey[int]("count")

// Likes is a component that counts.
type Likes struct{ Label string }

// Mount begins at 0.
func (Likes) Mount(s *views.Socket) error {
	Count.Set(s, 0)
	return nil
}

// Like counts, and tells the page.
func (l Likes) Like(s *views.Socket, _ views.NoParams) error {
	Count.Update(s, func(n int) int { return n + 1 })
	return views.Send(s, Page.Liked, l.Label)
}

// Add is a message from elsewhere.
func (Likes) Add(s *views.Socket, n int) error {
	Count.Update(s, func(m int) int { return n + m })
	return nil
}

// Shout says how loud something is. It has the id of a Likes.
type Shout struct{ Label string }

// Mount begins at 100.
func (Shout) Mount(s *views.Socket) error {
	Count.Set(s, 100)
	return nil
}

// Louder counts.
func (Shout) Louder(s *views.Socket, _ views.NoParams) error {
	Count.Update(s, func(n int) int { return n + 1 })
	return nil
}

// frail can't be shown.
type frail struct{}

func (frail) Mount(*views.Socket) error { return errors.New("no database") }
