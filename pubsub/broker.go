package pubsub

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sideband-go/sideband/views"
)

// Broker carries bytes between processes. There is one for NATS and one for Redis, each in a module of its
// own (pubsub/nats and pubsub/redis). Many goroutines call its methods.
type Broker interface {
	// Publish sends data to all subscribers of the subject in all other processes; it may also
	// send it to this one. Data of one goroutine arrives in order or not at all. Publish must
	// return when ctx is done.
	Publish(ctx context.Context, subject string, data []byte) error
	// Subscribe calls deliver for all data that is published to the subject from now on, one
	// after the other and in order, until cancel is called. deliver never blocks. The broker may
	// reuse data once deliver has returned. It must reconnect and subscribe again by itself if it
	// loses its connection. cancel must not wait for a running deliver.
	Subscribe(subject string, deliver func(data []byte)) (cancel func(), err error)
}

// GapNotifier is a [Broker] that knows when it may have lost data, as after a lost connection. The bus
// then remounts the views that may have missed messages, and asks the other processes for their members.
type GapNotifier interface {
	Broker
	// SubscribeGaps subscribes as Subscribe does. It also calls gap, which never blocks, when data of the
	// subject may have been lost and the subscription is in effect again: what is published after
	// that is delivered. deliver and gap may be called at the same time.
	//
	// While the broker can't be reached, SubscribeGaps returns no error but calls gap later, so
	// that pages work meanwhile, each process for itself.
	SubscribeGaps(subject string, deliver func(data []byte), gap func()) (cancel func(), err error)
}

// linger is how long a subscription at the broker is kept without a user, for views that are
// remounted soon.
const linger = 5 * time.Second

// feedRef is a reference to a feed. The bus's mutex guards it.
type feedRef struct {
	feed     *feed
	released bool // it must not get a feed
}

// feed is a subscription at the broker, shared by its users. The bus's mutex guards all fields
// but ready.
type feed struct {
	subject    string
	users      int
	ready      chan struct{} // closed when Subscribe of the broker has returned
	err        error
	cancel     func() // set before ready is closed
	dropped    bool   // further data is ignored
	timer      *time.Timer
	cancelOnce sync.Once
}

// drop ignores further data. The caller holds the bus's mutex.
func (f *feed) drop() {
	f.dropped = true
	if f.timer != nil {
		f.timer.Stop()
	}
}

// cancelIfReady cancels the subscription of a dropped feed, if the broker has answered already.
func (f *feed) cancelIfReady(b *Bus) {
	select {
	case <-f.ready:
		if f.cancel != nil {
			f.cancelOnce.Do(func() { b.cancelFeed(f) })
		}
	default: // feedOpened will
	}
}

// cancelFeed calls the broker, whose code is the application's and may panic.
func (b *Bus) cancelFeed(f *feed) {
	defer func() {
		if r := recover(); r != nil {
			b.log().Error("pubsub: cancelling a subscription at the broker panicked", "subject", f.subject, "panic", r)
		}
	}()
	f.cancel()
}

// acquireFeed subscribes at the broker, or joins the existing subscription, and waits until
// the broker has answered. It stores the reference in ref, for releaseFeed.
func (b *Bus) acquireFeed(ctx context.Context, ref *feedRef, subject string, to receiver) error {
	b.mu.Lock()
	switch {
	case b.closed:
		b.mu.Unlock()
		return ErrClosed
	case ref.released: // the callback was abandoned meanwhile
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
	ref.feed = f
	b.mu.Unlock()
	if first {
		b.openFeed(f, to)
	}
	select {
	case <-f.ready:
		return f.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// receiver takes what a feed brings.
type receiver struct {
	take func(from nodeID, data []byte) bool // returns false if data is not valid
	gap  func()                              // something was lost
}

// openFeed subscribes at the broker.
func (b *Bus) openFeed(f *feed, to receiver) {
	cancel, err := func() {}, errExited
	defer func() { b.feedOpened(f, cancel, err) }() // also if Subscribe calls runtime.Goexit
	cancel, err = subscribeAt(b.Broker, f.subject, func(data []byte) {
		if !b.isDropped(f) {
			b.receiveFromBroker(data, to)
		}
	}, func() {
		if !b.isDropped(f) {
			b.counters.gaps.Add(1)
			to.gap()
			b.tellMissed() // the broker is back
		}
	})
}

func (b *Bus) isDropped(f *feed) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return f.dropped
}

// errExited is the error for a broker that has called runtime.Goexit.
var errExited = errors.New("the broker ended its goroutine")

// feedOpened stores the broker's answer.
func (b *Bus) feedOpened(f *feed, cancel func(), err error) {
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
		f.cancelIfReady(b)
	}
}

func subscribeAt(br Broker, subject string, deliver func([]byte), gap func()) (cancel func(), err error) {
	defer func() {
		if r := recover(); r != nil {
			cancel, err = nil, fmt.Errorf("panic: %v", r)
		}
	}()
	if n, ok := br.(GapNotifier); ok {
		return n.SubscribeGaps(subject, deliver, gap)
	}
	return br.Subscribe(subject, deliver)
}

// releaseFeed releases a reference. The subscription ends when it has had none for the time linger. The
// caller holds the bus's mutex.
func (b *Bus) releaseFeed(ref *feedRef) {
	ref.released = true
	f := ref.feed
	if f == nil {
		return
	}
	ref.feed = nil
	f.users--
	if f.users == 0 && !f.dropped {
		f.timer = time.AfterFunc(linger, func() { b.expireFeed(f) })
	}
}

// expireFeed cancels a subscription that still has no user.
func (b *Bus) expireFeed(f *feed) {
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
	f.cancelIfReady(b)
}

// receiveFromBroker passes data from the broker on. It never panics.
func (b *Bus) receiveFromBroker(data []byte, to receiver) {
	defer func() {
		if r := recover(); r != nil {
			b.counters.refused.Add(1)
			b.log().Error("pubsub: decoding a message from the broker panicked", "panic", r)
		}
	}()
	kind, node, payload, ok := b.unwrap(data)
	switch {
	case !ok:
		b.counters.refused.Add(1)
	case node == b.self(): // it was delivered when it was published
	case kind == gapMessage:
		b.counters.gaps.Add(1)
		to.gap()
	default:
		b.counters.received.Add(1)
		if !to.take(node, payload) {
			b.counters.refused.Add(1)
		}
	}
}
