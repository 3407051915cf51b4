package handlers_test

import (
	"net/url"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/views"
)

func TestPathParametersAreNotEscaped(t *testing.T) {
	var got string
	page := rooms.Page{Before: func(_ *views.Socket, room string) error { got = room; return nil }}
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) {
		r.Handle("/in/{room}", handlers.View(kit, page))
	})
	for _, room := range []string{"plain", "<b>", "Grüße", "a b", "50%", "a/b", "a+b"} {
		s.browser(t).open("/in/" + url.PathEscape(room))
		if got != room {
			t.Errorf("%q came as %q", room, got)
		}
	}
}
