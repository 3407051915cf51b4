package pubsub_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

// noticing is a broker that knows what it has lost.
type noticing struct {
	memory
	noticed sync.Mutex
	gaps    []func()
}

func (n *noticing) SubscribeGaps(subject string, deliver func([]byte), gap func()) (func(), error) {
	cancel, err := n.Subscribe(subject, deliver)
	n.noticed.Lock()
	defer n.noticed.Unlock()
	n.gaps = append(n.gaps, gap)
	return cancel, err
}

// lost tells all subscribers that something was lost.
func (n *noticing) lost() {
	n.noticed.Lock()
	gaps := slices.Clone(n.gaps)
	n.noticed.Unlock()
	for _, gap := range gaps {
		gap()
	}
}

// Case 350: what a broker has lost remounts the views that may have missed it, spread over time, each once.
func TestWhatABrokerHasLostRemountsSubscribers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broker := &noticing{}
		bus := &pubsub.Bus{Broker: broker, Logger: quiet}
		defer bus.Close()
		posts, others := pubsub.NewTopic[string](bus, "posts"), pubsub.NewTopic[string](bus, "others")
		var all []*view
		for range 200 {
			v := subscribed(t, posts)
			v.must(func(s *views.Socket) error { return pubsub.Subscribe(s, others, page.got) })
			all = append(all, v)
		}
		none := newView(t)
		broker.lost()
		if st := bus.Stats(); st.Gaps != 2 || st.Lagged != 400 || st.Lagging < 100 {
			t.Errorf("%+v", st)
		}
		publish(t, posts, "late")
		time.Sleep(time.Second)
		synctest.Wait()
		for _, v := range all {
			v.expect() // it is remounted instead
			if n := v.Restarts(); n != 1 {
				t.Fatalf("restarted %d times", n)
			}
		}
		if none.Restarts() != 0 {
			t.Error("a view without subscriptions was restarted")
		}
	})
}

// Case 351: messages that the broker does not accept are lost, and the other processes hear of that as soon as it
// accepts some again. The views of the publisher's process have the messages.
func TestOtherProcessesHearOfWhatWasNotSent(t *testing.T) {
	down := errors.New("down")
	for how, send := range map[string]func(v *view, topic pubsub.Topic[string]) error{
		"by a callback": func(v *view, topic pubsub.Topic[string]) error {
			return v.do(func(s *views.Socket) error { return topic.Publish(s, "1") })
		},
		"by any other code": func(_ *view, topic pubsub.Topic[string]) error {
			return ignore(topic.Publish(context.Background(), "1"), down)
		},
		"prepared": func(_ *view, topic pubsub.Topic[string]) error { return later(topic, "1") },
	} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				broker := &memory{}
				buses := processes(t, broker, 2)
				var topics []pubsub.Topic[string]
				var all, elsewhere []*view
				for _, b := range buses {
					topic := pubsub.NewTopic[string](b, "posts")
					topics = append(topics, topic)
					all = append(all, subscribed(t, topic))
					elsewhere = append(elsewhere, subscribed(t, topic.Of("elsewhere")))
				}
				broker.set(func(m *memory) { m.fail = down })
				if err := send(all[0], topics[0]); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				if n := all[1].Restarts(); n != 0 {
					t.Errorf("restarted %d times while the broker is away", n)
				}
				broker.set(func(m *memory) { m.fail = nil })
				time.Sleep(15 * time.Second)
				synctest.Wait()
				all[0].expect("1")
				all[1].expect()
				for i, v := range []*view{all[0], elsewhere[0], elsewhere[1], all[1]} {
					if n := v.Restarts(); n != i/3 {
						t.Errorf("view %d was restarted %d times", i, n)
					}
				}
				if a, b := buses[0].Stats(), buses[1].Stats(); a.Unsent != 1 || a.Gaps != 0 || b.Gaps != 1 {
					t.Errorf("%+v, %+v", a, b)
				}
				n := len(broker.sent())
				time.Sleep(time.Hour)
				if len(broker.sent()) != n {
					t.Error("it is told again and again")
				}
			})
		})
	}
}

// later publishes without waiting for the broker.
func later(topic pubsub.Topic[string], m string) error {
	publish, err := topic.Prepare(m)
	if err == nil {
		publish()
	}
	return err
}

// ignore returns err unless it is one that is expected.
func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return fmt.Errorf("it does not fail with %v: %v", expected, err) //nolint:errorlint // for a test's log
}

// A message that is sent tells that the broker is back: what was missed is told right after it.
func TestWhatWasNotSentIsToldWithTheNextMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broker := &memory{fail: errors.New("down")}
		buses := processes(t, broker, 2)
		v := subscribed(t, pubsub.NewTopic[string](buses[1], "posts"))
		posts, others := pubsub.NewTopic[string](buses[0], "posts"), pubsub.NewTopic[string](buses[0], "others")
		if err := later(posts, "1"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		broker.set(func(m *memory) { m.fail = nil })
		if err := later(others, "2"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := buses[1].Stats().Gaps; n != 1 {
			t.Errorf("%d gaps", n)
		}
		time.Sleep(time.Second)
		if n := v.Restarts(); n != 1 {
			t.Errorf("restarted %d times", n)
		}
	})
}

// A bus that is closed says what it has not sent.
func TestWhatWasNotSentIsToldAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broker := &memory{fail: errors.New("down")}
		buses := processes(t, broker, 2)
		subscribed(t, pubsub.NewTopic[string](buses[1], "posts"))
		if err := later(pubsub.NewTopic[string](buses[0], "posts"), "1"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		broker.set(func(m *memory) { m.fail = nil })
		buses[0].Close()
		if n := buses[1].Stats().Gaps; n != 1 {
			t.Errorf("%d gaps", n)
		}
	})
}

// What is remembered of lost messages is bounded.
func TestWhatWasNotSentIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broker := &memory{fail: errors.New("down")}
		bus := processes(t, broker, 1)[0]
		topic := pubsub.NewTopic[string](bus, "posts")
		for i := range 10_100 {
			if err := topic.Of(fmt.Sprint(i)).Publish(t.Context(), "1"); err == nil {
				t.Fatal("it was sent")
			}
		}
		broker.set(func(m *memory) { m.fail = nil })
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(broker.sent()); n != 10_000 {
			t.Errorf("%d messages", n)
		}
	})
}

// Case 352: after a gap, processes exchange who is present at once.
func TestPresenceAfterAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broker := &noticing{}
		buses := processes(t, broker, 2)
		here := []pubsub.Presence[string]{pubsub.NewPresence[string](buses[0], "here"), pubsub.NewPresence[string](buses[1], "here")}
		ann, bob := joined(t, here[0], "ann"), joined(t, here[1], "bob")
		synctest.Wait()
		broker.set(func(m *memory) { m.lose = func(string, int) bool { return true } })
		joined(t, here[0], "cat")
		bob.end()
		joined(t, here[1], "dan")
		synctest.Wait()
		expectHere(t, here[0], "ann", "bob", "cat")
		broker.set(func(m *memory) { m.lose = nil })
		broker.lost()
		synctest.Wait()
		for _, p := range here {
			if got := slices.Sorted(slices.Values(p.List())); strings.Join(got, " ") != "ann cat dan" {
				t.Errorf("here are %q", got)
			}
		}
		if n := ann.Restarts(); n != 0 {
			t.Errorf("restarted %d times", n)
		}
	})
}
