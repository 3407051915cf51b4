package pubsub_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

// A listener hears what everybody publishes, until it stops; it is no subscription of a page.
func TestListening(t *testing.T) {
	for name, broker := range map[string]pubsub.Broker{"without a broker": nil, "with a broker": &memory{}} {
		t.Run(name, func(t *testing.T) {
			said := &record{}
			bus := &pubsub.Bus{Broker: broker, Logger: said.logger()}
			t.Cleanup(bus.Close)
			topic := pubsub.NewTopic[string](bus, "posts")
			v := subscribed(t, topic)
			heard, loud := 0, false
			listen := func(topic pubsub.AnyTopic) func() {
				stop, err := topic.Listen(t.Context(), func() {
					if heard++; loud {
						panic("too loud")
					}
				})
				if err != nil {
					t.Fatal(err)
				}
				return stop
			}
			stop, other := listen(topic), listen(topic)
			expect := func(want int) {
				t.Helper()
				if heard != want {
					t.Errorf("heard %d and not %d", heard, want)
				}
				heard = 0
			}
			publish(t, topic, "1")
			expect(2)
			v.must(func(s *views.Socket) error {
				if err := errors.Join(topic.Publish(s, "2"), topic.PublishToOthers(s, "3")); err != nil {
					return err
				}
				expect(0) // not before the callback has succeeded
				return nil
			})
			expect(4)
			if err := v.do(func(s *views.Socket) error { return errors.Join(topic.Publish(s, "4"), errors.New("no")) }); err == nil {
				t.Error("no error")
			}
			expect(0)
			if bus.Stats().Subscribers != 3 {
				t.Errorf("%+v", bus.Stats())
			}
			stop()
			stop()
			loud = true
			publish(t, topic, "5")
			expect(1)
			if !strings.Contains(said.String(), "a listener panicked") {
				t.Error(said.String())
			}
			v.expect("2", "1", "5")
			v.end()
			other()
			if st := bus.Stats(); st.Subscribers != 0 || st.Topics != 0 {
				t.Errorf("%+v", st)
			}
			bus.Close()
			if _, err := topic.Listen(t.Context(), func() {}); !errors.Is(err, pubsub.ErrClosed) {
				t.Error(err)
			}
		})
	}
}

// Listeners hear other processes; an error of the broker, and the end of the context, are those of Listen.
func TestListeningToOtherProcesses(t *testing.T) {
	broker := &memory{}
	buses := processes(t, broker, 2)
	heard := make(chan struct{}, 10)
	topic := pubsub.NewTopic[string](buses[0], "posts")
	stop, err := topic.Listen(t.Context(), func() { heard <- struct{}{} })
	if err != nil {
		t.Fatal(err)
	}
	publish(t, pubsub.NewTopic[string](buses[1], "posts"), "1")
	<-heard
	stop()
	down := errors.New("down")
	broker.set(func(m *memory) { m.refuse = down })
	if _, err := topic.Of("other").Listen(t.Context(), func() {}); !errors.Is(err, down) {
		t.Error(err)
	}
	broker.set(func(m *memory) { m.refuse = nil })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := topic.Of("third").Listen(ctx, func() {}); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
