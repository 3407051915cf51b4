package pubsub

import (
	"errors"
	"slices"
	"sync/atomic"

	"github.com/sideband-go/sideband/views"
)

// channel holds the subscribers of a topic. The bus's mutex guards it.
type channel struct {
	decode func([]byte) (any, error)
	byRef  map[views.Ref][]*subscriber
	// Publishers read list without the mutex. Once shared is set, elements are changed in a copy
	// only; appending is allowed.
	list   []*subscriber
	shared atomic.Bool

	listeners []*listener // replaced, never changed
}

// subscriber is a method of a page or component that has subscribed.
type subscriber struct {
	name     string
	ref      views.Ref
	code     uintptr // of the method
	send     func(m any) error
	sendFrom func(s *views.Socket, m any) error
	stop     func() bool // cancels OnEnd

	lagged atomic.Bool

	// The bus's mutex guards the fields below.
	feedRef
	index      int    // in the channel's list, or -1
	generation uint64 // counts Subscribe of the same method
}

// markSubscribedAgain reports whether the method is subscribed already, and increments its generation
// then.
func (b *Bus) markSubscribedAgain(name string, ref views.Ref, code uintptr) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	ch := b.channels[name]
	if ch == nil {
		return false
	}
	for _, sub := range ch.byRef[ref] {
		if sub.code == code {
			sub.generation++
			return true
		}
	}
	return false
}

func (b *Bus) subscribe(sub *subscriber, decode func([]byte) (any, error)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return ErrClosed
	case sub.released: // the callback was abandoned meanwhile
		return views.ErrGone
	}
	ch := b.channel(sub.name, decode)
	sub.index = len(ch.list)
	ch.list = append(ch.list, sub)
	ch.byRef[sub.ref] = append(ch.byRef[sub.ref], sub)
	return nil
}

// channel returns the channel of a topic, a new one if it has none. The caller holds the mutex.
func (b *Bus) channel(name string, decode func([]byte) (any, error)) *channel {
	ch := b.channels[name]
	if ch == nil {
		ch = &channel{decode: decode, byRef: map[views.Ref][]*subscriber{}}
		if b.channels == nil {
			b.channels = map[string]*channel{}
		}
		b.channels[name] = ch
	}
	return ch
}

// dropUnused removes a channel without subscribers and listeners. The caller holds the mutex.
func (b *Bus) dropUnused(name string, ch *channel) {
	if len(ch.list)+len(ch.listeners) == 0 {
		delete(b.channels, name)
	}
}

// unsubscribe ends a subscription. Later calls do nothing.
func (b *Bus) unsubscribe(sub *subscriber) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if sub.released {
		return
	}
	b.releaseFeed(&sub.feedRef)
	if ch := b.channels[sub.name]; ch != nil && sub.index >= 0 {
		ch.remove(sub)
		b.dropUnused(sub.name, ch)
	}
}

func (ch *channel) remove(sub *subscriber) {
	if ch.shared.Load() {
		ch.list = slices.Clone(ch.list)
		ch.shared.Store(false)
	}
	last := len(ch.list) - 1
	ch.list[sub.index] = ch.list[last]
	ch.list[sub.index].index = sub.index
	ch.list[last] = nil
	ch.list = ch.list[:last]
	sub.index = -1
	rest := slices.DeleteFunc(ch.byRef[sub.ref], func(s *subscriber) bool { return s == sub })
	if len(rest) == 0 {
		delete(ch.byRef, sub.ref)
	} else {
		ch.byRef[sub.ref] = rest
	}
}

// subscribers returns the subscriptions of one page or component.
func (b *Bus) subscribers(name string, ref views.Ref) []*subscriber {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if ch := b.channels[name]; ch != nil {
		return slices.Clone(ch.byRef[ref])
	}
	return nil
}

// deliver sends m to the subscribers of this process, with no lock held.
func (b *Bus) deliver(name string, m any, skip func(*subscriber) bool) {
	b.mu.RLock()
	list, listeners := b.recipients(name)
	b.mu.RUnlock()
	delivered := uint64(len(listeners))
	plain := m
	if c, ok := m.(caused); ok {
		plain = c.message
	}
	for _, l := range listeners {
		b.call(l, func() { l.f(plain) })
	}
	for _, sub := range list {
		if sub.lagged.Load() || skip != nil && skip(sub) {
			continue
		}
		switch err := sub.send(m); {
		case err == nil:
			delivered++
		case errors.Is(err, views.ErrFull):
			b.lag(sub.ref, &sub.lagged)
		default: // its page or component has ended
			b.unsubscribe(sub)
		}
	}
	b.counters.delivered.Add(delivered)
}

// recipients returns who gets a message. The caller holds the mutex, and must not change the slices.
func (b *Bus) recipients(name string) ([]*subscriber, []*listener) {
	ch := b.channels[name]
	if ch == nil {
		return nil, nil
	}
	ch.shared.Store(true)
	return ch.list, ch.listeners
}

// receiver takes what comes from other processes for a topic.
func (b *Bus) receiver(name string) receiver {
	return receiver{
		take: func(_ nodeID, data []byte) bool { return b.receive(name, data) },
		gap:  func() { b.lagAll(name) },
	}
}

// receive delivers a message of another process. It returns false if data is not one.
func (b *Bus) receive(name string, data []byte) bool {
	b.mu.RLock()
	ch := b.channels[name]
	b.mu.RUnlock()
	if ch == nil {
		return true // the last subscriber has just ended
	}
	m, err := ch.decode(data)
	if err != nil {
		return false
	}
	b.deliver(name, m, nil)
	return true
}
