package pubsub

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// brokerPatience is how long the broker may take for one message that nobody waits for.
	brokerPatience = 10 * time.Second
	// closePatience is how long Close waits for what has not been sent.
	closePatience = 5 * time.Second
)

// outbox holds what callbacks have published until the broker has taken it, so that
// views don't wait for it. A goroutine works it off while there is something.
type outbox struct {
	mu      sync.Mutex
	queue   []outgoing
	busy    bool
	closed  bool
	failing bool // the last one was not taken: said once
	ctx     context.Context
	cancel  context.CancelFunc
	work    sync.WaitGroup
}

type outgoing struct {
	subject string
	data    []byte
}

// send queues a message for the broker.
func (b *Bus) send(subject string, data []byte) {
	o := &b.out
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
	o.work.Go(b.empty)
}

// empty sends what waits.
func (b *Bus) empty() {
	o := &b.out
	over := false
	defer func() {
		if over {
			return
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		b.unsent(errExited)
		o.work.Go(b.empty)
	}()
	for {
		o.mu.Lock()
		if len(o.queue) == 0 {
			o.busy, o.queue = false, nil
			o.mu.Unlock()
			over = true
			return
		}
		next := o.queue[0]
		o.queue[0] = outgoing{}
		o.queue = o.queue[1:]
		o.mu.Unlock()
		err := b.hand(next)
		o.mu.Lock()
		if err != nil {
			b.unsent(err)
		} else {
			o.failing = false
		}
		o.mu.Unlock()
	}
}

func (b *Bus) hand(m outgoing) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	ctx, cancel := context.WithTimeout(b.out.ctx, brokerPatience)
	defer cancel()
	return b.Broker.Publish(ctx, m.subject, m.data)
}

// unsent counts a message that the broker does not get, and says so once until
// there is one that it gets. The caller holds the outbox's mutex.
func (b *Bus) unsent(err error) {
	b.count.unsent.Add(1)
	if !b.out.failing {
		b.out.failing = true
		b.log().Error("pubsub: messages to other processes are lost", "err", err)
	}
}

// close waits for what is queued, but not long.
func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	cancel := o.cancel
	o.mu.Unlock()
	if cancel == nil {
		return
	}
	impatient := time.AfterFunc(closePatience, cancel)
	o.work.Wait()
	impatient.Stop()
	cancel()
}
