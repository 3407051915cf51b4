package pubsub_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/pubsub"
)

// heard records what a listener hears.
type heard struct {
	mu   sync.Mutex
	list []string
}

func (h *heard) add(m string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, m)
}

func (h *heard) expect(t *testing.T, want ...string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if !slices.Equal(h.list, want) {
		t.Errorf("heard %q and not %q", h.list, want)
	}
	h.list = nil
}

// Case 353: code outside of pages hears the messages of all processes, of gaps too, until it stops.
func TestReceiving(t *testing.T) {
	broker := &noticing{}
	buses := processes(t, broker, 2)
	here, there := pubsub.NewTopic[string](buses[0], "posts"), pubsub.NewTopic[string](buses[1], "posts")
	var one, two heard
	stopOne, err := here.Receive(t.Context(), one.add, func() { one.add("gap") })
	if err != nil {
		t.Fatal(err)
	}
	stopTwo, err := here.Receive(t.Context(), two.add, nil)
	if err != nil {
		t.Fatal(err)
	}
	if st := buses[0].Stats(); st.Topics != 1 || st.Subscribers != 2 {
		t.Errorf("%+v", st)
	}
	v := subscribed(t, here)
	publish(t, here, "1")
	publish(t, there, "2")
	if err := here.Of("other").Publish(t.Context(), "3"); err != nil {
		t.Fatal(err)
	}
	one.expect(t, "1", "2")
	two.expect(t, "1", "2")
	v.expect("1", "2")
	broker.lost()
	one.expect(t, "gap")
	two.expect(t)
	v.end()
	publish(t, there, "4")
	two.expect(t, "4")
	stopTwo()
	stopTwo()
	publish(t, there, "5")
	two.expect(t)
	one.expect(t, "4", "5")
	stopOne()
	publish(t, here, "6")
	one.expect(t)
	if st := buses[0].Stats(); st.Topics != 0 || st.Subscribers != 0 {
		t.Errorf("%+v", st)
	}
	buses[0].Close()
	if _, err := here.Receive(t.Context(), one.add, nil); !errors.Is(err, pubsub.ErrClosed) {
		t.Error(err)
	}
	if _, err := here.Prepare("7"); !errors.Is(err, pubsub.ErrClosed) {
		t.Error(err)
	}
}

// A listener that panics harms nobody.
func TestAReceiverThatPanics(t *testing.T) {
	said := &record{}
	bus := &pubsub.Bus{Logger: said.logger()}
	topic := pubsub.NewTopic[string](bus, "posts")
	stop, err := topic.Receive(t.Context(), func(string) { panic("oh") }, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	var other heard
	if _, err := topic.Receive(t.Context(), other.add, nil); err != nil {
		t.Fatal(err)
	}
	publish(t, topic, "1")
	other.expect(t, "1")
	if !strings.Contains(said.String(), "a listener panicked") {
		t.Errorf("the log: %s", said)
	}
}

// Receive returns the broker's error, and does not wait longer than its context.
func TestReceivingAtABrokerThatFails(t *testing.T) {
	down := errors.New("down")
	bus := &pubsub.Bus{Broker: &memory{refuse: down}, Logger: quiet}
	defer bus.Close()
	topic := pubsub.NewTopic[string](bus, "posts")
	if _, err := topic.Receive(t.Context(), func(string) {}, nil); !errors.Is(err, down) {
		t.Error(err)
	}
	if st := bus.Stats(); st.Topics != 0 {
		t.Errorf("%+v", st)
	}

	wait := make(chan struct{})
	slow := &pubsub.Bus{Broker: &rude{subscribe: func() { <-wait }}, Logger: quiet}
	first := make(chan error)
	topic = pubsub.NewTopic[string](slow, "posts")
	go func() {
		_, err := topic.Receive(t.Context(), func(string) {}, nil)
		first <- err
	}()
	waitFor(t, "the first listener", func() bool { return slow.Stats().Subscribers == 1 })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := topic.Receive(ctx, func(string) {}, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(wait)
	if err := <-first; err != nil {
		t.Error(err)
	}
	slow.Close()
}
