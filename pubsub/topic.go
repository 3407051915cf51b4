package pubsub

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/sideband-go/sideband/views"
)

// Topic is a name on a bus with the type of its messages. Create it with [NewTopic]; the zero value
// panics on use. Copy it freely: it is small, and safe for concurrent use.
type Topic[M any] struct {
	bus  *Bus
	name string
}

// NewTopic returns the topic of this name. Any string is a name. Calls with the same name and
// type return the same topic; NewTopic panics if the bus has a topic of this name with another
// type.
func NewTopic[M any](bus *Bus, name string) Topic[M] {
	bus.register("Topic", name, reflect.TypeFor[M]())
	return Topic[M]{bus, escape.Replace(name)}
}

// Of returns the topic of one of many things, such as a room or a user. Any string is an id.
// Different names and ids never give the same topic.
func (t Topic[M]) Of(id string) Topic[M] { return Topic[M]{t.bus, t.name + ":" + escape.Replace(id)} }

// Name returns the name, with ids after colons: "posts:go". A colon or percent sign in a name
// or an id is written %3A or %25.
func (t Topic[M]) Name() string { return t.name }

func (t Topic[M]) on() *Bus {
	if t.bus == nil {
		panic(fmt.Sprintf("pubsub: a Topic[%v] that was not made by NewTopic: is a field of the page not filled?", reflect.TypeFor[M]()))
	}
	return t.bus
}

// Publish sends m to all subscribers. It neither waits for them nor returns their errors.
//
// In a callback, pass the socket as ctx: m is sent when the callback succeeds, and not at all if
// it fails or is rolled back. Subscriptions of the same page or component run before the next
// rendering, so that the answer to an event shows their result. With any other context, Publish
// sends m at once.
//
// With a broker, Publish returns ErrTooLarge or the error of encoding m before it sends anything.
// Outside of callbacks it sends m to the subscribers of this process, then waits until the broker
// accepts m or ctx is done, and returns the broker's error. Callbacks don't wait for the broker:
// its errors are logged.
func (t Topic[M]) Publish(ctx context.Context, m M) error {
	b := t.on()
	data, err := b.encode(m)
	if err != nil {
		return fmt.Errorf("pubsub: topic %s: %w", t.name, err)
	}
	if s, ok := ctx.(*views.Socket); ok {
		return t.later(s, m, data, false)
	}
	if b.isClosed() {
		return ErrClosed
	}
	b.counters.published.Add(1)
	b.deliver(t.name, caused{ctx, m}, nil)
	if b.Broker == nil {
		return nil
	}
	if err := b.Broker.Publish(ctx, t.subject(), b.envelope(topicMessage, data)); err != nil {
		b.counters.unsent.Add(1)
		b.missed(t.subject())
		return fmt.Errorf("pubsub: topic %s: publish to the broker: %w", t.name, err)
	}
	return nil
}

// Prepare checks and encodes m. publish then sends it at once to all subscribers, for code that must know beforehand that m
// can be sent: once a transaction has been committed, say. It never waits, also if a callback calls it: the broker's errors
// are logged. The error is ErrClosed, ErrTooLarge or that of encoding m.
func (t Topic[M]) Prepare(m M) (publish func(), err error) {
	b := t.on()
	data, err := b.encode(m)
	switch {
	case err != nil:
		return nil, fmt.Errorf("pubsub: topic %s: %w", t.name, err)
	case b.isClosed():
		return nil, ErrClosed
	}
	return func() {
		b.counters.published.Add(1)
		b.deliver(t.name, m, nil)
		if b.Broker != nil {
			b.enqueue(outgoing{t.subject(), b.envelope(topicMessage, data)})
		}
	}, nil
}

// PublishToOthers publishes m when the callback succeeds, to all subscribers except those of the
// callback's own view, its page and all its components.
func (t Topic[M]) PublishToOthers(s *views.Socket, m M) error {
	data, err := t.on().encode(m)
	if err != nil {
		return fmt.Errorf("pubsub: topic %s: %w", t.name, err)
	}
	return t.later(s, m, data, true)
}

// later publishes m when the callback has succeeded.
func (t Topic[M]) later(s *views.Socket, m M, data []byte, others bool) error {
	b, me := t.bus, s.Ref()
	if b.isClosed() {
		return ErrClosed
	}
	var own []*subscriber
	if !others {
		own = b.subscribers(t.name, me)
		for _, sub := range own {
			if err := sub.sendFrom(s, m); err != nil {
				return fmt.Errorf("pubsub: topic %s: %w", t.name, err)
			}
		}
	}
	s.OnCommit(func() {
		b.counters.published.Add(1)
		b.counters.delivered.Add(uint64(len(own)))
		b.deliver(t.name, caused{s, m}, func(sub *subscriber) bool {
			if others {
				return sub.ref.SameView(me)
			}
			for _, o := range own {
				if o == sub {
					return true
				}
			}
			return false
		})
		if b.Broker != nil {
			b.enqueue(outgoing{t.subject(), b.envelope(topicMessage, data)})
		}
	})
	return nil
}

// caused is a message with what has published it, for telemetry.
type caused struct {
	cause   context.Context
	message any
}

func (t Topic[M]) subject() string { return subject(t.bus.prefix(), "topic", t.name) }

// Subscribe runs h for each message that is published to the topic from now on. h is a method
// expression, such as Page.posted, of the component of the callback, of an enclosing component,
// or of the page.
//
// Subscribe takes effect at once, so that no message is missed while the callback reads a database;
// messages that arrive before the callback has returned wait. The subscription ends with the page or
// component of the callback, or at once if the callback fails. If the method is subscribed already,
// Subscribe does nothing.
//
// Without a broker, Subscribe returns ErrClosed or nil. With one, the first subscription of the
// process to a topic waits for the broker and returns its error.
func Subscribe[V, M any](s *views.Socket, t Topic[M], h func(V, *views.Socket, M) error) error {
	b, ref := t.on(), s.Ref()
	code := reflect.ValueOf(h).Pointer()
	if b.markSubscribedAgain(t.name, ref, code) {
		return nil
	}
	sub := &subscriber{name: t.name, ref: ref, code: code, index: -1}
	bound := views.SendFuncFrom(ref, h, func(v V, s *views.Socket, m M) error {
		s.OnRollback(func() { b.lag(ref, &sub.lagged) })
		return h(v, s, m)
	})
	sub.send = func(m any) error {
		c, ok := m.(caused)
		if ok {
			m = c.message
		}
		v, _ := m.(M) // a nil interface is its zero value
		return bound(c.cause, v)
	}
	sub.sendFrom = func(s *views.Socket, m any) error {
		v, _ := m.(M)
		return views.Send(s, h, v)
	}
	sub.stop = s.OnEnd(func() { b.unsubscribe(sub) })
	if err := b.subscribe(sub, decoder[M]); err != nil {
		sub.stop()
		return err
	}
	if b.Broker == nil {
		return nil
	}
	if err := b.acquireFeed(s, &sub.feedRef, t.subject(), b.receiver(t.name)); err != nil {
		b.unsubscribe(sub)
		sub.stop()
		return fmt.Errorf("pubsub: topic %s: subscribe at the broker: %w", t.name, err)
	}
	return nil
}

// Unsubscribe ends the subscriptions of the page or component of the callback to the topic. It
// takes effect when the callback succeeds. Messages that are already in the mailbox still arrive.
func Unsubscribe[M any](s *views.Socket, t Topic[M]) {
	b := t.on()
	subs := b.subscribers(t.name, s.Ref())
	if len(subs) == 0 {
		return
	}
	generations := make([]uint64, len(subs))
	b.mu.RLock()
	for i, sub := range subs {
		generations[i] = sub.generation
	}
	b.mu.RUnlock()
	s.OnCommit(func() {
		for i, sub := range subs {
			b.mu.RLock()
			again := sub.generation != generations[i] // subscribed again, later in the same callback
			b.mu.RUnlock()
			if !again {
				b.unsubscribe(sub)
				sub.stop()
			}
		}
	})
}

func decoder[M any](data []byte) (any, error) {
	var m M
	err := json.Unmarshal(data, &m)
	return m, err
}
