package components

import (
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Clock is a widget that changes by itself.
type Clock struct{ Label string }

// Note is a widget to write into.
type Note struct{ Label string }

// What widgets know.
var (
	Now     = state.NewKey[time.Time]("now")
	Written = state.NewKey[string]("written")
)

const maxLetters = 500

// Mount starts the ticking. It pauses by itself while no browser watches, and ends with the
// widget.
func (Clock) Mount(s *views.Socket) error {
	Now.Set(s, time.Now())
	_, err := views.SendEvery(s, time.Second, Clock.tick, views.NoParams{})
	return err
}

func (Clock) tick(s *views.Socket, _ views.NoParams) error {
	Now.Set(s, time.Now())
	return nil
}

// Mount begins with an empty note.
func (Note) Mount(s *views.Socket) error {
	Written.Set(s, "")
	return nil
}

// Write keeps what was written.
func (Note) Write(s *views.Socket, text string) error {
	if utf8.RuneCountInString(text) > maxLetters {
		return views.Error(http.StatusRequestEntityTooLarge, "The note is too long.")
	}
	Written.Set(s, text)
	return nil
}
