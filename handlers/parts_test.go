package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/panel"
)

func panelSite(t testing.TB, c handlers.Config, p panel.Page) *site {
	t.Helper()
	return newSite(t, c, func(kit *handlers.Kit, r chi.Router) {
		r.Handle("/panel", handlers.View(kit, p))
	})
}

const dial = "to=panel.Dial.d"

// Case 45, over HTTP.
func TestComponentsTakeEventsOfTheirOwn(t *testing.T) {
	p := panelSite(t, handlers.Config{}, panel.Page{}).browser(t).open("/panel")
	if !strings.Contains(p.html, "said d0d1") {
		t.Errorf("what components send while the page is first rendered is not shown: %s", p.html)
	}
	p.connect("")
	if a := p.post("event=Turn&"+dial+"1&value=3", nil); a.status != http.StatusNoContent {
		t.Fatal(a)
	}
	if data := p.await("d1 turned 3"); strings.Contains(data, "d0") {
		t.Error(data)
	}
	// An event that fails leaves its component alone; one that panics has it remounted.
	if a := p.post("event=Fail&"+dial+"1&value=false", nil); a.status != http.StatusInternalServerError {
		t.Error(a)
	}
	p.post("event=Turn&"+dial+"1&value=1", nil)
	p.await("d1 turned 4")
	if a := p.post("event=Fail&"+dial+"1&value=true", nil); a.status != http.StatusInternalServerError {
		t.Error(a)
	}
	if data := p.await("d1 turned 0"); strings.Contains(data, "d0 turned") {
		t.Error(data)
	}
}

// Case 15.
func TestAnEventForAComponentThatIsGone(t *testing.T) {
	var mu sync.Mutex
	var closed []string
	page := panel.Page{Closed: func(name string) {
		mu.Lock()
		defer mu.Unlock()
		closed = append(closed, name)
	}}
	s := panelSite(t, handlers.Config{}, page)
	p := s.browser(t).open("/panel").connect("")
	p.post("event=Keep&value=1", nil)
	p.await(`id="d1" hx-swap="delete"`)
	a := p.post("event=Turn&"+dial+"1&value=3", nil)
	if a.status != http.StatusNoContent || a.body != "" {
		t.Error(a)
	}
	if log := s.log.String(); !strings.Contains(log, "event or message for a component that does not exist") {
		t.Error(log)
	}
	for _, to := range []string{"panel.Dial.", "panel.Page.", "x", strings.Repeat("y", 3000), "panel.Dial.d0%00"} {
		if a := p.post("event=Turn&value=1&to="+to, nil); a.status != http.StatusNoContent {
			t.Errorf("%.20s: %v", to, a)
		}
	}
	if a := p.post("event=Mount&"+dial+"0", nil); a.status != http.StatusNotFound {
		t.Error(a)
	}
	if a := p.post("event=Turn&"+dial+"0&value=x", nil); a.status != http.StatusBadRequest {
		t.Error(a)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(closed) != 1 || closed[0] != "d1" {
		t.Errorf("closed %q", closed)
	}
}

func TestAComponentOfAViewThatWasMountedAgain(t *testing.T) {
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{[]byte(strings.Repeat("s", 32))}}}
	s := panelSite(t, c, panel.Page{})
	p := s.browser(t).open("/panel")
	again := panelSite(t, c, panel.Page{})
	p.browser.site = again
	p.http.Jar.SetCookies(again.home(t), p.http.Jar.Cookies(s.home(t)))
	a := p.post("event=Turn&"+dial+"1&value=3", nil)
	if a.status != http.StatusOK || !strings.Contains(a.body, "d1 turned 3") {
		t.Error(a)
	}
}

// Case 37, of a component.
func TestAComponentWhoseMountGetsStuck(t *testing.T) {
	free := make(chan struct{})
	entered := make(chan struct{}, 10)
	var stuck atomic.Bool
	stuck.Store(true)
	page := panel.Page{Stuck: func(context.Context) {
		entered <- struct{}{}
		if stuck.Load() {
			<-free
		}
	}}
	s := panelSite(t, handlers.Config{Timeouts: handlers.Timeouts{Event: givesUp}}, page)
	p := s.browser(t).open("/panel").connect("")
	if a := p.post("event=Load&value=true", nil); a.status != http.StatusNoContent {
		t.Error(a)
	}
	p.await("could not be shown")
	<-entered
	// The rest of the page goes on.
	p.post("event=Turn&"+dial+"1&value=3", nil)
	p.await("d1 turned 3")
	stuck.Store(false)
	close(free)
	p.post("event=Keep&value=1", nil)
	p.await("got through 1")
	// While the page is first served, without a stream.
	q := s.browser(t).open("/panel")
	if a := q.post("event=Load&value=true", nil); !strings.Contains(a.body, "got through 1") {
		t.Error(a)
	}
}
