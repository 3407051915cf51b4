package pubsub

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/internal/applog"
)

// Errors of a bus.
var (
	// ErrClosed is returned by all calls after [Bus.Close].
	ErrClosed = errors.New("pubsub: the bus is closed")
	// ErrTooLarge is returned for a message whose encoding is larger than Bus.MaxMessage.
	ErrTooLarge = errors.New("pubsub: the message is too large for the broker")
)

// Bus carries the messages of topics to their subscribers, and tracks who is present. The zero value
// works inside one process. Do not change its fields once it is in use, and do not copy it. All
// methods are safe for concurrent use.
type Bus struct {
	// Broker carries messages to other processes. Default: none.
	Broker Broker
	// Prefix is the first part of each subject at the broker, so that several programs can share
	// one broker. Default: "sideband".
	Prefix string
	// MaxMessage bounds an encoded message to or from the broker, in bytes.
	// Default: 1 MiB, which is what NATS allows.
	MaxMessage int
	// MaxOutbox bounds the messages that callbacks have published and the broker has not accepted
	// yet. Further ones are logged, and never reach the other processes. Default: 10,000.
	MaxOutbox int
	// LeaveGrace is how long a member stays present after its connection has closed, so that
	// reloads, reconnects and navigation cause no notifications. Default: 15 s.
	LeaveGrace time.Duration
	// Heartbeat is the interval at which processes send each other their members. A process that
	// is silent for three intervals is considered dead. Default: 12 s.
	Heartbeat time.Duration
	// Logger gets errors that no caller waits for. Default: slog.Default().
	Logger *slog.Logger

	counters counters
	outbox   outbox
	laggards laggards

	node     nodeID // random
	nodeOnce sync.Once

	mu             sync.RWMutex
	closed         bool
	types          map[string]reflect.Type
	channels       map[string]*channel
	rooms          map[string]anyRoom
	feeds          map[string]*feed
	heartbeatTimer *time.Timer    // nil while nobody is present
	work           sync.WaitGroup // what Close waits for
}

// anyRoom is a room, whatever the type of its members.
type anyRoom interface {
	receive(from nodeID, data []byte) bool
	resync()
	heartbeat()
	close()
}

func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

func (b *Bus) prefix() string                   { return or(b.Prefix, "sideband") }
func (b *Bus) maxMessage() int                  { return or(b.MaxMessage, 1<<20) }
func (b *Bus) maxOutbox() int                   { return or(b.MaxOutbox, 10_000) }
func (b *Bus) leaveGrace() time.Duration        { return or(b.LeaveGrace, 15*time.Second) }
func (b *Bus) heartbeatInterval() time.Duration { return or(b.Heartbeat, 12*time.Second) }

func (b *Bus) log() *slog.Logger {
	if b.Logger != nil {
		return applog.Guard(b.Logger)
	}
	return applog.Guard(slog.Default())
}

// register records the type of a name. It panics if the name has another type already.
func (b *Bus) register(what, name string, t reflect.Type) {
	if b == nil {
		panic(fmt.Sprintf("pubsub: New%s(%q) needs a bus: give it a *pubsub.Bus, whose zero value works", what, name))
	}
	key := what + " " + name
	b.mu.Lock()
	defer b.mu.Unlock()
	if other, ok := b.types[key]; ok && other != t {
		panic(fmt.Sprintf("pubsub: New%s[%v](bus, %q), but on this bus that name carries %v: give one of them another name", what, t, name, other))
	}
	if b.types == nil {
		b.types = map[string]reflect.Type{}
	}
	b.types[key] = t
}

// self returns the id of this process at the broker.
func (b *Bus) self() nodeID {
	b.nodeOnce.Do(func() { _, _ = rand.Read(b.node[:]) }) // it never fails
	return b.node
}

// Close stops the bus. It sends queued messages to the broker for up to five seconds, notifies the
// other processes that its members have left, cancels its subscriptions at the broker, and waits
// until all of this is done. Subscribers get no more messages, and later calls return [ErrClosed].
// Shut the kit down first, so that its views have ended.
//
// A bus without a broker need not be closed.
func (b *Bus) Close() {
	b.mu.Lock()
	var rooms []anyRoom
	var feeds []*feed
	if !b.closed {
		for _, r := range b.rooms {
			rooms = append(rooms, r)
		}
		for _, f := range b.feeds {
			feeds = append(feeds, f)
			f.drop()
		}
	}
	b.closed = true
	b.channels, b.rooms, b.feeds = nil, nil, nil
	b.stopHeartbeat()
	b.mu.Unlock()
	for _, r := range rooms {
		r.close()
	}
	b.laggards.close()
	b.closeOutbox()
	for _, f := range feeds {
		f.cancelIfReady(b)
	}
	b.work.Wait()
}

func (b *Bus) isClosed() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.closed
}

// Stats has the counters of a bus since it was created, and what it holds now.
type Stats struct {
	Topics      int // with subscribers
	Subscribers int
	Present     int // presences that somebody has joined or watches

	Published uint64 // messages published by this process
	Delivered uint64 // messages put into subscribers' mailboxes
	// Lagged counts subscribers that have lost a message because their mailbox was full. Their
	// views are remounted.
	Lagged uint64
	// Lagging is the number of views that wait to be remounted because they have lagged again.
	Lagging int

	Received uint64 // messages of other processes, from the broker
	Refused  uint64 // data from the broker that is too large or not a message of a bus
	Unsent   uint64 // messages that the broker did not accept
	// Gaps counts how often messages of a topic, or changes of a presence, may have been lost on their
	// way from other processes, as the broker or another process has said. Views that have
	// subscribed to the topic are remounted.
	Gaps uint64
}

// counters are atomic, and aligned wherever the application puts its Bus.
type counters struct {
	published, delivered, lagged, received, refused, unsent, gaps atomic.Uint64
}

// Stats returns the counters as they are now.
func (b *Bus) Stats() Stats {
	c := &b.counters
	s := Stats{
		Published: c.published.Load(), Delivered: c.delivered.Load(), Lagged: c.lagged.Load(),
		Received: c.received.Load(), Refused: c.refused.Load(), Unsent: c.unsent.Load(), Gaps: c.gaps.Load(),
		Lagging: b.laggards.waitingCount(),
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	s.Topics, s.Present = len(b.channels), len(b.rooms)
	for _, ch := range b.channels {
		s.Subscribers += len(ch.list) + len(ch.listeners)
	}
	return s
}
