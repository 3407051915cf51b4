package pubsub_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

// processes returns buses that share a broker.
func processes(t testing.TB, broker pubsub.Broker, n int) []*pubsub.Bus {
	list := make([]*pubsub.Bus, n)
	for i := range list {
		list[i] = &pubsub.Bus{Broker: broker, Logger: quiet}
		t.Cleanup(list[i].Close)
	}
	return list
}

func TestMessagesReachOtherProcessesOnce(t *testing.T) {
	buses := processes(t, &memory{}, 3)
	var topics []pubsub.Topic[string]
	var all []*view
	for _, b := range buses {
		topic := pubsub.NewTopic[string](b, "posts").Of("go")
		topics = append(topics, topic)
		all = append(all, subscribed(t, topic), subscribed(t, topic))
	}
	publish(t, topics[0], "1", "2")
	for _, v := range all {
		v.expect("1", "2")
	}
	// Callbacks do not wait for the broker.
	all[2].must(func(s *views.Socket) error {
		return errors.Join(topics[1].Publish(s, "3"), topics[1].PublishToOthers(s, "4"), topics[1].Publish(s, "5"))
	})
	waitFor(t, "the other processes", func() bool { return all[5].Waiting() == 3 && all[0].Waiting() == 3 })
	for i, v := range all {
		if i == 2 {
			v.expect("3", "5")
		} else if i == 3 { // its own process
			v.expect("3", "4", "5")
		} else {
			v.expect("3", "4", "5")
		}
	}
	if st := buses[0].Stats(); st.Published != 2 || st.Received != 3 || st.Delivered != 4+6 || st.Refused+st.Unsent != 0 {
		t.Errorf("%+v", st)
	}
}

// Publish returns the error of a message that can't be encoded before any subscriber has it.
func TestMessagesThatCannotBeEncoded(t *testing.T) {
	bus := &pubsub.Bus{Broker: &memory{}, MaxMessage: 100}
	defer bus.Close()
	topic := pubsub.NewTopic[string](bus, "posts")
	v := subscribed(t, topic)
	if err := topic.Publish(t.Context(), strings.Repeat("x", 100)); !errors.Is(err, pubsub.ErrTooLarge) {
		t.Error(err)
	}
	err := v.do(func(s *views.Socket) error { return topic.Publish(s, strings.Repeat("x", 100)) })
	if !errors.Is(err, pubsub.ErrTooLarge) {
		t.Error(err)
	}
	v.expect()
	if err := pubsub.NewTopic[func()](bus, "functions").Publish(t.Context(), nil); err == nil {
		t.Error("a function was encoded")
	}
}

func TestABrokerThatFails(t *testing.T) {
	down := errors.New("down")
	broker, said := &memory{fail: down}, &record{}
	bus := &pubsub.Bus{Broker: broker, Logger: said.logger(), MaxOutbox: 10}
	defer bus.Close()
	topic := pubsub.NewTopic[string](bus, "posts")
	v := subscribed(t, topic)
	if err := topic.Publish(t.Context(), "1"); !errors.Is(err, down) {
		t.Error(err)
	}
	v.expect("1")
	v.must(func(s *views.Socket) error { return errors.Join(topic.Publish(s, "2"), topic.Publish(s, "3")) })
	v.expect("2", "3")
	waitFor(t, "three that were not sent", func() bool { return bus.Stats().Unsent == 3 })
	if n := strings.Count(said.String(), "down"); n != 1 {
		t.Errorf("said %d times:\n%s", n, said)
	}

	// A broker that hangs blocks no callback, and its queue is bounded.
	hold := make(chan struct{})
	broker.set(func(m *memory) { m.fail, m.hold = nil, hold })
	for range 100 {
		v.must(func(s *views.Socket) error { return topic.PublishToOthers(s, "4") })
	}
	if st := bus.Stats(); st.Unsent < 3+80 || st.Unsent > 3+90 {
		t.Errorf("%+v", st)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := topic.Publish(ctx, "5"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(hold)
	v.expect("5")

	broker.set(func(m *memory) { m.refuse = down })
	other := topic.Of("other")
	err := newView(t).do(func(s *views.Socket) error { return pubsub.Subscribe(s, other, page.got) })
	if !errors.Is(err, down) {
		t.Error(err)
	}
	if st := bus.Stats(); st.Topics != 1 {
		t.Errorf("%+v", st)
	}
	broker.set(func(m *memory) { m.refuse = nil })
	w := subscribed(t, other)
	publish(t, other, "6")
	w.expect("6")
}

// picky can be encoded but not decoded.
type picky struct{}

func (picky) UnmarshalJSON(b []byte) error { panic(fmt.Sprintf("no %s", b)) }

func (p page) pick(*views.Socket, picky) error {
	*p.heard = append(*p.heard, "picked")
	return nil
}

func TestGarbageFromABroker(t *testing.T) {
	broker := &memory{}
	buses := processes(t, broker, 2)
	texts := pubsub.NewTopic[string](buses[0], "texts")
	v := subscribed(t, texts)
	pickies := pubsub.NewTopic[picky](buses[0], "picky")
	v.must(func(s *views.Socket) error { return pubsub.Subscribe(s, pickies, page.pick) })
	here := pubsub.NewPresence[string](buses[0], "here")
	v.must(func(s *views.Socket) error { return pubsub.Join(s, here, "ann", page.present) })
	v.connect(true)
	v.work()

	// The subjects and the format of another process.
	publish(t, pubsub.NewTopic[string](buses[1], "texts"), "a text")
	v.expect("a text")
	subjects := map[string][]byte{}
	for _, m := range broker.sent() {
		subjects[m.subject] = m.data
	}
	waitFor(t, "presence", func() bool {
		for _, m := range broker.sent() {
			subjects[m.subject] = m.data
		}
		return len(subjects) == 2
	})
	good := subjects["sideband.topic.texts"]
	if good == nil {
		t.Fatalf("%q", subjects)
	}
	head := good[:len(good)-len(`"a text"`)]
	with := func(payload string) []byte { return append(append([]byte{}, head...), payload...) }
	refused := 0
	for _, data := range [][]byte{
		nil,
		{},
		{1},
		head[:5], with(""), with("{"), with(`{"a":1}`), with("null null"), []byte(strings.Repeat("x", 5<<20)),
		[]byte("\x02" + string(good[1:])), []byte("\x01x" + string(good[2:])),
	} {
		if err := broker.Publish(t.Context(), "sideband.topic.texts", data); err != nil {
			t.Fatal(err)
		}
		refused++
	}
	if err := pubsub.NewTopic[int](buses[1], "picky").Publish(t.Context(), 1); err != nil { // another version of the program
		t.Fatal(err)
	}
	refused++
	for _, payload := range []string{"", "7", `{"full":1}`, `{"join":[{"who":7}]}`, `{"leave":[{}]}`, `{"join":[{}]}`} {
		if err := broker.Publish(t.Context(), "sideband.presence.here", with(payload)); err != nil {
			t.Fatal(err)
		}
		refused++
	}
	// These can be decoded, but change nothing.
	for _, payload := range []string{`{}`, `{"ask":"nobody"}`, `{"gone":true}`, `{"seq":7,"leave":["eve"]}`, `{"seq":1,"full":true,"join":[{"who":"eve","since":-1},{"who":"eve","since":1}],"leave":["ann"]}`, `{"seq":2,"leave":["eve","ann"]}`, `{"gone":true}`} {
		if err := broker.Publish(t.Context(), "sideband.presence.here", with(payload)); err != nil {
			t.Fatal(err)
		}
	}
	if n := buses[0].Stats().Refused; int(n) != refused {
		t.Errorf("%d and not %d were refused", n, refused)
	}
	for _, heard := range v.work() {
		if heard == "picked" || !strings.Contains(heard, "ann") {
			t.Errorf("heard %q", heard)
		}
	}
	if who := here.List(); len(who) != 1 || who[0] != "ann" {
		t.Errorf("%q", who)
	}
	publish(t, pubsub.NewTopic[string](buses[1], "texts"), "and on")
	v.expect("and on")
}

// A process subscribes once for all its views, and cancels a little after the last has ended.
func TestSubscribingAtABroker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broker := &memory{}
		bus := &pubsub.Bus{Broker: broker}
		topic := pubsub.NewTopic[string](bus, "posts")
		expect := func(asked, cancelled, stand int) {
			t.Helper()
			broker.set(func(m *memory) {
				if m.asked != asked || m.cancels != cancelled || m.stand() != stand {
					t.Errorf("asked %d times, cancelled %d times, %d stand", m.asked, m.cancels, m.stand())
				}
			})
		}
		a, b := subscribed(t, topic), subscribed(t, topic)
		a.end()
		time.Sleep(time.Hour)
		expect(1, 0, 1)
		b.end()
		synctest.Wait()
		c := subscribed(t, topic) // soon enough
		time.Sleep(time.Hour)
		expect(1, 0, 1)
		c.end()
		time.Sleep(time.Hour)
		expect(1, 1, 0)
		d := subscribed(t, topic)
		if err := pubsub.NewTopic[string](&pubsub.Bus{Broker: broker}, "posts").Publish(t.Context(), "again"); err != nil {
			t.Error(err)
		}
		d.expect("again")
		bus.Close()
		expect(2, 2, 0)
	})
}

func TestAClosedBus(t *testing.T) {
	for name, broker := range map[string]pubsub.Broker{"without a broker": nil, "with a broker": &memory{}} {
		t.Run(name, func(t *testing.T) {
			bus := &pubsub.Bus{Broker: broker}
			topic, here := pubsub.NewTopic[string](bus, "posts"), pubsub.NewPresence[string](bus, "here")
			v := subscribed(t, topic)
			v.must(func(s *views.Socket) error { return pubsub.Join(s, here, "ann", page.present) })
			v.connect(true)
			v.work()
			bus.Close()
			bus.Close()
			if err := topic.Publish(t.Context(), "late"); !errors.Is(err, pubsub.ErrClosed) {
				t.Error(err)
			}
			for what, f := range map[string]func(s *views.Socket) error{
				"publish":   func(s *views.Socket) error { return topic.Publish(s, "late") },
				"subscribe": func(s *views.Socket) error { return pubsub.Subscribe(s, topic.Of("x"), page.got) },
				"join":      func(s *views.Socket) error { return pubsub.Join(s, here, "bob", page.present) },
			} {
				if err := v.do(f); !errors.Is(err, pubsub.ErrClosed) {
					t.Errorf("%s: %v", what, err)
				}
			}
			v.must(func(s *views.Socket) error { pubsub.Unsubscribe(s, topic); pubsub.Leave(s, here); return nil })
			v.connect(false)
			v.expect()
			v.end()
		})
	}
}
