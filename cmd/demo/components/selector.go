package components

import (
	"slices"

	"github.com/sideband-go/sideband/views"
)

// Selector is a choice of colours. It keeps nothing: it tells the page what was chosen, and
// shows what the page says.
type Selector struct{ Chosen string }

var colours = []string{"Green", "Blue", "Red", "Yellow"}

// Choose hands a choice on to the page.
func (Selector) Choose(s *views.Socket, colour string) error {
	if !slices.Contains(colours, colour) {
		return views.ErrNotFound
	}
	return views.Send(s, Page.chose, colour)
}
