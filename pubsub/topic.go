package pubsub

import (
	"context"
	"fmt"
	"reflect"

	"github.com/sideband-go/sideband/views"
)

// Topic is a name on a bus, and the type of the messages that are published there. Make
// it with [NewTopic]; the zero value panics when it is used. It is a small value, to be
// copied, and safe for concurrent use.
type Topic[M any] struct {
	bus  *Bus
	name string
}

// NewTopic returns the topic of this name. Any string is a name. It panics if the bus has
// a topic of the same name and another type of messages; asked for with the same type,
// it is the same topic.
func NewTopic[M any](bus *Bus, name string) Topic[M] {
	bus.register("Topic", name, reflect.TypeFor[M]())
	return Topic[M]{bus, escape.Replace(name)}
}

// Of is the topic of one of many: a room, a user. Any string is an id, and whatever the
// names and ids are, no two topics are taken for one.
func (t Topic[M]) Of(id string) Topic[M] { return Topic[M]{t.bus, t.name + ":" + escape.Replace(id)} }

// Name is the topic's name, with the ids after colons: "posts:go". A colon or percent sign
// within a name or an id is written %3A or %25.
func (t Topic[M]) Name() string { return t.name }

func (t Topic[M]) on() *Bus {
	if t.bus == nil {
		panic(fmt.Sprintf("pubsub: a Topic[%v] that was not made by NewTopic: is a field of the page not filled?", reflect.TypeFor[M]()))
	}
	return t.bus
}

// Publish sends m to all who have subscribed. It never waits for them, and whether there
// are any, and what becomes of m there, is no matter to the publisher.
//
// In a callback, pass the socket itself as ctx: m is then sent when the callback has
// succeeded, and never if it fails. The subscriptions of the same page or component run
// before the next rendering, so that the answer to an event shows what came of it. With
// any other context m is sent at once.
//
// With a broker, Publish returns ErrTooLarge, or the error of encoding m, before anything
// is sent. Outside of callbacks it then waits until the broker has taken m, or ctx is done,
// and returns the broker's error, when the subscribers in this process have m already;
// callbacks don't wait, and such an error is logged.
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
	b.count.published.Add(1)
	b.deliver(t.name, m, nil)
	if b.Broker == nil {
		return nil
	}
	if err := b.Broker.Publish(ctx, t.subject(), b.envelope(topicMessage, data)); err != nil {
		b.count.unsent.Add(1)
		return fmt.Errorf("pubsub: topic %s: publish to the broker: %w", t.name, err)
	}
	return nil
}

// PublishToOthers is Publish from a callback to all but its own view, with all the
// components there.
func (t Topic[M]) PublishToOthers(s *views.Socket, m M) error {
	data, err := t.on().encode(m)
	if err != nil {
		return fmt.Errorf("pubsub: topic %s: %w", t.name, err)
	}
	return t.later(s, m, data, true)
}

// later publishes when the callback has succeeded.
func (t Topic[M]) later(s *views.Socket, m M, data []byte, others bool) error {
	b, me := t.bus, s.Ref()
	if b.isClosed() {
		return ErrClosed
	}
	var own []*subscriber
	if !others {
		own = b.subscribers(t.name, me)
		for _, sub := range own {
			if err := sub.tell(s, m); err != nil {
				return fmt.Errorf("pubsub: topic %s: %w", t.name, err)
			}
		}
	}
	s.OnCommit(func() {
		b.count.published.Add(1)
		b.count.delivered.Add(uint64(len(own)))
		b.deliver(t.name, m, func(sub *subscriber) bool {
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
			b.send(t.subject(), b.envelope(topicMessage, data))
		}
	})
	return nil
}

func (t Topic[M]) subject() string { return subject(t.bus.prefix(), "topic", t.name) }
