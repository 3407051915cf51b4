package views

import (
	"errors"
	"fmt"
	"net/http"
)

// ErrNoAnswer is returned for a cookie that is set where no request waits for an answer.
var ErrNoAnswer = errors.New("views: only events have an answer that takes cookies")

// maxCookie is how long a cookie may be for all browsers to keep it.
const maxCookie = 4096

// SetCookie sets a cookie with the answer of the event: one that says who has logged in, say, before a
// redirect. As all that a callback does, it takes effect if the callback succeeds. Callbacks that are
// no events, such as Mount, messages and timers, have no answer: there it returns [ErrNoAnswer]. It
// also returns an error for a cookie that is not valid, or longer than 4,096 bytes, which browsers drop.
func (s *Socket) SetCookie(c *http.Cookie) error {
	if err := c.Valid(); err != nil {
		return fmt.Errorf("views: %w", err)
	}
	text := c.String()
	if len(text) > maxCookie {
		return fmt.Errorf("views: the cookie %q has %d bytes, of %d at most", c.Name, len(text), maxCookie)
	}
	if !s.cb.SetCookie(text) {
		return fmt.Errorf("cookie %q: %w", c.Name, ErrNoAnswer)
	}
	return nil
}
