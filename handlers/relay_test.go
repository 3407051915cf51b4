package handlers_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/pubsub"
)

// bridge is a broker without a network. It knows what it has lost.
type bridge struct {
	mu     sync.Mutex
	subs   map[string][]bridgeEnd
	refuse error // of SubscribeGaps
}

type bridgeEnd struct {
	deliver *func([]byte)
	gap     func()
}

func (w *bridge) Publish(_ context.Context, subject string, data []byte) error {
	w.mu.Lock()
	list := slices.Clone(w.subs[subject])
	w.mu.Unlock()
	for _, s := range list {
		(*s.deliver)(data)
	}
	return nil
}

func (w *bridge) Subscribe(subject string, deliver func([]byte)) (func(), error) {
	return w.SubscribeGaps(subject, deliver, func() {})
}

func (w *bridge) SubscribeGaps(subject string, deliver func([]byte), gap func()) (func(), error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuse != nil {
		return nil, w.refuse
	}
	if w.subs == nil {
		w.subs = map[string][]bridgeEnd{}
	}
	w.subs[subject] = append(w.subs[subject], bridgeEnd{&deliver, gap})
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.subs[subject] = slices.DeleteFunc(w.subs[subject], func(s bridgeEnd) bool { return s.deliver == &deliver })
	}, nil
}

// lost tells all subscribers that something was lost.
func (w *bridge) lost() {
	w.mu.Lock()
	var gaps []func()
	for _, list := range w.subs {
		for _, s := range list {
			gaps = append(gaps, s.gap)
		}
	}
	w.mu.Unlock()
	for _, gap := range gaps {
		gap()
	}
}

// newProcesses returns two processes of an application, which share a broker and a store of sessions.
func newProcesses(t *testing.T, broker pubsub.Broker) (one, two *accounts) {
	t.Helper()
	store := newShelf()
	process := func() *accounts {
		bus := &pubsub.Bus{Broker: broker, Logger: quietLogger}
		t.Cleanup(bus.Close)
		sessions := ownManager(store)
		sessions.IdleTimeout = time.Hour // each request saves the session
		return newAccounts(t, handlers.Config{
			Bus:      bus,
			Security: handlers.Security{Secrets: [][]byte{[]byte(strings.Repeat("s", 32))}},
			Sessions: handlers.Sessions{Manager: sessions},
		}, rooms.Page{})
	}
	return process(), process()
}

// at returns the browser as it visits another process. Cookies do not tell ports apart.
func (b *browser) at(a *accounts) *browser { return &browser{b.t, a.site, b.http} }

// Case 354: a session that ends in one process takes its pages in the others along, at once.
func TestASessionEndsInAllProcesses(t *testing.T) {
	for how, end := range map[string]func(*browser){
		"destroyed": (*browser).logout,
		"renewed":   func(b *browser) { b.login("eve") },
	} {
		t.Run(how, func(t *testing.T) {
			one, two := newProcesses(t, &bridge{})
			mine, theirs := one.browser(t), two.browser(t)
			mine.login("ann")
			theirs.login("ann")
			p := mine.at(two).open("/rooms/a").connect("")
			other := theirs.open("/rooms/a").connect("")
			end(mine)
			p.gone()
			if a := p.post("event=Add&value=1", nil); a.status != http.StatusForbidden || a.header.Get("HX-Refresh") != "true" {
				t.Errorf("an event afterwards: %d", a.status)
			}
			other.post("event=Add&value=7", nil)
			other.await(">7<")
			if a := mine.at(two).open("/rooms/a"); a == nil {
				t.Error("the browser gets no page")
			}
		})
	}
}

// A request that overlaps a log-out in another process does not bring the session back, although it
// saves it.
func TestASessionThatEndedElsewhereStaysDead(t *testing.T) {
	one, two := newProcesses(t, &bridge{})
	mine := one.browser(t)
	mine.login("ann")
	inside, goOn := make(chan bool), make(chan bool)
	handler := two.Config.Handler
	two.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/slow" {
			handler.ServeHTTP(w, r)
			return
		}
		two.kit.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			inside <- true
			<-goOn
			two.sessions.Put(r.Context(), "name", "ann again")
		})).ServeHTTP(w, r)
	})
	cookies := mine.cookies()
	p := mine.at(two).open("/rooms/a").connect("")
	answered := make(chan error, 1)
	go func() {
		_, err := mine.at(two).ask("GET", "/slow", nil)
		answered <- err
	}()
	<-inside
	mine.logout()
	p.gone() // the other process has heard of it
	close(goOn)
	if err := <-answered; err != nil {
		t.Fatal(err)
	}
	for _, a := range []*accounts{one, two} {
		stranger := a.browser(t)
		if got := stranger.do("GET", "/whoami", nil, "Cookie", cookies); strings.Contains(got.body, "ann") {
			t.Errorf("the session is back: %s", got.body)
		}
	}
}

// Case 355: Disconnect ends the pages of an identity in all processes, and no others.
func TestDisconnectReachesAllProcesses(t *testing.T) {
	one, two := newProcesses(t, &bridge{})
	ann, bob, nobody := two.browser(t), two.browser(t), two.browser(t)
	ann.login("ann")
	bob.login("bob")
	here, there := ann.at(one).open("/rooms/a").connect(""), ann.open("/rooms/a").connect("")
	other, stranger := bob.open("/rooms/a").connect(""), nobody.open("/rooms/a").connect("")
	if n := one.kit.Disconnect("ann"); n != 1 {
		t.Errorf("%d pages of this process", n)
	}
	here.gone()
	there.gone()
	other.post("event=Add&value=7", nil)
	other.await(">7<")
	if n := two.kit.Disconnect(""); n != 1 {
		t.Errorf("%d pages of nobody", n)
	}
	stranger.gone()
	if n := one.kit.Disconnect("bob"); n != 0 {
		t.Errorf("%d pages of bob in the process where he is not", n)
	}
	other.gone()
}

// Case 462: Reload ends the pages of an identity in all processes, which come back.
func TestReloadReachesAllProcesses(t *testing.T) {
	one, two := newProcesses(t, &bridge{})
	ann, bob := two.browser(t), two.browser(t)
	ann.login("ann")
	bob.login("bob")
	here, there := ann.at(one).open("/rooms/a").connect(""), ann.open("/rooms/a").connect("")
	other := bob.open("/rooms/a").connect("")
	if n := one.kit.Reload("ann"); n != 1 {
		t.Errorf("%d pages of this process", n)
	}
	here.gone()
	there.gone()
	ann.open("/rooms/a").connect("")
	other.post("event=Add&value=7", nil)
	other.await(">7<")
}

// Case 462: a process of a version without Reload, which knows of identities that end, does not take one for that and forget
// what is kept.
func TestReloadIsNoDisconnect(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(*handlers.Kit, string) int
		want bool
	}{
		"Disconnect": {(*handlers.Kit).Disconnect, true},
		"Reload":     {(*handlers.Kit).Reload, false},
	} {
		broker := &listened{}
		one, _ := newProcesses(t, broker)
		test.end(one.kit, "ann")
		waitUntil(t, "what is told", func() bool { return broker.hears(`"ann"`) })
		if got := broker.hears(`"identity":"ann"`); got != test.want {
			t.Errorf("%s tells of an identity that ends: %t", name, got)
		}
	}
}

// listened is a broker that knows what was told.
type listened struct {
	bridge
	told sync.Map // texts
}

func (l *listened) Publish(ctx context.Context, subject string, data []byte) error {
	l.told.Store(string(data), true)
	return l.bridge.Publish(ctx, subject, data)
}

// hears reports whether something was told that contains a text.
func (l *listened) hears(text string) (found bool) {
	l.told.Range(func(told, _ any) bool {
		found = found || strings.Contains(told.(string), text)
		return true
	})
	return found
}

// Case 356: a process that may have missed an end lets all its pages reconnect, through the application's middleware.
func TestPagesReconnectAfterAGap(t *testing.T) {
	broker := &bridge{}
	_, two := newProcesses(t, broker)
	ann := two.browser(t)
	ann.login("ann")
	var tabs []*tab
	for range 3 {
		tabs = append(tabs, ann.open("/rooms/a").connect(""))
	}
	waitUntil(t, "the pages are connected", func() bool { return two.kit.Stats().Views.Connected == 3 })
	broker.lost()
	for _, p := range tabs {
		p.drain() // until the connection ends
	}
	for _, p := range tabs {
		p.connect("0")
		p.post("event=Add&value=7", nil)
		p.await(">7<")
	}
	if st := two.kit.Stats(); st.Reloads > 0 || st.Remounts > 0 {
		t.Errorf("%+v", st)
	}
}

// A kit whose broker refuses it tries again.
func TestAKitListensAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broker, said := &bridge{refuse: errors.New("down")}, &record{}
		bus := &pubsub.Bus{Broker: broker, Logger: quietLogger}
		kit := handlers.New(handlers.Config{Bus: bus, Logger: slog.New(slog.NewTextHandler(said, nil))})
		time.Sleep(20 * time.Second)
		if st := bus.Stats(); st.Subscribers != 0 || !strings.Contains(said.String(), "does not hear which pages other processes end") {
			t.Errorf("%+v %s", st, said)
		}
		broker.mu.Lock()
		broker.refuse = nil
		broker.mu.Unlock()
		time.Sleep(10 * time.Second)
		if st := bus.Stats(); st.Subscribers != 1 {
			t.Errorf("%+v", st)
		}
		if err := kit.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if st := bus.Stats(); st.Subscribers != 0 {
			t.Errorf("after Shutdown: %+v", st)
		}
		bus.Close()
	})
}
