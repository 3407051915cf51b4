package handlers_test

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/panel"
	"github.com/sideband-go/sideband/sse"
	"github.com/sideband-go/sideband/views"
)

// witness notes which dials were turned, and knows the newest view.
type witness struct {
	mu     sync.Mutex
	view   views.Ref
	turned []string
}

func (w *witness) page() panel.Page {
	return panel.Page{
		Begun: func(view views.Ref) { w.mu.Lock(); defer w.mu.Unlock(); w.view = view },
		Turns: func(name string) { w.mu.Lock(); defer w.mu.Unlock(); w.turned = append(w.turned, name) },
	}
}

func (w *witness) ref() views.Ref { w.mu.Lock(); defer w.mu.Unlock(); return w.view }

// takes reports which dials were turned since it was asked before.
func (w *witness) takes() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	turned := strings.Join(w.turned, " ")
	w.turned = nil
	return turned
}

func send[P any](t *testing.T, to views.Target, f func(panel.Page, *views.Socket, P) error, p P) {
	t.Helper()
	if err := views.Send(to, f, p); err != nil {
		t.Fatal(err)
	}
}

const turn = "event=Turn&value=3&" + dial

// Case 82: a component that the page is to show no more takes no event, though no page has
// been told yet.
func TestAnEventForAComponentThatIsNotPlacedAnyMore(t *testing.T) {
	w := &witness{}
	s := panelSite(t, handlers.Config{}, w.page())
	t.Run("before the stream", func(t *testing.T) {
		p := s.browser(t).open("/panel")
		send(t, w.ref(), panel.Page.Keep, 1)
		a := p.post(turn+"1", nil)
		if turned := w.takes(); turned != "" || a.status != http.StatusOK || strings.Contains(a.body, "d1 turned") || !strings.Contains(a.body, "d0 turned 0") {
			t.Errorf("turned %q: %d %s", turned, a.status, a.body)
		}
		send(t, w.ref(), panel.Page.Keep, 2)
		if a := p.post(turn+"1", nil); w.takes() != "d1" || !strings.Contains(a.body, "d1 turned 3") {
			t.Errorf("one that has come back: %d %s", a.status, a.body)
		}
	})
	t.Run("after the stream", func(t *testing.T) {
		p := s.browser(t).open("/panel").connect("")
		waitUntil(t, "the view is connected", func() bool { return s.kit.Stats().Views.Connected == 1 })
		p.body.Close()
		waitUntil(t, "the view is parked", func() bool { return s.kit.Stats().Views.Connected == 0 })
		send(t, w.ref(), panel.Page.Keep, 1)
		a := p.post(turn+"1", nil)
		if turned := w.takes(); turned != "" || a.status != http.StatusOK || strings.Contains(a.body, "d1 turned") {
			t.Errorf("turned %q: %d %s", turned, a.status, a.body)
		}
		if a := p.post(turn+"0", nil); w.takes() != "d0" || !strings.Contains(a.body, "d0 turned 3") {
			t.Errorf("the other one: %d %s", a.status, a.body)
		}
	})
	t.Run("by what a new one sends", func(t *testing.T) {
		page := w.page()
		page.Heard = func(s *views.Socket, what string) {
			if what == "d2" {
				panel.Dials.Set(s, 1)
			}
		}
		s := panelSite(t, handlers.Config{}, page)
		p := s.browser(t).open("/panel")
		send(t, w.ref(), panel.Page.Keep, 3)
		a := p.post(turn+"1", nil)
		if turned := w.takes(); turned != "" || strings.Contains(a.body, "d1 turned") || !strings.Contains(a.body, "d0 turned 0") {
			t.Errorf("turned %q: %d %s", turned, a.status, a.body)
		}
	})
}

// Case 82, with a browser that does not read.
func TestAnEventForAComponentThatASlowBrowserStillShows(t *testing.T) {
	w := &witness{}
	s := panelSite(t, handlers.Config{Connection: sse.Config{MaxPending: 1, NoCompression: true, MaxPendingBytes: 64 << 20}}, w.page())
	p := s.browser(t).open("/panel").connect("")
	large := make([]byte, 4<<20)
	for i := range large {
		large[i] = 'a' + byte(rand.N(26))
	}
	for n := 0; s.kit.Stats().ConnectionsFull == 0; n++ {
		if n > 500 {
			t.Fatal("the stream takes everything")
		}
		send(t, w.ref(), panel.Page.Say, string(large[n:]))
		p.post(turn+"0&value=0", nil)
	}
	w.takes()
	send(t, w.ref(), panel.Page.Keep, 1)
	if a := p.post(turn+"1", nil); w.takes() != "" || a.status != http.StatusNoContent {
		t.Errorf("one that is gone is turned: %d %s", a.status, a.body)
	}
	if a := p.post(turn+"0", nil); w.takes() != "d0" || a.status != http.StatusNoContent {
		t.Errorf("the other one: %d %s", a.status, a.body)
	}
	send(t, w.ref(), panel.Page.Say, "the end")
	for {
		_, data := p.message()
		if data == "" {
			t.Fatal("the stream ends")
		}
		if strings.Contains(data, "the end") {
			break
		}
	}
	p.post(turn+"0", nil)
	p.await("d0 turned")
}

// What an event does is rolled back without what came before it.
func TestAnEventThatFailsAfterTheViewWasBroughtUpToDate(t *testing.T) {
	w := &witness{}
	s := panelSite(t, handlers.Config{}, w.page())
	p := s.browser(t).open("/panel")
	send(t, w.ref(), panel.Page.Say, "before")
	a := p.post("event=Fail&value=false&"+dial+"1", nil)
	if a.status != http.StatusInternalServerError || !strings.Contains(a.body, "said before") || strings.Contains(a.body, "turned 99") {
		t.Errorf("%d %s", a.status, a.body)
	}
	p.connect("0")
	p.await("said before")
	p.post(turn+"1", nil)
	p.await("d1 turned 3")
}

// Case 82, of a component whose rendering hangs: the event is answered, and does not run.
func TestAnEventForAViewThatCantBeBroughtUpToDate(t *testing.T) {
	w := &witness{}
	page := w.page()
	free := make(chan struct{})
	page.Stuck = func(ctx ctx) { <-free }
	s := panelSite(t, handlers.Config{Timeouts: handlers.Timeouts{Event: 50e6}}, page)
	p := s.browser(t).open("/panel")
	send(t, w.ref(), panel.Page.Load, true)
	if a := p.post(turn+"1", nil); a.status != http.StatusServiceUnavailable || w.takes() != "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := p.post(turn+"1", nil); a.status != http.StatusOK || w.takes() != "d1" {
		t.Errorf("the next one: %d %s", a.status, a.body)
	}
	close(free)
}

// Case 82, on a page with a stream of items, which are rendered once: the page gets them,
// and what was rendered for the event, when it connects.
func TestWhatWasRenderedForAnEventIsNotLost(t *testing.T) {
	w := &witness{}
	s := panelSite(t, handlers.Config{}, w.page())
	p := s.browser(t).open("/panel").connect("")
	send(t, w.ref(), panel.Page.Note, "first")
	id := p.await("first")
	p.body.Close()
	waitUntil(t, "the view is parked", func() bool { return s.kit.Stats().Views.Connected == 0 })
	p.connect(id) // says what the page has
	waitUntil(t, "the view is connected", func() bool { return s.kit.Stats().Views.Connected == 1 })
	p.body.Close()
	waitUntil(t, "the view is parked", func() bool { return s.kit.Stats().Views.Connected == 0 })
	send(t, w.ref(), panel.Page.Note, "second")
	send(t, w.ref(), panel.Page.Keep, 1)
	if a := p.post(turn+"1", nil); w.takes() != "" || a.status != http.StatusNoContent {
		t.Errorf("%d %s", a.status, a.body)
	}
	p.connect(id)
	_, data := p.message()
	if !strings.Contains(data, "second") || strings.Contains(data, ">first<") || !strings.Contains(data, `id="d1" hx-swap="delete"`) {
		t.Error(data)
	}
	p.post(turn+"0", nil)
	p.await("d0 turned 3")
	if n := s.kit.Stats().Remounts; n != 0 {
		t.Errorf("%d remounts", n)
	}
}
