package handlers_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type (
	ctx = context.Context
	ref = views.Ref
)

// pipe is a body that is sent bit by bit; an empty bit ends it.
func pipe() (io.Reader, func(string)) {
	r, w := io.Pipe()
	return r, func(s string) {
		if s == "" {
			w.Close()
			return
		}
		_, _ = io.WriteString(w, s)
	}
}

// Case 36: what fails has not happened, and the next event works.
func TestFailedEvents(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	for how, status := range map[string]int{"error": 500, "panic": 500, "render": 500, "forbidden": 403} {
		a := p.post("event=Fail&value="+how, nil)
		if a.status != status || !strings.Contains(a.body, "sb-notice") || strings.Contains(a.body, "secret") {
			t.Errorf("%s: %d %s", how, a.status, a.body)
		}
		p.post("event=Add&value=1", nil)
	}
	for i := range 4 {
		p.expect(">" + strconv.Itoa(i+1) + "<") // never -1
	}
	if log := s.log.String(); strings.Count(log, "a secret of the") != 3 {
		t.Errorf("log: %s", log)
	}
}

// An event without a name is none, also one that a field sends.
func TestAnEventWithoutANameIsNone(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	for _, source := range []string{"button#add", "input#step", "form#write"} {
		if a := p.post("event=", nil, "HX-Source", source); a.status != http.StatusNotFound {
			t.Errorf("%s: answered %d %s", source, a.status, a.body)
		}
	}
	if n := s.kit.Stats().Events; n != 0 {
		t.Errorf("%d events reached the view", n)
	}
}

func TestWithoutAStreamTheAnswerCarriesThePatch(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a")
	a := p.post("event=Add&value=1", nil)
	if a.status != 200 || !strings.Contains(a.body, `<hx-partial id="count" hx-swap="textContent">1</hx-partial>`) || !strings.Contains(a.body, `id="sb-stream" hx-swap="outerHTML"`) {
		t.Fatalf("%d %s", a.status, a.body)
	}
	// Nobody knows whether that arrived: the next is whole.
	if a = p.post("event=Add&value=1", nil); !strings.Contains(a.body, "innerMorph") {
		t.Errorf("%d %s", a.status, a.body)
	}
	p.connect("2")
	if a = p.post("event=Add&value=1", nil); a.status != 204 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if id := p.expect(`id="count" hx-swap="textContent">3<`); id != "3" {
		t.Errorf("id %s", id)
	}
}

func TestReconnecting(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{Ref: make(chan ref, 1)})
	p := s.browser(t).open("/rooms/a").connect("")
	for i := range 5 {
		p.post("event=Add&value=1", nil)
		p.expect(">" + strconv.Itoa(i+1) + "<")
	}
	// What was lost on the way comes again, in order.
	p.connect("2")
	p.expect(">3<")
	p.expect(">4<")
	p.expect(">5<")
	// What changes while nobody is connected comes as one patch.
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	q := s.browser(t)
	q.http.Jar = p.http.Jar
	p.connect("5")
	p.post("event=Add&value=1", nil)
	p.expect(">6<")
}

// A page that can't be rendered when its stream opens is put right by the next event
// that lets it be.
func TestAMorphThatFailsIsMadeUpFor(t *testing.T) {
	page := rooms.Page{Ref: make(chan ref, 1)}
	s := roomSite(t, handlers.Config{}, page)
	p := s.browser(t).open("/rooms/a").connect("")
	p.post("event=Add&value=1", nil)
	p.expect(">1<")
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	if err := rooms.Say(take(t, page.Ref, "the view to connect"), "panic"); err != nil { // rendered by nobody yet
		t.Fatal(err)
	}
	p.connect("garbage") // wants the whole view
	if a := p.post("event=Add&value=1", nil); a.status != 500 {
		t.Errorf("answered %d", a.status)
	}
	p.post("event=Write", url.Values{"text": {"good"}})
	p.expect("innerMorph")
}

func TestChangesWhileNobodyWatchesAreOnePatch(t *testing.T) {
	page := rooms.Page{Ref: make(chan ref, 1)}
	s := roomSite(t, handlers.Config{}, page)
	p := s.browser(t).open("/rooms/a").connect("")
	view := take(t, page.Ref, "the view to connect")
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	for range 10 {
		if err := rooms.Tick(view, 1); err != nil {
			t.Fatal(err)
		}
	}
	p.connect("0")
	if id := p.expect(">10<"); id != "1" {
		t.Errorf("it took until message %s", id)
	}
}

// A copy of a page has no id to go on from, though the view has sent something.
func TestACopyOfAPageReloads(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	p := b.open("/rooms/a").connect("")
	p.post("event=Add&value=1", nil)
	p.expect(">1<")
	duplicate := &tab{browser: b, path: p.path, ticket: p.ticket}
	duplicate.connect("").expect("refresh")
	p.post("event=Add&value=1", nil)
	p.expect(">2<")
}

// A first connection that breaks off before it reaches the page is tried again without
// an id, though something was sent on it: the page is put right, not reloaded.
func TestAFirstConnectionThatWasLost(t *testing.T) {
	page := rooms.Page{Ref: make(chan ref, 1)}
	s := roomSite(t, handlers.Config{}, page)
	p := s.browser(t).open("/rooms/a").connect("")
	if err := rooms.Tick(take(t, page.Ref, "the view to connect"), 1); err != nil {
		t.Fatal(err)
	}
	p.expect(">1<")
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	p.connect("").expect("innerMorph")
	p.post("event=Add&value=1", nil)
	p.expect(">2<")
}

func TestANewConnectionTakesOver(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	p := b.open("/rooms/a").connect("")
	p.post("event=Add&value=1", nil)
	p.expect(">1<")
	q := &tab{browser: b, path: p.path, ticket: p.ticket}
	q.connect("1")
	p.expect(`id="sb-stream" hx-swap="delete"`)
	if _, data := p.message(); data != "" {
		t.Errorf("the old stream goes on: %s", data)
	}
	q.post("event=Add&value=1", nil)
	q.expect(">2<")
}

// Case 37: a callback that ignores its context is given up at the deadline.
func TestACallbackPastItsDeadline(t *testing.T) {
	page := rooms.Page{Inside: make(chan ctx, 1), GoOn: make(chan struct{})}
	s := roomSite(t, handlers.Config{Timeouts: handlers.Timeouts{Event: time.Second}}, page)
	p := s.browser(t).open("/rooms/a").connect("")
	if a := p.post("event=Hold", nil); a.status != 503 || !strings.Contains(a.body, "too long") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	held := take(t, page.Inside, "Hold to run")
	if held.Err() == nil {
		t.Error("its context goes on")
	}
	if a := p.post("event=Add&value=1", nil); a.status != 204 {
		t.Errorf("the next event: %d %s", a.status, a.body)
	}
	p.expect(">1<")
	close(page.GoOn) // now it writes, in vain
	p.post("event=Add&value=1", nil)
	p.expect(">2<")
}

func TestMessagesToOneselfComeBeforeTheRendering(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	p.post("event=Ticks&value=20", nil)
	if id := p.expect(">20<"); id != "1" {
		t.Errorf("rendered %s times", id)
	}
	p.post("event=Ticks&value=5000", nil)
	p.post("event=Add&value=1", nil)
	p.expect(">21<")
	p.post("event=Loop", nil) // sends itself a message from each message, for ever
	p.expect(">1021<")
	if !strings.Contains(s.log.String(), "too many messages at once") {
		t.Error("the flood is not in the log")
	}
}

func TestDelayedMessages(t *testing.T) {
	page := rooms.Page{Ref: make(chan ref, 1)}
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{Timers: 2}}, page)
	p := s.browser(t).open("/rooms/a").connect("")
	view := take(t, page.Ref, "the view to connect")
	stop, err := rooms.TickAfter(view, time.Hour, 1)
	if err != nil || !stop() || stop() && false {
		t.Errorf("stopped: %v", err)
	}
	if _, err := rooms.TickAfter(view, time.Millisecond, 3); err != nil {
		t.Fatal(err)
	}
	p.expect(">3<")
	for range 2 {
		if _, err := rooms.TickAfter(view, time.Hour, 1); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := rooms.TickAfter(view, time.Hour, 1); err == nil {
		t.Error("more timers than there may be")
	}
}

func TestControlsFollowTheServer(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	p.post("event=Check", url.Values{"agree": {"on"}}, "HX-Source", "input#agree")
	p.expect(`<hx-partial id="agree" hx-swap="outerHTML"><input id="agree"`)
	p.post("event=Write", url.Values{"text": {"kept"}}, "HX-Source", "input#text")
	p.post("event=Add&value=x", url.Values{"text": {"other"}}, "HX-Source", "input#text")
	// Nothing comes for a field that shows the right thing.
	if _, data := p.message(); !strings.HasPrefix(data, `<hx-partial id="text" hx-swap="outerHTML"><input id="text" name="text" value="kept"`) {
		t.Errorf("a field that can't be read brings %s", data)
	}
}

// While somebody types in a field its text is theirs; when they leave it, it shows what
// the view says.
func TestAFieldThatIsTypedIn(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	typed := func() { p.post("event=Shout&typing", url.Values{"text": {"abc"}}, "HX-Source", "input#text") }
	typed()
	if _, data := p.message(); !strings.Contains(data, `value="ABC"`) || strings.Contains(data, "outerHTML") {
		t.Errorf("while typing: %s", data)
	}
	typed() // the change
	p.expect(`<hx-partial id="text" hx-swap="outerHTML"><input id="text" name="text" value="ABC"`)
}

func TestViewsExpire(t *testing.T) {
	page := rooms.Page{Ref: make(chan ref, 1), Closed: make(chan struct{}, 3)}
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{Views: state.Limits{PerSession: 2}}}, page)
	b := s.browser(t)
	one := b.open("/rooms/1").connect("")
	view := take(t, page.Ref, "the view to connect")
	b.open("/rooms/2")
	b.open("/rooms/3") // the second, which nobody watches, has to go
	take(t, page.Closed, "Close to run")
	one.post("event=Add&value=1", nil)
	one.expect(">1<")
	shutdown(t, s.kit)
	take(t, page.Closed, "Close to run")
	take(t, page.Closed, "Close to run")
	if err := rooms.Tick(view, 1); err == nil {
		t.Error("a message to a view that is gone is taken")
	}
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for limit := time.After(30 * time.Second); !ok(); {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("waited in vain")
		}
	}
}
