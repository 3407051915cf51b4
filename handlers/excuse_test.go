package handlers_test

import (
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// Case 71: what the server restarts is remounted at nobody's expense.
func TestAViewThatTheServerRestartsCostsTheSessionNothing(t *testing.T) {
	page := rooms.Page{Ref: make(chan ref, 8)}
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{SessionMounts: 2}}, page)
	p := s.browser(t).open("/rooms/a").connect("")
	for range 5 {
		take(t, page.Ref, "the view to connect").Restart()
		waitFor(t, func() bool { return s.kit.Stats().Views.Connected == 0 })
		p.connect("0").await("innerMorph")
	}
	if st := s.kit.Stats(); st.Remounts != 5 || st.SessionMountsRefused > 0 {
		t.Errorf("%+v", st)
	}
	// Not so if it has ended for another reason.
	for range 4 {
		s.kit.Disconnect("")
		p.post("event=Add&value=1", nil)
	}
	if st := s.kit.Stats(); st.SessionMountsRefused == 0 {
		t.Errorf("%+v", st)
	}
}
