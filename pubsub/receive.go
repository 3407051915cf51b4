package pubsub

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// listener is a function that listens to a topic.
type listener struct {
	feedRef // the bus's mutex guards it
	name    string
	f       func(m any)
	gap     func()
}

// Receive calls f for each message that is published to the topic from now on, in this process or another
// one, also with PublishToOthers, until stop is called. It is for code outside of pages, such as a cache; pages [Subscribe].
//
// f runs on the goroutine of whoever publishes, or on the broker's, so it must return soon, and must not
// publish to the same topic. gap, which may be nil, is called when messages of other processes may
// have been lost. Both may be called by several goroutines at a time, and once more while stop is
// called. Panics are logged.
//
// Without a broker, Receive returns ErrClosed or nil. With one, it may also return the broker's error, or
// that of ctx, which bounds how long it waits for the broker.
func (t Topic[M]) Receive(ctx context.Context, f func(m M), gap func()) (stop func(), err error) {
	b := t.on()
	l := &listener{name: t.name, gap: gap, f: func(m any) {
		v, _ := m.(M) // a nil interface is its zero value
		f(v)
	}}
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil, ErrClosed
	}
	ch := b.channel(t.name, decoder[M])
	ch.listeners = append(slices.Clip(ch.listeners), l)
	b.mu.Unlock()
	stop = sync.OnceFunc(func() { b.unlisten(l) })
	if b.Broker == nil {
		return stop, nil
	}
	if err := b.acquireFeed(ctx, &l.feedRef, t.subject(), b.receiver(t.name)); err != nil {
		stop()
		return nil, fmt.Errorf("pubsub: topic %s: subscribe at the broker: %w", t.name, err)
	}
	return stop, nil
}

func (b *Bus) unlisten(l *listener) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.releaseFeed(&l.feedRef)
	if ch := b.channels[l.name]; ch != nil {
		ch.listeners = slices.DeleteFunc(slices.Clone(ch.listeners), func(o *listener) bool { return o == l })
		b.dropUnused(l.name, ch)
	}
}

// call calls a function of a listener, which may panic.
func (b *Bus) call(l *listener, f func()) {
	defer func() {
		if r := recover(); r != nil {
			b.log().Error("pubsub: a listener panicked", "topic", l.name, "panic", r)
		}
	}()
	f()
}

// AnyTopic is a topic whose messages do not matter, but that there are some. A [Topic] is one; so may be another source
// of changes. Its values are compared: they must be comparable.
type AnyTopic interface {
	// Name names the topic in errors and logs. Topics of one type that have the same name are about the same changes, also
	// if they are not equal.
	Name() string
	// Listen calls f after each change from now on, until stop is called, and when changes may have been missed. f never
	// blocks. It may be called by any goroutine, and once more while stop runs. Listen returns when ctx is done.
	Listen(ctx context.Context, f func()) (stop func(), err error)
}

// Listen calls f whenever [Topic.Receive] calls one of its functions, for code that needs no messages.
func (t Topic[M]) Listen(ctx context.Context, f func()) (stop func(), err error) {
	return t.Receive(ctx, func(M) { f() }, f)
}
