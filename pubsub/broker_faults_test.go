package pubsub_test

import (
	"context"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

// rude is a broker whose methods run what a test sets.
type rude struct {
	publish, subscribe, cancel func()

	mu      sync.Mutex
	taken   int
	deliver []func([]byte)
}

func (r *rude) Publish(context.Context, string, []byte) error {
	if r.publish != nil {
		r.publish()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.taken++
	return nil
}

func (r *rude) Subscribe(_ string, deliver func([]byte)) (func(), error) {
	if r.subscribe != nil {
		r.subscribe()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deliver = append(r.deliver, deliver)
	return func() {
		if r.cancel != nil {
			r.cancel()
		}
	}, nil
}

type panicking struct{ slog.Handler }

func (panicking) Handle(context.Context, slog.Record) error { panic("the logger") }

// Case 60: a broker and a logger that panic do so on goroutines and timers of the bus, too.
func TestABrokerThatPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broker := &rude{cancel: func() { panic("cancel") }, publish: func() { panic("publish") }}
		said := &record{}
		for _, log := range []*slog.Logger{said.logger(), slog.New(panicking{said.logger().Handler()})} {
			bus := &pubsub.Bus{Broker: broker, Logger: log}
			topic := pubsub.NewTopic[string](bus, "posts")
			v := subscribed(t, topic)
			v.must(func(s *views.Socket) error { return topic.Publish(s, "1") })
			v.expect("1")
			synctest.Wait()
			v.end()
			time.Sleep(time.Minute) // the subscription at the broker is cancelled by a timer
			w := subscribed(t, topic)
			bus.Close() // and here by who closes the bus
			w.end()
			if st := bus.Stats(); st.Unsent != 1 {
				t.Errorf("%+v", st)
			}
		}
		if n := strings.Count(said.String(), "cancelling a subscription at the broker panicked"); n != 2 {
			t.Errorf("said %d times:\n%s", n, said)
		}
	})
}

// Case 60: a broker that calls runtime.Goexit blocks nothing.
func TestABrokerThatEndsItsGoroutine(t *testing.T) {
	broker := &rude{}
	bus := &pubsub.Bus{Broker: broker, Logger: quiet}
	defer bus.Close()
	topic := pubsub.NewTopic[string](bus, "posts")
	v := subscribed(t, topic)
	var once sync.Once
	broker.publish = func() { once.Do(runtime.Goexit) }
	v.must(func(s *views.Socket) error {
		if err := topic.Publish(s, "1"); err != nil {
			return err
		}
		return topic.Publish(s, "2")
	})
	waitFor(t, "the second message, and one that the first is lost", func() bool {
		broker.mu.Lock()
		defer broker.mu.Unlock()
		return broker.taken == 2
	})
	if st := bus.Stats(); st.Unsent != 1 {
		t.Errorf("%+v", st)
	}
	broker.subscribe = runtime.Goexit
	other := pubsub.NewTopic[string](bus, "others")
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = v.do(func(s *views.Socket) error { return pubsub.Subscribe(s, other, page.got) })
	}()
	<-done
	broker.subscribe = nil
	w := newView(t)
	w.must(func(s *views.Socket) error { return pubsub.Subscribe(s, other, page.got) })
}

// Case 60: data from another process blocks no room.
func TestIncomparableMembersOfOtherProcesses(t *testing.T) {
	broker := &rude{}
	bus := &pubsub.Bus{Broker: broker, Logger: quiet}
	defer bus.Close()
	at := pubsub.NewPresence[any](bus, "any")
	v := newView(t)
	v.connect(true)
	v.must(func(s *views.Socket) error { return pubsub.Watch(s, at, page.anybody) })
	for _, update := range []string{
		`{"seq":1,"full":true,"leave":[{"a":1}]}`, `{"seq":1,"full":true,"join":[{"who":[1],"since":1}]}`, `{"seq":1,"full":true,"join":[{"who":"ann","since":1}]}`,
	} {
		for _, deliver := range broker.deliver {
			deliver([]byte("\x01p0123456789ab" + update))
		}
	}
	listed := make(chan []any, 1)
	go func() { listed <- at.List() }()
	waitFor(t, "the room", func() bool { return len(listed) == 1 })
	if got := <-listed; len(got) != 1 || got[0] != "ann" {
		t.Errorf("%v are here", got)
	}
	if st := bus.Stats(); st.Refused != 2 {
		t.Errorf("%+v", st)
	}
}
