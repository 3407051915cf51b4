// want: in call to pubsub\.Join, type func\(.*pubsub\.Roster\[int\]\) error of chat\.here does not match

package page

import (
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

type chat struct{}

func (chat) here(s *views.Socket, r pubsub.Roster[int]) error { return nil }

func join(s *views.Socket, p pubsub.Presence[string]) error {
	return pubsub.Join(s, p, "ann", chat.here)
}
