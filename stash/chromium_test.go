package stash_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/stash/internal/shop"
)

// process is a server whose program is replaced while pages are open.
type process struct {
	*httptest.Server
	handler atomic.Pointer[http.Handler]
	kit     *handlers.Kit
}

func newProcess(t *testing.T) *process {
	t.Helper()
	p := &process{}
	p.replace()
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*p.handler.Load()).ServeHTTP(w, r) }))
	t.Cleanup(func() {
		p.CloseClientConnections()
		p.Close()
	})
	return p
}

func (p *process) replace() *handlers.Kit {
	k := newKit(handlers.Stash{})
	h := shop.Site(k)
	p.handler.Store(&h)
	p.kit = k
	if p.Server != nil {
		p.CloseClientConnections()
	}
	return k
}

// Case 302.
func TestChromiumKeepsThePagesState(t *testing.T) {
	t.Parallel()
	s := newProcess(t)
	p := browser.Open(t, s.URL)
	p.AllowErrors("net::ERR_", "htmx:error: Failed to fetch", "htmx:sse:error")
	p.Eval("document.stayed = true", nil)
	p.Fill("#write", "half")
	p.Press("Tab")
	p.WaitText("#note", "half")
	for round, step := range []string{"Step 2", "Step 3", "Step 4"} {
		p.WaitFor(`!!document.querySelector("#sb-stash input")`)
		var before string
		p.Eval(`document.querySelector("#sb-stash input").value`, &before)
		p.Click("#next")
		p.WaitText("#step", step)
		p.WaitFor(`document.querySelector("#sb-stash input").value !== "` + before + `"`)
		if round == 1 {
			p.Click("#b-grow")
			p.WaitText("#b-size", "11")
			p.Eval(`document.querySelector("#sb-stash input").value`, &before)
			p.WaitFor(`document.querySelector("#sb-stash input").value !== "` + before + `"`)
		}
		k := s.replace()
		until(t, "the view is mounted", func() bool { return k.Stats().Remounts == 1 })
		p.WaitText("#recovery", "recovered")
		p.WaitText("#step", step)
		p.WaitText("#note", "half")
		if st := k.Stats(); st.Remounts != 1 || st.StashRecovered != 1 || st.Mounts != 0 {
			t.Errorf("round %d: %+v", round, st)
		}
		p.WaitFor(`document.stayed === true`)
	}
	p.WaitText("#b-size", "11")
}

// Case 303: a page that has no connection is asked in the answer to an event.
func TestChromiumIsAskedInTheAnswerToAnEvent(t *testing.T) {
	t.Parallel()
	s := newProcess(t)
	p := browser.Open(t, s.URL)
	p.AllowErrors("503", "htmx:response:error")
	p.Click("#next")
	p.WaitText("#step", "Step 2")
	p.WaitFor(`!!document.querySelector("#sb-stash input")`)
	k := newKit(handlers.Stash{})
	h := shop.Site(k)
	s.handler.Store(&h) // the connection stays with the old program
	p.Click("#look")
	p.WaitText("#sb-notice", "The server is busy. Please try again in a moment.")
	p.Click("#next")
	p.WaitText("#step", "Step 3")
	p.WaitText("#recovery", "recovered")
	if st := k.Stats(); st.Remounts != 1 || st.StashRecovered != 1 {
		t.Errorf("%+v", st)
	}
}

// until waits for a condition.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}
