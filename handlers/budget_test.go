package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/sse"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Case 24: pages that never connect take room from one another only.
func TestPageLoadsThatNeverConnect(t *testing.T) {
	loads := 10_000
	if racing {
		loads = 1_000
	}
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{Views: state.Limits{Views: 110, Pending: 100}}, Sessions: handlers.Sessions{Max: 50}}, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	for range loads {
		w := httptest.NewRecorder()
		s.Config.Handler.ServeHTTP(w, httptest.NewRequest("GET", "/rooms/b", nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Sideband-Ticket") {
			t.Fatalf("answered %d %s", w.Code, w.Body)
		}
	}
	st := s.kit.Stats()
	if st.Views.Pending > 100 || st.Views.Connected != 1 || st.Sessions > 50 || int(st.Unkept) != loads-st.Views.Pending {
		t.Errorf("%+v", st)
	}
	p.post("event=Add&value=1", nil)
	p.await(">1<")
}

// Strangers do not log anybody out.
func TestStrangersDoNotPushOutWhoIsLoggedIn(t *testing.T) {
	s := newAccounts(t, handlers.Config{Sessions: handlers.Sessions{Max: 10}}, rooms.Page{})
	b := s.browser(t)
	b.login("ann")
	for range 30 {
		s.browser(t).open("/rooms/a")
	}
	if a := b.do("GET", "/whoami", nil); a.body != "ann" {
		t.Errorf("logged in as %q", a.body)
	}
	for range 12 {
		s.browser(t).login("eve")
	}
	if st := s.kit.Stats(); st.Sessions != 10 || st.SessionsEvicted != 3 {
		t.Errorf("%+v", st)
	}
}

// Case 25: a session that mounts too much is told so, and nobody else.
func TestASessionThatMountsTooMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(handlers.Config{Limits: handlers.Limits{SessionMounts: 60}, Sessions: handlers.Sessions{Lifetime: 1000 * time.Hour}}, rooms.Page{})
		defer d.close(t)
		p := d.open(t, "/rooms/a", "")
		var tickets []string
		for range 1000 {
			time.Sleep(time.Second)
			tickets = append(tickets, d.open(t, "/rooms/a", p.cookie).ticket)
		}
		d.kit.Disconnect("")
		before := d.kit.Stats()
		counts := map[int]int{}
		for _, ticket := range tickets {
			w := d.post(leaf{ticket: ticket, cookie: p.cookie}, "/rooms/a?event=Add&value=1")
			counts[w.Code]++
			if w.Code == http.StatusTooManyRequests && (w.Header().Get("HX-Refresh") != "" || !strings.Contains(w.Body.String(), "sb-notice")) {
				t.Fatalf("%v %s", w.Header(), w.Body)
			}
		}
		if st := d.kit.Stats(); counts[200] > 60 || counts[200]+counts[429] != 1000 || int(st.SessionMountsRefused-before.SessionMountsRefused) != counts[429] || st.Remounts != uint64(counts[200]) {
			t.Errorf("%v, %+v", counts, st)
		}
		// Its pages and streams are refused as well, in words that each understands.
		r := httptest.NewRequest("GET", "/rooms/a", nil)
		r.Header.Set("Cookie", p.cookie)
		if w := d.ask(r); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "<html") {
			t.Errorf("page: %d %v", w.Code, w.Header())
		}
		r = httptest.NewRequest("GET", "/rooms/a?sideband=stream", nil)
		r.Header.Set("Cookie", p.cookie)
		r.Header.Set("Sideband-Ticket", tickets[999])
		if w := d.ask(r); w.Code != http.StatusTooManyRequests || strings.Contains(w.Body.String(), "refresh") {
			t.Errorf("stream: %d %s", w.Code, w.Body)
		}
		other := d.open(t, "/rooms/a", "")
		if w := d.post(other, "/rooms/a?event=Add&value=1"); w.Code != http.StatusOK {
			t.Errorf("another session: %d", w.Code)
		}
		time.Sleep(2 * time.Minute)
		if w := d.post(leaf{ticket: tickets[999], cookie: p.cookie}, "/rooms/a?event=Add&value=1"); w.Code != http.StatusOK {
			t.Errorf("two minutes later: %d", w.Code)
		}
	})
}

// Case 26: requests wait for their turn to mount; who waits too long is told to come again.
func TestTooManyMountsAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		goOn := make(chan struct{})
		d := newDesk(handlers.Config{Limits: handlers.Limits{Mounts: 2}, Timeouts: handlers.Timeouts{Event: time.Hour}}, rooms.Page{Before: func(_ *views.Socket, room string) error {
			if room == "slow" {
				<-goOn
			}
			return nil
		}})
		defer d.close(t)
		known := d.open(t, "/rooms/a", "")
		d.kit.Disconnect("")
		answers := make(chan *httptest.ResponseRecorder, 2)
		for range 2 {
			go func() { answers <- d.ask(httptest.NewRequest("GET", "/rooms/slow", nil)) }()
		}
		synctest.Wait()
		if w := d.ask(httptest.NewRequest("GET", "/rooms/b", nil)); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "<html") {
			t.Errorf("page: %d %v %s", w.Code, w.Header(), w.Body)
		}
		if w := d.post(known, "/rooms/a?event=Add&value=1"); w.Code != http.StatusServiceUnavailable || w.Header().Get("HX-Refresh") != "" || !strings.Contains(w.Body.String(), "busy") {
			t.Errorf("event: %d %v %s", w.Code, w.Header(), w.Body)
		}
		r := httptest.NewRequest("GET", "/rooms/a?sideband=stream", nil)
		r.Header.Set("Cookie", known.cookie)
		r.Header.Set("Sideband-Ticket", known.ticket)
		if w := d.ask(r); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "refresh") {
			t.Errorf("stream: %d %s", w.Code, w.Body)
		}
		if st := d.kit.Stats(); st.MountsRefused != 3 || st.Mounts != 3 || st.Remounts != 0 {
			t.Errorf("%+v", st)
		}
		// Who comes in time gets a turn.
		go func() { answers <- d.post(known, "/rooms/a?event=Add&value=1") }()
		synctest.Wait()
		close(goOn)
		for range 3 {
			if w := <-answers; w.Code != http.StatusOK {
				t.Errorf("answered %d", w.Code)
			}
		}
	})
}

// A Mount past its deadline gives its place to the next.
func TestAMountThatHangs(t *testing.T) {
	goOn := make(chan struct{})
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{Mounts: 1}, Timeouts: handlers.Timeouts{Event: time.Second}}, rooms.Page{Before: func(_ *views.Socket, room string) error {
		if room == "slow" {
			<-goOn
		}
		return nil
	}})
	defer close(goOn)
	b := s.browser(t)
	for range 3 {
		if a := b.do("GET", "/rooms/slow", nil); a.status < 500 {
			t.Errorf("answered %d", a.status)
		}
	}
	b.open("/rooms/a")
	waitFor(t, func() bool { return s.kit.Stats().Deadlines == 3 }) // they count after the answer
	if st := s.kit.Stats(); st.Views.Pending != 1 {
		t.Errorf("%+v", st)
	}
}

// Case 29: a browser that never reads is dropped at the write deadline; others go on.
func TestABrowserThatNeverReads(t *testing.T) {
	page := rooms.Page{Ref: make(chan ref, 2)}
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{SessionEvents: 1_000_000}, Connection: sse.Config{WriteTimeout: time.Second, MaxPendingBytes: 64 << 20, NoCompression: true}}, page)
	p := s.browser(t).open("/rooms/a").connect("")
	view := take(t, page.Ref, "the view to connect")
	q := s.browser(t).open("/rooms/a").connect("")
	large := strings.Repeat("large ", 1<<20)
	began := time.Now()
	for n := 0; s.kit.Stats().ConnectionsDropped == 0; n++ {
		if time.Since(began) > time.Minute {
			t.Fatal("it is never dropped")
		}
		if n < 12 { // more than the kernel takes
			_ = rooms.Say(view, large+strconv.Itoa(n)) // its mailbox may be full
		}
		q.post("event=Add&value=1", nil)
		q.await(">" + strconv.Itoa(n+1) + "<")
	}
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	// It comes back and is shown how things are.
	waitFor(t, func() bool { return rooms.Say(view, "small") == nil })
	p.connect("0").await("innerMorph")
}
