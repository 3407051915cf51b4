// Package redisbroker connects the processes of an application over Redis: it is a [pubsub.Broker].
//
//	client := redis.NewClient(&redis.Options{Addr: "broker:6379", ContextTimeoutEnabled: true})
//	bus := &pubsub.Bus{Broker: &redisbroker.Broker{Client: client}}
//
// It is a module of its own, so that only programs that use it download a client for Redis.
package redisbroker

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/sideband-go/sideband/pubsub"
)

// Broker carries messages between processes by Redis channels (PUBLISH and SUBSCRIBE). It also works with
// what speaks Redis' protocol, such as Valkey. Do not change its fields once it is in use, and do not copy
// it. All methods are safe for concurrent use.
//
// One connection, which the broker opens with the first subscription and closes after the last one,
// receives the messages of all subjects. What was lost because it was lost is noticed: the bus remounts
// the views concerned.
type Broker struct {
	// Client is a client of a server, a cluster or a failover group; it may serve other purposes, too.
	// With ContextTimeoutEnabled in its options, Publish returns when its context ends, otherwise after
	// the client's own timeouts. Close the bus first, then the client.
	Client redis.UniversalClient
	// Idle is how long the connection may be silent before it is tested, and then how long the server
	// may take to answer. Default: 10 s.
	Idle time.Duration
	// Logger gets what no caller waits for: lost connections. Default: slog.Default().
	Logger *slog.Logger

	published, received, gaps, connects atomic.Uint64

	mu      sync.Mutex
	entries map[string]*entry // by subject
	cancel  context.CancelFunc
	conn    *redis.PubSub // nil while there is no connection
	failed  chan struct{} // closed while the server can't be reached
}

var _ pubsub.GapNotifier = (*Broker)(nil)

// entry is a subject with its subscriptions. The broker's mutex guards it.
type entry struct {
	subs map[*subscription]struct{}
	// ready is closed when the server has confirmed the subscription. It is replaced when the
	// connection is lost.
	ready chan struct{}
	lost  bool // the bus is told when the server confirms
}

type subscription struct {
	deliver func([]byte)
	gap     func()
}

// Stats has the counters of a broker since it was made, and what it holds now.
type Stats struct {
	Connected     bool // for what is received
	Subscriptions int

	Published uint64 // messages that the server has accepted
	Received  uint64 // messages from the server, also those of this process
	Connects  uint64 // connections for what is received
	// Gaps counts how often the bus was told that messages of a subject may have been lost.
	Gaps uint64
}

// Stats returns the counters as they are now.
func (b *Broker) Stats() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := Stats{
		Connected: b.conn != nil, Published: b.published.Load(), Received: b.received.Load(),
		Connects: b.connects.Load(), Gaps: b.gaps.Load(),
	}
	for _, e := range b.entries {
		s.Subscriptions += len(e.subs)
	}
	return s
}

func (b *Broker) log() *slog.Logger {
	if b.Logger != nil {
		return b.Logger
	}
	return slog.Default()
}

func (b *Broker) idle() time.Duration {
	if b.Idle > 0 {
		return b.Idle
	}
	return 10 * time.Second
}

// once is a command that the client does not send again, since the server may have run it.
type once struct{ *redis.IntCmd }

func (once) NoRetry() bool { return true }

// Publish is part of [pubsub.Broker]. It returns when the server has the message. A message for which it
// returns an error may have been sent; it is not sent again.
func (b *Broker) Publish(ctx context.Context, subject string, data []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	cmd := once{redis.NewIntCmd(ctx, "publish", subject, data)}
	_ = b.Client.Process(ctx, cmd) // the error is the command's
	if err := cmd.Err(); err != nil {
		return fmt.Errorf("redisbroker: publish: %w", err)
	}
	b.published.Add(1)
	return nil
}

// patience is how long Subscribe waits for the server.
const patience = 5 * time.Second

// Subscribe is part of [pubsub.Broker].
func (b *Broker) Subscribe(subject string, deliver func(data []byte)) (cancel func(), err error) {
	return b.SubscribeGaps(subject, deliver, func() {})
}

// SubscribeGaps is part of [pubsub.GapNotifier]. It returns when the subscription is in effect. If the
// server can't be reached, or does not confirm it within 5 s, it returns nevertheless, and the subscription
// takes effect later.
func (b *Broker) SubscribeGaps(subject string, deliver func(data []byte), gap func()) (cancel func(), err error) {
	s := &subscription{deliver, gap}
	b.mu.Lock()
	e := b.entries[subject]
	first := e == nil
	if first {
		e = &entry{subs: map[*subscription]struct{}{}, ready: make(chan struct{})}
		if b.entries == nil {
			b.entries = map[string]*entry{}
		}
		b.entries[subject] = e
	}
	e.subs[s] = struct{}{}
	ready, conn := e.ready, b.conn
	if b.cancel == nil {
		ctx, cancel := context.WithCancel(context.Background())
		b.cancel, b.failed = cancel, make(chan struct{})
		go b.run(ctx)
	} else if first && conn != nil {
		b.write(conn, func() error { return conn.Subscribe(context.Background(), subject) })
	}
	failed := b.failed
	b.mu.Unlock()

	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-ready:
	case <-failed:
	case <-timer.C:
		b.log().Warn("redisbroker: a subscription is not in effect yet", "subject", subject)
	}
	b.mu.Lock()
	select {
	case <-ready:
	default:
		e.lost = true
	}
	b.mu.Unlock()
	return func() { b.remove(subject, s) }, nil
}

// write sends a command on the connection, whose loop ends if that fails. The caller holds the mutex.
func (b *Broker) write(conn *redis.PubSub, f func() error) {
	if f() != nil {
		_ = conn.Close()
	}
}

// remove ends a subscription. The connection ends after the last one.
func (b *Broker) remove(subject string, s *subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.entries[subject]
	if e == nil {
		return
	}
	if delete(e.subs, s); len(e.subs) > 0 {
		return
	}
	delete(b.entries, subject)
	switch conn := b.conn; {
	case len(b.entries) == 0:
		b.cancel()
		b.cancel = nil
		if conn != nil {
			_ = conn.Close()
			b.conn = nil
		}
	case conn != nil:
		b.write(conn, func() error { return conn.Unsubscribe(context.Background(), subject) })
	}
}

// take handles what the server has sent.
func (b *Broker) take(m any) {
	switch m := m.(type) {
	case *redis.Message:
		b.received.Add(1)
		for _, s := range b.subscriptions(m.Channel) {
			s.deliver([]byte(m.Payload))
		}
	case *redis.Subscription:
		if m.Kind == "subscribe" && b.confirm(m.Channel) {
			for _, s := range b.subscriptions(m.Channel) {
				b.gaps.Add(1)
				s.gap()
			}
		}
	}
}

func (b *Broker) subscriptions(subject string) []*subscription {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.entries[subject]
	if e == nil {
		return nil
	}
	list := make([]*subscription, 0, len(e.subs))
	for s := range e.subs {
		list = append(list, s)
	}
	return list
}

// confirm notes that a subscription is in effect, and reports whether messages may have been lost.
func (b *Broker) confirm(subject string) (lost bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.entries[subject]
	if e == nil {
		return false
	}
	lost, e.lost = e.lost, false
	select {
	case <-e.ready:
		return true // the client has connected again by itself
	default:
		close(e.ready)
	}
	return lost
}
