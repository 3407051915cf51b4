// Package brokertest has the tests that each broker of ours passes, alone and below a bus.
package brokertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sideband-go/sideband/pubsub"
)

// Backend is a server with brokers.
type Backend struct {
	// Open returns a broker with a connection of its own, as each process has. What has to be closed
	// is closed by t.Cleanup.
	Open func(t *testing.T) pubsub.GapNotifier
	// Stop stops the server, whose connections end. Start starts one at the same place.
	Stop, Start func(t *testing.T)
}

// Run runs the suite. It calls backend for each test, for a server that runs. Tests are subtests and run one
// after the other.
func Run(t *testing.T, backend func(t *testing.T) Backend) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(t *testing.T, b Backend)
	}{
		{"Order", testOrder},
		{"Subjects", testSubjects},
		{"Data", testData},
		{"Cancel", testCancel},
		{"Context", testContext},
		{"Restart", testRestart},
		{"Away", testAway},
		{"Load", testLoad},
		{"BusRestart", testBusRestart},
		{"BusTooLarge", testBusTooLarge},
		{"BusPresence", testBusPresence},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, backend(t)) })
	}
}

// box records what a subscription gets.
type box struct {
	mu   sync.Mutex
	got  []string
	gaps atomic.Int64
}

func (x *box) deliver(data []byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.got = append(x.got, string(data))
}

func (x *box) gap() { x.gaps.Add(1) }

func (x *box) len() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.got)
}

// take returns what has come, and forgets it.
func (x *box) take() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	got := x.got
	x.got = nil
	return got
}

// wait waits until something has come.
func (x *box) wait(t *testing.T, want string) {
	t.Helper()
	WaitFor(t, fmt.Sprintf("%.20q", want), func() bool {
		x.mu.Lock()
		defer x.mu.Unlock()
		return len(x.got) > 0 && x.got[len(x.got)-1] == want
	})
}

// WaitFor waits for a condition.
func WaitFor(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// subscribe subscribes until the test ends.
func subscribe(t *testing.T, b pubsub.GapNotifier, subject string) *box {
	t.Helper()
	x := &box{}
	cancel, err := b.SubscribeGaps(subject, x.deliver, x.gap)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cancel)
	return x
}

func publish(t *testing.T, b pubsub.Broker, subject, data string) {
	t.Helper()
	if err := b.Publish(limited(t), subject, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

func limited(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func testOrder(t *testing.T, b Backend) {
	one, two := b.Open(t), b.Open(t)
	boxes := []*box{subscribe(t, one, "a.b"), subscribe(t, two, "a.b"), subscribe(t, two, "a.b")}
	const many = 500
	for i := range many {
		publish(t, one, "a.b", fmt.Sprint(i))
	}
	for _, x := range boxes {
		WaitFor(t, "all messages", func() bool { return x.len() == many })
		for i, m := range x.take() {
			if m != fmt.Sprint(i) {
				t.Fatalf("message %d is %q", i, m)
			}
		}
		if n := x.gaps.Load(); n != 0 {
			t.Errorf("%d gaps", n)
		}
	}
}

func testSubjects(t *testing.T, b Backend) {
	one, two := b.Open(t), b.Open(t)
	x, y := subscribe(t, one, "sideband.topic.a"), subscribe(t, one, "sideband.topic.a.b")
	for _, subject := range []string{"sideband.topic", "sideband.topic.a", "sideband.topic.A", "sideband.topic.a.b", "sideband.topic.a.b.c"} {
		publish(t, two, subject, subject)
	}
	publish(t, two, "sideband.topic.a", "end")
	publish(t, two, "sideband.topic.a.b", "end")
	x.wait(t, "end")
	y.wait(t, "end")
	if got := fmt.Sprint(x.take(), y.take()); got != "[sideband.topic.a end] [sideband.topic.a.b end]" {
		t.Error(got)
	}
}

func testData(t *testing.T, b Backend) {
	one, two := b.Open(t), b.Open(t)
	x := subscribe(t, one, "data")
	for _, data := range []string{"\x01m\x00\xff\r\n", string(bytes.Repeat([]byte("x\r\n"), 300_000)), "end"} {
		publish(t, two, "data", data)
		x.wait(t, data)
	}
	if n := x.len(); n != 3 {
		t.Errorf("%d messages", n)
	}
}

func testCancel(t *testing.T, b Backend) {
	one, two := b.Open(t), b.Open(t)
	inside, goOn := make(chan bool), make(chan bool)
	var calls atomic.Int64
	cancel, err := one.SubscribeGaps("a", func([]byte) {
		calls.Add(1)
		inside <- true
		<-goOn
	}, func() {})
	if err != nil {
		t.Fatal(err)
	}
	publish(t, two, "a", "1")
	<-inside
	cancel() // does not wait for the running call
	cancel()
	publish(t, two, "a", "2")
	close(goOn)
	x := subscribe(t, one, "a") // the subject again
	publish(t, two, "a", "3")
	x.wait(t, "3")
	if n := calls.Load(); n != 1 {
		t.Errorf("called %d times", n)
	}
}

func testContext(t *testing.T, b Backend) {
	broker := b.Open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := broker.Publish(ctx, "a", []byte("1")); !errors.Is(err, context.Canceled) {
		t.Errorf("Publish with a context that has ended: %v", err)
	}
}

// testRestart restarts the server in the middle: what could not be sent fails, each subscription is told of a
// gap, and what is published after that arrives.
func testRestart(t *testing.T, b Backend) {
	one, two := b.Open(t), b.Open(t)
	x, y, z := subscribe(t, one, "a"), subscribe(t, one, "b"), subscribe(t, two, "a")
	all := []*box{x, y, z}
	for round := range 2 {
		publish(t, two, "a", "before")
		publish(t, two, "b", "before")
		for _, w := range all {
			w.wait(t, "before")
		}
		b.Stop(t)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		if err := one.Publish(ctx, "a", []byte("lost")); err == nil {
			t.Error("Publish succeeds without a server")
		}
		cancel()
		b.Start(t)
		for _, w := range all {
			WaitFor(t, "a gap", func() bool { return w.gaps.Load() == int64(round+1) })
		}
		var err error
		WaitFor(t, "the publisher to connect", func() bool {
			err = two.Publish(limited(t), "a", []byte("after"))
			return err == nil
		})
		publish(t, two, "b", "after")
		for _, w := range all {
			w.wait(t, "after")
			w.take()
			if n := w.gaps.Load(); n != int64(round+1) {
				t.Errorf("%d gaps after %d restarts", n, round+1)
			}
		}
	}
}

// testAway subscribes while there is no server.
func testAway(t *testing.T, b Backend) {
	one, two := b.Open(t), b.Open(t)
	x := subscribe(t, one, "a")
	publish(t, two, "a", "1")
	x.wait(t, "1")
	b.Stop(t)
	WaitFor(t, "the publisher to notice", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		return one.Publish(ctx, "a", []byte("2")) != nil
	})
	began := time.Now()
	y := subscribe(t, one, "b")
	if d := time.Since(began); d > 20*time.Second {
		t.Errorf("it waits %v for a server that is not there", d)
	}
	z := subscribe(t, b.Open(t), "b") // its first subscription
	b.Start(t)
	for _, w := range []*box{x, y, z} {
		WaitFor(t, "a gap", func() bool { return w.gaps.Load() > 0 })
	}
	WaitFor(t, "the publisher to connect", func() bool { return two.Publish(limited(t), "b", []byte("3")) == nil })
	y.wait(t, "3")
	z.wait(t, "3")
}

// testLoad publishes from many goroutines while subscriptions come and go: a subscription gets all that is published
// after it is in effect.
func testLoad(t *testing.T, b Backend) {
	one, two := b.Open(t), b.Open(t)
	var work sync.WaitGroup
	for g := range 8 {
		work.Go(func() {
			for i := range 25 {
				subject := fmt.Sprintf("load.%d", (g+i)%3)
				x := &box{}
				cancel, err := one.SubscribeGaps(subject, x.deliver, x.gap)
				if err != nil {
					t.Error(err)
					return
				}
				mine := fmt.Sprintf("%d.%d", g, i)
				if err := two.Publish(limited(t), subject, []byte(mine)); err != nil {
					t.Error(err)
				}
				found := false
				for end := time.Now().Add(30 * time.Second); !found && time.Now().Before(end); time.Sleep(100 * time.Microsecond) {
					for _, m := range x.take() {
						found = found || m == mine
					}
				}
				if !found {
					t.Errorf("%s did not arrive; %d gaps", mine, x.gaps.Load())
				}
				cancel()
			}
		})
	}
	work.Wait()
}
