package brokertest

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

// Page is a page that records what it hears.
type Page struct{ Heard *[]string }

// Mount does nothing.
func (Page) Mount(*views.Socket, views.NoParams) error { return nil }

// Render renders nothing.
func (Page) Render() templ.Component {
	return templ.ComponentFunc(func(context.Context, io.Writer) error { return nil })
}

// Got is for [pubsub.Subscribe].
func (p Page) Got(_ *views.Socket, m string) error {
	*p.Heard = append(*p.Heard, m)
	return nil
}

func (p Page) present(*views.Socket, pubsub.Roster[string]) error { return nil }

// View is a view on which nothing runs unless the test says so.
type View struct {
	*viewtest.View
	heard []string
}

// NewView returns a view in whose callback f runs.
func NewView(t testing.TB, f func(s *views.Socket) error) *View {
	t.Helper()
	v := &View{}
	v.View = viewtest.NewUnmounted(t, viewtest.Define[views.NoParams](Page{&v.heard}), func(err error) { t.Error(err) })
	t.Cleanup(func() { v.Close() })
	v.Succeed(viewtest.Callback("test", f))
	v.Settle()
	return v
}

// Work runs what is in the mailbox and returns what the page has heard.
func (v *View) Work(t testing.TB) []string {
	for {
		c, ok := v.Next()
		if !ok {
			heard := v.heard
			v.heard = nil
			return heard
		}
		if err := v.Run(context.Background(), c); err != nil {
			t.Error(err)
		}
		v.Settle()
	}
}

// process is a bus with a view.
type process struct {
	bus   *pubsub.Bus
	topic pubsub.Topic[string]
	here  pubsub.Presence[string]
}

func newProcess(t *testing.T, broker pubsub.Broker) process {
	t.Helper()
	bus := &pubsub.Bus{Broker: broker, Logger: slog.New(slog.DiscardHandler), MaxMessage: 8 << 20}
	t.Cleanup(bus.Close)
	return process{bus, pubsub.NewTopic[string](bus, "posts"), pubsub.NewPresence[string](bus, "here")}
}

func (p process) subscribed(t *testing.T) *View {
	t.Helper()
	return NewView(t, func(s *views.Socket) error { return pubsub.Subscribe(s, p.topic, Page.Got) })
}

func (p process) joined(t *testing.T, who string) *View {
	t.Helper()
	v := NewView(t, func(s *views.Socket) error { return pubsub.Join(s, p.here, who, Page.present) })
	v.SetConnected(true)
	v.Notify()
	return v
}

// testBusRestart has a server that is away while a callback publishes: the views of the other process are remounted,
// since they have missed that; those of its own process have it, and are remounted since they may have missed others'.
func testBusRestart(t *testing.T, b Backend) {
	one, two := newProcess(t, b.Open(t)), newProcess(t, b.Open(t))
	x, y := one.subscribed(t), two.subscribed(t)
	if err := one.topic.Publish(limited(t), "1"); err != nil {
		t.Fatal(err)
	}
	WaitFor(t, "the other process", func() bool { return y.Waiting() == 1 })
	x.Work(t)
	y.Work(t)
	b.Stop(t)
	WaitFor(t, "a message that is not sent", func() bool {
		NewView(t, func(s *views.Socket) error { return one.topic.Publish(s, "2") })
		return one.bus.Stats().Unsent > 0
	})
	if x.Restarts()+y.Restarts() != 0 {
		t.Error("views are remounted while the server is away")
	}
	z := two.subscribed(t) // pages open nevertheless
	b.Start(t)
	for _, v := range []*View{x, y, z} {
		WaitFor(t, "a view to be remounted", func() bool { return v.Restarts() > 0 })
	}
	next := two.subscribed(t)
	if err := one.topic.Publish(limited(t), "3"); err != nil {
		t.Fatal(err)
	}
	WaitFor(t, "the next message", func() bool { return next.Waiting() > 0 })
	if got := next.Work(t); got[len(got)-1] != "3" {
		t.Errorf("heard %.40q", got)
	}
}

// testBusTooLarge has a message that the server does not accept, if there is one: it is never lost silently.
func testBusTooLarge(t *testing.T, b Backend) {
	one, two := newProcess(t, b.Open(t)), newProcess(t, b.Open(t))
	y := two.subscribed(t)
	send, err := one.topic.Prepare(strings.Repeat("x", 7<<20))
	if err != nil {
		t.Fatal(err)
	}
	send()
	WaitFor(t, "the message, or a remount", func() bool { return y.Waiting() == 1 || y.Restarts() == 1 })
	if st := one.bus.Stats(); st.Unsent != uint64(y.Restarts()) {
		t.Errorf("%+v, %d restarts", st, y.Restarts())
	}
}

// testBusPresence has somebody come and somebody go while the server is away.
func testBusPresence(t *testing.T, b Backend) {
	one, two := newProcess(t, b.Open(t)), newProcess(t, b.Open(t))
	one.joined(t, "ann")
	bob := two.joined(t, "bob")
	two.joined(t, "eve")
	both := func(want string) func() bool {
		return func() bool {
			return strings.Join(one.here.List(), " ") == want && strings.Join(two.here.List(), " ") == want
		}
	}
	WaitFor(t, "ann, bob and eve", both("ann bob eve"))
	b.Stop(t)
	WaitFor(t, "an update that is not sent", func() bool {
		one.joined(t, "cat").Close()
		return one.bus.Stats().Unsent > 0
	})
	bob.Close()
	one.joined(t, "dan")
	began := time.Now()
	b.Start(t)
	WaitFor(t, "ann, eve and dan", both("ann eve dan"))
	t.Logf("they agree after %v", time.Since(began).Round(time.Millisecond))
}
