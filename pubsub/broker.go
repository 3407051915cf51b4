package pubsub

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sideband-go/sideband/views"
)

// Broker carries bytes between processes. NATS and Redis pub/sub fill it in a few lines.
// Its methods are called from many goroutines.
type Broker interface {
	// Publish sends data to whoever has subscribed to the subject, in all processes; this
	// process may be among them. Data of one goroutine arrives in order, or not at all.
	// Publish must return when ctx is done.
	Publish(ctx context.Context, subject string, data []byte) error
	// Subscribe calls deliver for what is published to the subject from now on, one
	// after the other and in order, until cancel is called. deliver does not wait for
	// anything, and data may be used again when it has returned. A broker that loses its connection makes it again, and
	// subscribes again, by itself. cancel must not wait for a deliver that is running.
	Subscribe(subject string, deliver func(data []byte)) (cancel func(), err error)
}

// linger is how long a subscription at the broker outlives its last user: a view that is
// mounted again soon finds it.
const linger = 5 * time.Second

// hold is a share in a feed. The bus's mutex guards it.
type hold struct {
	feed  *feed
	ended bool // it is to have none any more
}

// feed is a subscription at the broker. The bus's mutex guards it, but for ready.
type feed struct {
	subject string
	users   int
	ready   chan struct{} // closed when the broker has answered
	err     error
	cancel  func() // set when the broker has answered
	dropped bool   // what still comes is not taken
	timer   *time.Timer
	over    sync.Once
}

// drop stops taking messages. The caller holds the bus's mutex.
func (f *feed) drop() {
	f.dropped = true
	if f.timer != nil {
		f.timer.Stop()
	}
}

// end cancels the subscription of a dropped feed, if there is one yet.
func (f *feed) end(b *Bus) {
	select {
	case <-f.ready:
		if f.cancel != nil {
			f.over.Do(func() { b.cancel(f) })
		}
	default: // who asked the broker will
	}
}

// cancel calls the broker, whose code is the application's.
func (b *Bus) cancel(f *feed) {
	defer func() {
		if r := recover(); r != nil {
			b.log().Error("pubsub: cancelling a subscription at the broker panicked", "subject", f.subject, "panic", r)
		}
	}()
	f.cancel()
}

// follow subscribes at the broker, or shares the subscription that there is, and waits
// until it stands. The share is kept in h.
func (b *Bus) follow(ctx context.Context, h *hold, subject string, take func(nodeID, []byte) bool) error {
	b.mu.Lock()
	switch {
	case b.closed:
		b.mu.Unlock()
		return ErrClosed
	case h.ended: // the callback was given up meanwhile
		b.mu.Unlock()
		return views.ErrGone
	}
	f := b.feeds[subject]
	first := f == nil
	if first {
		f = &feed{subject: subject, ready: make(chan struct{})}
		if b.feeds == nil {
			b.feeds = map[string]*feed{}
		}
		b.feeds[subject] = f
	}
	f.users++
	if f.timer != nil {
		f.timer.Stop()
		f.timer = nil
	}
	h.feed = f
	b.mu.Unlock()
	if first {
		b.open(f, take)
	}
	select {
	case <-f.ready:
		return f.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// open asks the broker.
func (b *Bus) open(f *feed, take func(nodeID, []byte) bool) {
	cancel, err := func() {}, errExited
	defer func() { b.opened(f, cancel, err) }() // also if Subscribe ends its goroutine
	cancel, err = subscribeAt(b.Broker, f.subject, func(data []byte) {
		b.mu.RLock()
		dropped := f.dropped
		b.mu.RUnlock()
		if !dropped {
			b.arrived(data, take)
		}
	})
}

var errExited = errors.New("the broker ended its goroutine")

// opened takes the broker's answer.
func (b *Bus) opened(f *feed, cancel func(), err error) {
	b.mu.Lock()
	f.err, f.cancel = err, cancel
	if err != nil {
		f.drop()
		if b.feeds[f.subject] == f {
			delete(b.feeds, f.subject)
		}
	}
	dropped := f.dropped
	close(f.ready)
	b.mu.Unlock()
	if dropped {
		f.end(b)
	}
}

func subscribeAt(br Broker, subject string, deliver func([]byte)) (cancel func(), err error) {
	defer func() {
		if r := recover(); r != nil {
			cancel, err = nil, fmt.Errorf("panic: %v", r)
		}
	}()
	return br.Subscribe(subject, deliver)
}

// unfollow gives up a share of a subscription. The last one ends it a little later. The
// caller holds the bus's mutex.
func (b *Bus) unfollow(h *hold) {
	h.ended = true
	f := h.feed
	if f == nil {
		return
	}
	h.feed = nil
	f.users--
	if f.users == 0 && !f.dropped {
		f.timer = time.AfterFunc(linger, func() { b.leave(f) })
	}
}

func (b *Bus) leave(f *feed) {
	b.mu.Lock()
	if b.closed || f.users > 0 || f.dropped {
		b.mu.Unlock()
		return
	}
	f.drop()
	delete(b.feeds, f.subject)
	b.work.Add(1) // before Close waits: the bus is not closed
	b.mu.Unlock()
	defer b.work.Done()
	f.end(b)
}

// arrived takes data from the broker. Whatever it is, it does not panic.
func (b *Bus) arrived(data []byte, take func(nodeID, []byte) bool) {
	defer func() {
		if r := recover(); r != nil {
			b.count.refused.Add(1)
			b.log().Error("pubsub: decoding a message from the broker panicked", "panic", r)
		}
	}()
	node, payload, ok := b.unwrap(data)
	switch {
	case !ok:
		b.count.refused.Add(1)
	case node == b.self(): // it has been delivered
	default:
		b.count.received.Add(1)
		if !take(node, payload) {
			b.count.refused.Add(1)
		}
	}
}
