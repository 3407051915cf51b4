package chat

import (
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Starred says whether the visitor has marked a message.
var Starred = state.NewKey[bool]("starred")

// Star marks a message, for this visitor only. It stands in the message's item: the page has the message, the
// view its star.
type Star struct{}

// Mount begins without a mark.
func (Star) Mount(s *views.Socket) error {
	Starred.Set(s, false)
	return nil
}

// Toggle marks the message, or takes the mark away.
func (Star) Toggle(s *views.Socket, _ views.NoParams) error {
	Starred.Update(s, func(is bool) bool { return !is })
	return nil
}
