package components

import (
	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Card has slots, and what stands between its braces for a body. What is in them belongs to
// who places the card: it reads the page's keys, and its buttons are the page's.
type Card struct{ Header, Footer templ.Component }

// Folded is the card's own: whether it shows its body.
var Folded = state.NewKey[bool]("folded")

// Mount begins with the body shown.
func (Card) Mount(s *views.Socket) error {
	Folded.Set(s, false)
	return nil
}

// Fold hides the body, or shows it again.
func (Card) Fold(s *views.Socket, _ views.NoParams) error {
	Folded.Update(s, func(folded bool) bool { return !folded })
	return nil
}
