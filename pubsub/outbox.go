package pubsub

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// brokerPatience is how long the broker may take for a message of the outbox.
	brokerPatience = 10 * time.Second
	// closePatience is how long Close waits for the outbox to be sent.
	closePatience = 5 * time.Second
)

// outbox queues what callbacks have published until the broker has accepted it, so that views do not
// wait. A goroutine runs while the queue is not empty.
type outbox struct {
	mu      sync.Mutex
	queue   []outgoing
	busy    bool
	closed  bool
	failing bool // the last message was not accepted, which is logged once
	ctx     context.Context
	cancel  context.CancelFunc
	work    sync.WaitGroup
}

type outgoing struct {
	subject string
	data    []byte
}

// enqueue queues a message for the broker.
func (b *Bus) enqueue(subject string, data []byte) {
	o := &b.outbox
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		b.unsent(ErrClosed)
		return
	case len(o.queue) >= b.maxOutbox():
		b.unsent(fmt.Errorf("%d wait for the broker already", len(o.queue)))
		return
	}
	o.queue = append(o.queue, outgoing{subject, data})
	if o.busy {
		return
	}
	if o.ctx == nil {
		o.ctx, o.cancel = context.WithCancel(context.Background())
	}
	o.busy = true
	o.work.Go(b.flush)
}

// flush sends the queued messages, on the outbox's goroutine.
func (b *Bus) flush() {
	o := &b.outbox
	done := false
	defer func() {
		if done {
			return
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		b.unsent(errExited)
		o.work.Go(b.flush)
	}()
	for {
		o.mu.Lock()
		if len(o.queue) == 0 {
			o.busy, o.queue = false, nil
			o.mu.Unlock()
			done = true
			return
		}
		next := o.queue[0]
		o.queue[0] = outgoing{}
		o.queue = o.queue[1:]
		o.mu.Unlock()
		err := b.publishOne(next)
		o.mu.Lock()
		if err != nil {
			b.unsent(err)
		} else {
			o.failing = false
		}
		o.mu.Unlock()
	}
}

// publishOne sends a message to the broker, whose code is the application's and may panic.
func (b *Bus) publishOne(m outgoing) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	ctx, cancel := context.WithTimeout(b.outbox.ctx, brokerPatience)
	defer cancel()
	return b.Broker.Publish(ctx, m.subject, m.data)
}

// unsent counts a message that the broker did not accept. It logs the first one since the last
// that was accepted. The caller holds the outbox's mutex.
func (b *Bus) unsent(err error) {
	b.counters.unsent.Add(1)
	if !b.outbox.failing {
		b.outbox.failing = true
		b.log().Error("pubsub: messages to other processes are lost", "err", err)
	}
}

// close waits until the queue is empty, for closePatience at most.
func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	cancel := o.cancel
	o.mu.Unlock()
	if cancel == nil {
		return
	}
	timer := time.AfterFunc(closePatience, cancel)
	o.work.Wait()
	timer.Stop()
	cancel()
}
