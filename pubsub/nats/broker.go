// Package natsbroker connects the processes of an application over NATS: it is a [pubsub.Broker].
//
//	nc, err := nats.Connect("nats://broker:4222", nats.MaxReconnects(-1))
//	bus := &pubsub.Bus{Broker: &natsbroker.Broker{Conn: nc}}
//
// It is a module of its own, so that only programs that use it download a client for NATS.
package natsbroker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/sideband-go/sideband/pubsub"
)

// ErrDisconnected is returned by Publish while there is no connection.
var ErrDisconnected = errors.New("natsbroker: not connected")

// Broker carries messages between processes by NATS subjects (not JetStream). Do not change its fields
// once it is in use, and do not copy it. All methods are safe for concurrent use.
//
// A message has been accepted when the server has answered. What was lost, because the connection was, or
// because this process was too slow, is noticed: the bus remounts the views concerned.
type Broker struct {
	// Conn is the connection, which may serve other purposes, too. It must reconnect for ever
	// (nats.MaxReconnects(-1)): once it is closed, other processes hear nothing any more. Close the bus
	// first, then the connection.
	Conn *nats.Conn
	// MaxPending bounds the messages of one subject that have arrived and wait to be delivered.
	// Beyond it they are dropped, which the bus is told. Default: 10,000.
	MaxPending int
	// MaxPendingBytes bounds their bytes. Default: 16 MiB, or twice what the server accepts as one message.
	MaxPendingBytes int
	// Logger gets what no caller waits for: lost connections and what was dropped. Default: slog.Default().
	Logger *slog.Logger

	published, received, dropped, gaps atomic.Uint64

	mu     sync.Mutex
	subs   map[*subscription]struct{}
	status chan nats.Status // watched while there are subscriptions
}

var _ pubsub.GapNotifier = (*Broker)(nil)

// Stats has the counters of a broker since it was made, and what it holds now.
type Stats struct {
	Connected     bool
	Subscriptions int

	Published uint64 // messages that the server has accepted
	Received  uint64 // messages from the server, also those of this process
	Dropped   uint64 // messages that were dropped at MaxPending or MaxPendingBytes
	// Gaps counts how often the bus was told that messages of a subject may have been lost.
	Gaps uint64
}

// Stats returns the counters as they are now.
func (b *Broker) Stats() Stats {
	b.mu.Lock()
	n := len(b.subs)
	b.mu.Unlock()
	return Stats{
		Connected: b.Conn.IsConnected(), Subscriptions: n,
		Published: b.published.Load(), Received: b.received.Load(), Dropped: b.dropped.Load(), Gaps: b.gaps.Load(),
	}
}

func (b *Broker) log() *slog.Logger {
	if b.Logger != nil {
		return b.Logger
	}
	return slog.Default()
}

// patience is how long the server may take to answer where the caller sets no time.
const patience = 5 * time.Second

// Publish is part of [pubsub.Broker]. It returns when the server has the message, ErrDisconnected at once
// while there is no connection, and nats.ErrMaxPayload for a message that the server does not accept. A
// message for which it returns another error may have been sent.
func (b *Broker) Publish(ctx context.Context, subject string, data []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !b.Conn.IsConnected() { // it would be sent at some time, after the bus has called it lost
		return ErrDisconnected
	}
	if err := b.Conn.Publish(subject, data); err != nil {
		return fmt.Errorf("natsbroker: publish: %w", err)
	}
	if err := b.flush(ctx); err != nil {
		return fmt.Errorf("natsbroker: publish: %w", err)
	}
	b.published.Add(1)
	return nil
}

// flush waits until the server has handled everything that was sent.
func (b *Broker) flush(ctx context.Context) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	return b.Conn.FlushWithContext(ctx)
}

// Subscribe is part of [pubsub.Broker].
func (b *Broker) Subscribe(subject string, deliver func(data []byte)) (cancel func(), err error) {
	return b.SubscribeGaps(subject, deliver, func() {})
}

// subscription is one of a subject.
type subscription struct {
	broker  *Broker
	gap     func()
	nats    *nats.Subscription
	dropped int // what NATS has counted; used by deliveries, one at a time
}

// SubscribeGaps is part of [pubsub.GapNotifier]. It returns when the subscription is in effect. If
// there is no connection, it returns at once, and the subscription takes effect with the connection.
func (b *Broker) SubscribeGaps(subject string, deliver func(data []byte), gap func()) (cancel func(), err error) {
	s := &subscription{broker: b, gap: gap}
	ready := make(chan struct{})
	s.nats, err = b.Conn.Subscribe(subject, func(m *nats.Msg) {
		<-ready // s.nats is set
		b.received.Add(1)
		s.checkDropped()
		deliver(m.Data)
	})
	close(ready)
	if err != nil {
		return nil, fmt.Errorf("natsbroker: subscribe: %w", err)
	}
	if err := s.nats.SetPendingLimits(b.limits()); err != nil {
		_ = s.nats.Unsubscribe()
		return nil, fmt.Errorf("natsbroker: subscribe: %w", err)
	}
	b.add(s)
	if !b.Conn.IsConnected() {
		return func() { b.remove(s) }, nil
	}
	// If it has no answer because the connection was lost, gap is called when there is another one.
	if err := b.flush(context.Background()); err != nil && b.Conn.IsConnected() {
		b.remove(s)
		return nil, fmt.Errorf("natsbroker: subscribe: %w", err)
	}
	return func() { b.remove(s) }, nil
}

// limits returns the bounds of what waits for one subscription.
func (b *Broker) limits() (messages, bytes int) {
	messages, bytes = b.MaxPending, b.MaxPendingBytes
	if messages <= 0 {
		messages = 10_000
	}
	if bytes <= 0 {
		bytes = max(16<<20, 2*int(b.Conn.MaxPayload()))
	}
	return messages, bytes
}

// checkDropped tells the bus if messages were dropped since the last one. Messages are dropped only while
// others wait, so there is always one more that is delivered.
func (s *subscription) checkDropped() {
	n, err := s.nats.Dropped()
	if err != nil || n == s.dropped { // the subscription has ended, or nothing was
		return
	}
	s.broker.dropped.Add(uint64(n - s.dropped))
	s.broker.log().Warn("natsbroker: messages were dropped, since they came faster than they could be delivered", "subject", s.nats.Subject, "messages", n-s.dropped)
	s.dropped = n
	s.broker.gaps.Add(1)
	s.gap()
}

// add begins to watch the connection with the first subscription.
func (b *Broker) add(s *subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs == nil {
		b.subs = map[*subscription]struct{}{}
	}
	b.subs[s] = struct{}{}
	if b.status == nil {
		b.status = b.Conn.StatusChanged(nats.CONNECTED, nats.RECONNECTING, nats.CLOSED)
		go b.watch(b.status)
	}
}

// remove ends a subscription. The connection is not watched after the last one.
func (b *Broker) remove(s *subscription) {
	b.mu.Lock()
	_, found := b.subs[s]
	delete(b.subs, s)
	if found && len(b.subs) == 0 && b.status != nil {
		b.Conn.RemoveStatusListener(b.status)
		b.status = nil
	}
	b.mu.Unlock()
	if found {
		_ = s.nats.Unsubscribe() // it fails if the connection is closed, which ends it too
	}
}

// watch tells the bus that messages may have been lost whenever there is a new connection. It ends when
// status is closed.
func (b *Broker) watch(status chan nats.Status) {
	for s := range status {
		switch s {
		case nats.CONNECTED:
			b.reconnected()
		case nats.CLOSED:
			b.log().Error("natsbroker: the connection is closed: other processes hear nothing any more")
		default:
			b.log().Warn("natsbroker: the connection is lost")
		}
	}
}

// reconnected tells the bus of a gap of each subscription, once they are in effect again.
func (b *Broker) reconnected() {
	for b.flush(context.Background()) != nil {
		if !b.Conn.IsConnected() {
			return // the next connection will
		}
	}
	b.mu.Lock()
	list := make([]*subscription, 0, len(b.subs))
	for s := range b.subs {
		list = append(list, s)
	}
	b.mu.Unlock()
	b.log().Info("natsbroker: connected again", "subscriptions", len(list))
	for _, s := range list {
		b.gaps.Add(1)
		s.gap()
	}
}
