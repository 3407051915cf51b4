package pubsub

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/sideband-go/sideband/views"
)

// Subscribe runs h, a method of the page or component, for each message that is
// published to the topic from now on. h may be a method of the component of the callback, or of
// one around it, or of the page: Page.posted, written so.
//
// It takes effect at once, so that what is published while the callback reads a database
// is not missed; messages that come before the callback has returned wait until then. It ends with the page
// or component whose callback this is, and is void if the callback fails. If the same page or
// component has subscribed h to the topic already, nothing changes.
//
// Without a broker, the error is ErrClosed or nil. With one, Subscribe waits until the
// broker has taken the process's first subscription to the topic, and returns its error.
func Subscribe[V, M any](s *views.Socket, t Topic[M], h func(V, *views.Socket, M) error) error {
	b, ref := t.on(), s.Ref()
	code := reflect.ValueOf(h).Pointer()
	if b.resubscribe(t.name, ref, code) {
		return nil
	}
	sub := &subscriber{name: t.name, ref: ref, code: code, index: -1}
	bound := views.SendFunc(ref, func(v V, s *views.Socket, m M) error {
		s.OnRollback(func() { b.lag(ref, &sub.lagged) })
		return h(v, s, m)
	})
	sub.send = func(m any) error {
		v, _ := m.(M) // a nil interface is its zero value
		return bound(v)
	}
	sub.tell = func(s *views.Socket, m any) error {
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
	err := b.follow(s, &sub.hold, t.subject(), func(_ nodeID, data []byte) bool { return b.receive(t.name, data) })
	if err != nil {
		b.unsubscribe(sub)
		sub.stop()
		return fmt.Errorf("pubsub: topic %s: subscribe at the broker: %w", t.name, err)
	}
	return nil
}

// Unsubscribe ends what the page or component of the callback has subscribed to the
// topic, when the callback has succeeded. Messages that are in the mailbox already
// still arrive.
func Unsubscribe[M any](s *views.Socket, t Topic[M]) {
	b := t.on()
	subs := b.subscribers(t.name, s.Ref())
	if len(subs) == 0 {
		return
	}
	turns := make([]uint64, len(subs))
	b.mu.RLock()
	for i, sub := range subs {
		turns[i] = sub.turn
	}
	b.mu.RUnlock()
	s.OnCommit(func() {
		for i, sub := range subs {
			b.mu.RLock()
			again := sub.turn != turns[i] // subscribed again, later in the same callback
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
