package pubsub_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

func subscribed(t testing.TB, topic pubsub.Topic[string]) *view {
	v := newView(t)
	v.must(func(s *views.Socket) error { return pubsub.Subscribe(s, topic, page.got) })
	return v
}

func publish(t testing.TB, topic pubsub.Topic[string], messages ...string) {
	t.Helper()
	for _, m := range messages {
		if err := topic.Publish(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMessagesArriveInOrder(t *testing.T) {
	topic := pubsub.NewTopic[string](&pubsub.Bus{}, "posts")
	a, b, elsewhere := subscribed(t, topic.Of("go")), subscribed(t, topic.Of("go")), subscribed(t, topic.Of("rust"))
	publish(t, topic.Of("go"), "1", "2", "3")
	a.expect("1", "2", "3")
	b.expect("1", "2", "3")
	elsewhere.expect()
}

// A message between Subscribe and the end of Mount is not missed.
func TestSubscribingTakesEffectAtOnce(t *testing.T) {
	topic := pubsub.NewTopic[string](&pubsub.Bus{}, "posts")
	v := newView(t)
	v.must(func(s *views.Socket) error {
		if err := pubsub.Subscribe(s, topic, page.got); err != nil {
			return err
		}
		return topic.Publish(t.Context(), "meanwhile")
	})
	v.expect("meanwhile")
}

func TestSubscribingAgainChangesNothing(t *testing.T) {
	bus := &pubsub.Bus{}
	topic := pubsub.NewTopic[string](bus, "posts")
	v := newView(t)
	again := func(s *views.Socket) error {
		return errors.Join(pubsub.Subscribe(s, topic, page.got), pubsub.Subscribe(s, topic, page.got))
	}
	v.must(again)
	v.must(again)
	publish(t, topic, "1")
	v.expect("1")

	failed := errors.New("failed")
	if err := v.do(func(s *views.Socket) error { return errors.Join(again(s), failed) }); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	publish(t, topic, "2")
	v.expect("2") // what stood before the callback stands

	v.must(func(s *views.Socket) error { return pubsub.Subscribe(s, topic, page.alsoGot) })
	publish(t, topic, "3")
	v.expect("3", "also 3")
	if st := bus.Stats(); st.Topics != 1 || st.Subscribers != 2 {
		t.Errorf("%+v", st)
	}
}

func TestSubscriptionsEnd(t *testing.T) {
	bus := &pubsub.Bus{}
	topic := pubsub.NewTopic[string](bus, "posts")
	failed := errors.New("failed")
	for name, end := range map[string]func(v *view){
		"the view ends": (*view).end,
		"it unsubscribes": func(v *view) {
			v.must(func(s *views.Socket) error { pubsub.Unsubscribe(s, topic); return nil })
		},
	} {
		v := subscribed(t, topic)
		end(v)
		publish(t, topic, "late")
		v.expect()
		if st := bus.Stats(); st.Topics != 0 || st.Subscribers != 0 {
			t.Errorf("%s: %+v", name, st)
		}
	}
	v := newView(t)
	err := v.do(func(s *views.Socket) error {
		return errors.Join(pubsub.Subscribe(s, topic, page.got), failed)
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	if st := bus.Stats(); st.Topics != 0 {
		t.Errorf("the callback failed: %+v", st)
	}
}

func TestUnsubscribingIsPartOfTheCallback(t *testing.T) {
	topic := pubsub.NewTopic[string](&pubsub.Bus{}, "posts")
	v := subscribed(t, topic)
	failed := errors.New("failed")
	if err := v.do(func(s *views.Socket) error { pubsub.Unsubscribe(s, topic); return failed }); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	publish(t, topic, "1")
	v.expect("1")

	// The last call counts.
	v.must(func(s *views.Socket) error {
		pubsub.Unsubscribe(s, topic)
		return pubsub.Subscribe(s, topic, page.got)
	})
	publish(t, topic, "2")
	v.expect("2")
	v.must(func(s *views.Socket) error {
		err := pubsub.Subscribe(s, topic, page.got)
		pubsub.Unsubscribe(s, topic)
		pubsub.Unsubscribe(s, topic.Of("never subscribed"))
		return err
	})
	publish(t, topic, "3")
	v.expect()

	// And from room to room.
	for i := range 100 {
		v.must(func(s *views.Socket) error {
			pubsub.Unsubscribe(s, topic.Of(fmt.Sprint(i)))
			return pubsub.Subscribe(s, topic.Of(fmt.Sprint(i+1)), page.got)
		})
	}
	publish(t, topic.Of("99"), "past")
	publish(t, topic.Of("100"), "now")
	v.expect("now")
}

func TestPublishingInACallback(t *testing.T) {
	bus := &pubsub.Bus{}
	topic := pubsub.NewTopic[string](bus, "posts")
	me, other := subscribed(t, topic), subscribed(t, topic)
	me.must(func(s *views.Socket) error {
		if err := topic.Publish(s, "hello"); err != nil {
			return err
		}
		if other.Waiting() != 0 {
			t.Error("sent before the callback has succeeded")
		}
		return nil
	})
	if me.Waiting() != 0 || len(me.heard) != 1 {
		t.Error("the view's own subscription did not run with the callback")
	}
	me.expect("hello")
	other.expect("hello")

	me.must(func(s *views.Socket) error { return topic.PublishToOthers(s, "all but me") })
	me.expect()
	other.expect("all but me")

	failed := errors.New("failed")
	err := me.do(func(s *views.Socket) error {
		return errors.Join(topic.Publish(s, "never"), topic.PublishToOthers(s, "never"), failed)
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	me.expect()
	other.expect()
	if st := bus.Stats(); st.Published != 2 || st.Delivered != 3 {
		t.Errorf("%+v", st)
	}
}

// Case 50: a subscriber that cannot keep up is restarted once, and publishers do not wait for it.
func TestALaggingSubscriberIsRestarted(t *testing.T) {
	bus := &pubsub.Bus{}
	topic := pubsub.NewTopic[string](bus, "posts")
	slow, quick := subscribed(t, topic), subscribed(t, topic)
	slow.SetFull(true)
	publish(t, topic, "1", "2", "3")
	quick.expect("1", "2", "3")
	slow.SetFull(false)
	publish(t, topic, "4")
	slow.expect() // it is about to be remounted
	if n := slow.Restarts(); n != 1 {
		t.Errorf("%d restarts", n)
	}
	if st := bus.Stats(); st.Lagged != 1 || st.Delivered != 4 {
		t.Errorf("%+v", st)
	}
}

// A view may be gone before OnEnd runs.
func TestASubscriberThatIsGoneIsForgotten(t *testing.T) {
	bus := &pubsub.Bus{}
	topic := pubsub.NewTopic[string](bus, "posts")
	v, other := subscribed(t, topic), subscribed(t, topic)
	v.SetEnded()
	publish(t, topic, "1")
	other.expect("1")
	if st := bus.Stats(); st.Subscribers != 1 {
		t.Errorf("%+v", st)
	}
}

func TestMistakesPanic(t *testing.T) {
	bus := &pubsub.Bus{}
	pubsub.NewTopic[string](bus, "posts")
	pubsub.NewTopic[string](bus, "posts")        // the same
	pubsub.NewTopic[int](&pubsub.Bus{}, "posts") // another bus
	pubsub.NewPresence[int](bus, "posts")        // no topic
	v := newView(t)
	for want, f := range map[string]func(){
		`NewTopic[int](bus, "posts"), but on this bus that name carries string: give one of them another name`: func() { pubsub.NewTopic[int](bus, "posts") },
		`NewPresence[string](bus, "posts"), but on this bus that name carries int`:                             func() { pubsub.NewPresence[string](bus, "posts") },
		`NewTopic("x") needs a bus`:                        func() { pubsub.NewTopic[int](nil, "x") },
		`a Topic[int] that was not made by NewTopic`:       func() { _ = pubsub.Topic[int]{}.Publish(t.Context(), 1) },
		`a Presence[int] that was not made by NewPresence`: func() { pubsub.Presence[int]{}.List() },
		`no enclosing component takes messages of pubsub_test.stranger`: func() {
			var wrong *fault.Panic
			err := v.do(func(s *views.Socket) error {
				return pubsub.Subscribe(s, pubsub.NewTopic[string](bus, "posts"), stranger.got)
			})
			if errors.As(err, &wrong) {
				panic(wrong.Value)
			}
		},
	} {
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, want) {
					t.Errorf("%q and not %q", said, want)
				}
			}()
			f()
		}()
	}
}

type stranger struct{}

func (stranger) got(*views.Socket, string) error { return nil }

// A nil interface is a message.
func TestANilMessage(t *testing.T) {
	topic := pubsub.NewTopic[error](&pubsub.Bus{}, "errors")
	v := newView(t)
	v.must(func(s *views.Socket) error { return pubsub.Subscribe(s, topic, page.failed) })
	if err := topic.Publish(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	v.expect("<nil>")
}

func (p page) failed(_ *views.Socket, err error) error {
	*p.heard = append(*p.heard, fmt.Sprint(err))
	return nil
}

// Topics with different names and ids never collide, in the process or at a broker.
func TestNamesDoNotCollide(t *testing.T) {
	if a, b := pubsub.NewTopic[int](&pubsub.Bus{}, "a").Of("b:c"), pubsub.NewTopic[int](&pubsub.Bus{}, "a:b").Of("c"); a.Name() == b.Name() {
		t.Error(a.Name())
	}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom([]string{"", "a", "b", ":", "%", "%3A", "_", "__", ".", "*", ">", "a:b", "é", strings.Repeat("x", 300)}), rapid.String()), 1, 3)
		a, b := parts.Draw(t, "a"), parts.Draw(t, "b")
		broker := &memory{}
		topicOf := func(parts []string) pubsub.Topic[int] {
			topic := pubsub.NewTopic[int](&pubsub.Bus{Broker: broker}, parts[0])
			for _, id := range parts[1:] {
				topic = topic.Of(id)
			}
			if err := topic.Publish(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			return topic
		}
		same := strings.Join(a, "\x00\x00") == strings.Join(b, "\x00\x00") && len(a) == len(b)
		if x, y := topicOf(a), topicOf(b); (x.Name() == y.Name()) != same {
			t.Errorf("%q and %q are %q and %q", a, b, x.Name(), y.Name())
		}
		sent := broker.sent()
		if (sent[0].subject == sent[1].subject) != same {
			t.Errorf("%q and %q are %q and %q at the broker", a, b, sent[0].subject, sent[1].subject)
		}
		for _, m := range sent {
			if len(m.subject) > 200 || strings.Contains(m.subject, "..") || strings.HasSuffix(m.subject, ".") || strings.ContainsFunc(m.subject, func(r rune) bool {
				return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.", r)
			}) {
				t.Errorf("a subject of the broker is %q", m.subject)
			}
		}
	})
}
