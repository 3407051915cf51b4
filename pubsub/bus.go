package pubsub

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"time"

	"github.com/sideband-go/sideband/internal/applog"
)

// Errors of a bus.
var (
	// ErrClosed is returned by a bus that was closed.
	ErrClosed = errors.New("pubsub: the bus is closed")
	// ErrTooLarge is returned for a message that is larger, encoded, than Bus.MaxMessage.
	ErrTooLarge = errors.New("pubsub: the message is too large for the broker")
)

// Bus carries messages to who has subscribed to their topic. The zero value works
// inside one process. The fields must not be changed once the bus is used, and a Bus
// must not be copied. All of it is safe for concurrent use.
type Bus struct {
	// Broker carries messages to other processes. Default: none.
	Broker Broker
	// Prefix begins each subject at the broker, so that several programs can share it.
	// Default: "sideband".
	Prefix string
	// MaxMessage bounds an encoded message for the broker, in bytes, and one that comes from it.
	// Default: 1 MB, which is what NATS allows.
	MaxMessage int
	// MaxOutbox bounds the messages that callbacks have published and the broker has not
	// taken yet. What comes beyond is lost for the other processes, and logged.
	// Default: 10,000.
	MaxOutbox int
	// LeaveGrace is how long somebody whose stream has closed is still present: reloads,
	// reconnects and the way from page to page should make no noise. Default: 15 s.
	LeaveGrace time.Duration
	// Heartbeat is how often processes tell each other who is present. A process that is
	// silent for three heartbeats is taken for dead. Default: 12 s.
	Heartbeat time.Duration
	// Logger is told what nobody waits for. Default: slog.Default().
	Logger *slog.Logger

	count    counters
	out      outbox
	laggards laggards

	node     nodeID // random, made once
	nodeOnce sync.Once

	mu       sync.RWMutex
	closed   bool
	types    map[string]reflect.Type
	channels map[string]*channel
	places   map[string]place
	feeds    map[string]*feed
	ticking  *time.Timer    // of the beat; nil while nobody is present
	work     sync.WaitGroup // what Close waits for
}

// place is the room of a presence, whatever it tells of people.
type place interface {
	receive(from nodeID, data []byte) bool
	beat()
	close()
}

func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

func (b *Bus) prefix() string       { return or(b.Prefix, "sideband") }
func (b *Bus) maxMessage() int      { return or(b.MaxMessage, 1<<20) }
func (b *Bus) maxOutbox() int       { return or(b.MaxOutbox, 10_000) }
func (b *Bus) grace() time.Duration { return or(b.LeaveGrace, 15*time.Second) }
func (b *Bus) every() time.Duration { return or(b.Heartbeat, 12*time.Second) }

func (b *Bus) log() *slog.Logger {
	if b.Logger != nil {
		return applog.Guard(b.Logger)
	}
	return applog.Guard(slog.Default())
}

// register notes the type of a name. The same name with the same type is the same thing.
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

// self is the id of this process at the broker.
func (b *Bus) self() nodeID {
	b.nodeOnce.Do(func() { _, _ = rand.Read(b.node[:]) }) // it never fails
	return b.node
}

// Close ends all that the bus has begun and returns when it has ended: what waits for the
// broker is given five seconds, the other processes are told who has left, and the
// subscriptions at the broker are cancelled. Subscribers get nothing any more. Later
// calls return [ErrClosed]. The views should have ended before: shut the kit down first.
//
// A bus without a broker need not be closed.
func (b *Bus) Close() {
	b.mu.Lock()
	var places []place
	var feeds []*feed
	if !b.closed {
		for _, p := range b.places {
			places = append(places, p)
		}
		for _, f := range b.feeds {
			feeds = append(feeds, f)
			f.drop()
		}
	}
	b.closed = true
	b.channels, b.places, b.feeds = nil, nil, nil
	b.stopHeartbeat()
	b.mu.Unlock()
	for _, p := range places {
		p.close()
	}
	b.laggards.close()
	b.out.close()
	for _, f := range feeds {
		f.end(b)
	}
	b.work.Wait()
}

func (b *Bus) isClosed() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.closed
}
