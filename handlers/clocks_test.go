package handlers_test

import (
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// Repeated messages come while a browser watches, and only then.
func TestRepeatedMessages(t *testing.T) {
	page := rooms.Page{Ref: make(chan ref, 1)}
	s := roomSite(t, handlers.Config{}, page)
	p := s.browser(t).open("/rooms/a").connect("")
	view := take(t, page.Ref, "the view to connect")
	stop, err := rooms.TickEvery(view, time.Millisecond, 1)
	if err != nil {
		t.Fatal(err)
	}
	p.await("textContent\">")
	p.await("textContent\">")
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	first := p.post("event=Add&value=0", nil)
	for range 50 {
		first = p.post("event=Add&value=0", nil) // from the second on all of the view
		if a := p.post("event=Add&value=0", nil); countIn(a.body) != countIn(first.body) {
			t.Fatalf("%s became %s with nobody watching", countIn(first.body), countIn(a.body))
		}
	}
	p.connect("1").await("id=\"sb-view\"")
	p.await("textContent\">")
	if !stop() {
		t.Error("it had stopped")
	}
	s.kit.Disconnect("")
	if _, err := rooms.TickEvery(view, time.Millisecond, 1); err == nil {
		t.Error("a view that has ended takes it")
	}
}
