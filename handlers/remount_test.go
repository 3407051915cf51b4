package handlers_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/state"
)

var secret = []byte(strings.Repeat("s", 32))

// restart puts a new process, which shares nothing but the secrets, in the place of the
// one that the tabs have been served by.
func (s *site) restart(t testing.TB, c handlers.Config, p rooms.Page) {
	t.Helper()
	shutdown(t, s.kit)
	next := roomSite(t, c, p)
	s.kit, s.log, s.Config.Handler = next.kit, next.log, next.Config.Handler
}

func TestAPageIsMountedAgainAfterARestart(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}
	s := roomSite(t, c, rooms.Page{})
	p := s.browser(t).open("/rooms/a?from=40").connect("")
	p.post("event=Add&value=1", nil)
	last := p.expect(">41<")
	s.restart(t, c, rooms.Page{})

	p.connect(last)
	id, data := p.message()
	if !strings.Contains(data, `id="sb-view" hx-swap="innerMorph"`) || !strings.Contains(data, ">40<") {
		t.Fatalf("the page gets %q", data)
	}
	p.post("event=Add&value=2", nil)
	if next := p.expect(">42<"); next == id || !strings.HasSuffix(next, "-2") {
		t.Errorf("ids %s, %s", id, next)
	}
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	p.post("event=Add&value=2", nil)
	p.connect(id)
	p.expect(">42<") // what it missed, one after the other
	p.expect(">44<")
	if st := s.kit.Stats(); st.Remounts != 1 || st.Mounts != 0 || st.Reloads != 0 {
		t.Errorf("%+v", st)
	}
}

func TestAnEventIsTheFirstAfterARestart(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}
	s := roomSite(t, c, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	s.restart(t, c, rooms.Page{})
	a := p.post("event=Add&value=3", nil)
	if a.status != http.StatusOK || !strings.Contains(a.body, "innerMorph") || !strings.Contains(a.body, ">3<") || !strings.Contains(a.body, "sideband=stream&amp;after=") {
		t.Fatalf("answered %d %s", a.status, a.body)
	}
}

// Case 26, in small: one mount for requests that come at the same time.
func TestOneMountForAnEventAndAStream(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}
	s := roomSite(t, c, rooms.Page{})
	b := s.browser(t)
	var tabs []*tab
	for range 20 {
		tabs = append(tabs, b.open("/rooms/a"))
	}
	s.restart(t, c, rooms.Page{})
	var all sync.WaitGroup
	for _, p := range tabs {
		other := *p
		all.Go(func() { other.post("event=Add&value=1", nil) })
		all.Go(func() { p.connect("0") })
	}
	inTime(t, "a request", all.Wait)
	if st := s.kit.Stats(); st.Remounts != 20 {
		t.Errorf("%d remounts", st.Remounts)
	}
}

func TestAViewThatWasNotKeptIsMountedByItsStream(t *testing.T) {
	s := newSite(t, handlers.Config{Limits: handlers.Limits{Views: state.Limits{Pending: 1}}}, func(kit *handlers.Kit, r chi.Router) {
		r.Handle("/rooms/{room}", handlers.View(kit, rooms.Page{}))
	})
	b := s.browser(t)
	kept, unkept := b.open("/rooms/a"), b.open("/rooms/b")
	kept.connect("")
	unkept.connect("")
	unkept.expect("innerMorph")
	unkept.post("event=Add&value=2", nil)
	unkept.expect(">2<")
	waitFor(t, func() bool { return s.kit.Stats().Views.Connected == 2 }) // the other's turn may come later
	if st := s.kit.Stats(); st.Unkept != 1 || st.Remounts != 1 {
		t.Errorf("%+v", st)
	}
}
