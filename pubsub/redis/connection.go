package redisbroker

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// The pauses between attempts to connect double from firstPause to maxPause.
	firstPause = 50 * time.Millisecond
	maxPause   = 2 * time.Second
	// chunk is how many subjects one command subscribes to.
	chunk = 1000
)

// run receives, on a goroutine of its own, until ctx ends.
func (b *Broker) run(ctx context.Context) {
	pause := firstPause
	for ctx.Err() == nil {
		began := time.Now()
		err := b.receive(ctx)
		b.disconnected(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > maxPause { // not if the server closes each connection
			pause = firstPause
		}
		b.log().Warn("redisbroker: the connection is lost", "err", err)
		timer := time.NewTimer(time.Duration((0.8 + 0.4*rand.Float64()) * float64(pause)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
		pause = min(2*pause, maxPause)
	}
}

// receive opens a connection and delivers what comes, until it is lost.
func (b *Broker) receive(ctx context.Context) error {
	conn := b.Client.Subscribe(ctx)
	defer func() { _ = conn.Close() }()
	if err := conn.Ping(ctx); err != nil { // which connects, with no lock held
		return err
	}
	if err := b.subscribeAll(ctx, conn); err != nil {
		return err
	}
	b.connects.Add(1)
	alive := b.test(ctx, conn)
	for {
		m, err := conn.Receive(ctx)
		if err != nil {
			alive.stop()
			return err
		}
		alive.seen.Store(time.Now().UnixNano())
		b.take(m)
	}
}

// aliveness tests a connection that is silent, and closes it if nothing is answered.
type aliveness struct {
	seen  atomic.Int64 // when something came last, in nanoseconds since 1970
	mu    sync.Mutex
	timer *time.Timer // nil once it is stopped
}

func (b *Broker) test(ctx context.Context, conn *redis.PubSub) *aliveness {
	a := &aliveness{}
	a.seen.Store(time.Now().UnixNano())
	a.mu.Lock()
	defer a.mu.Unlock()
	a.timer = time.AfterFunc(b.idle(), func() {
		switch silent := time.Since(time.Unix(0, a.seen.Load())); {
		case silent >= 2*b.idle():
			_ = conn.Close() // which ends Receive
			return
		case silent >= b.idle():
			_ = conn.Ping(ctx) // if it fails, Receive does too
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.timer != nil {
			a.timer.Reset(b.idle())
		}
	})
	return a
}

func (a *aliveness) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.timer.Stop()
	a.timer = nil
}

// subscribeAll makes conn the connection and subscribes to all subjects.
func (b *Broker) subscribeAll(ctx context.Context, conn *redis.PubSub) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	list := make([]string, 0, chunk)
	flush := func() error {
		err := conn.Subscribe(ctx, list...)
		list = list[:0]
		return err
	}
	for subject := range b.entries {
		if list = append(list, subject); len(list) == chunk {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(list) > 0 {
		if err := flush(); err != nil {
			return err
		}
	}
	b.conn = conn
	select {
	case <-b.failed:
		b.failed = make(chan struct{})
	default:
	}
	return nil
}

// disconnected notes that what comes from now on is lost.
func (b *Broker) disconnected(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ctx.Err() != nil { // another loop may have begun
		return
	}
	b.conn = nil
	select {
	case <-b.failed:
	default:
		close(b.failed)
	}
	for _, e := range b.entries {
		select {
		case <-e.ready:
			e.ready, e.lost = make(chan struct{}), true
		default:
		}
	}
}
