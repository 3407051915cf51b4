package components

import (
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Notice shows the messages that others send to its id.
type Notice struct{}

// Said is what the notice shows, "" if nothing.
var Said = state.NewKey[string]("said")

// Mount begins with nothing to say.
func (Notice) Mount(s *views.Socket) error {
	Said.Set(s, "")
	return nil
}

// show is a message, from anywhere on the server.
func (Notice) show(s *views.Socket, text string) error {
	Said.Set(s, text)
	return nil
}

// Dismiss is an event, from the browser.
func (Notice) Dismiss(s *views.Socket, _ views.NoParams) error {
	Said.Set(s, "")
	return nil
}
