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
	// After a failure the pauses between attempts to tell the other processes double from
	// firstAttempt to lastAttempt.
	firstAttempt = time.Second
	lastAttempt  = 10 * time.Second
	// maxMissed bounds the subjects whose subscribers in other processes are to be told.
	maxMissed = 10_000
)

// outbox queues what callbacks have published until the broker has accepted it, so that views do not
// wait. A goroutine runs while there is something to send.
//
// A message that the broker does not accept is lost, but not silently: once the broker accepts messages
// again, the subscribers in other processes are told that they have missed one.
type outbox struct {
	mu      sync.Mutex
	queue   []outgoing
	busy    bool
	closed  bool
	failing bool // the last message was not accepted, which is logged once
	ctx     context.Context
	cancel  context.CancelFunc
	work    sync.WaitGroup

	missed  map[string]struct{} // the subjects of topics with lost messages
	telling bool                // their subscribers are told now
	attempt *time.Timer         // the next attempt; nil if none is due
	pause   time.Duration       // before the last attempt
}

type outgoing struct {
	subject string
	data    []byte
}

// enqueue queues a message for the broker.
func (b *Bus) enqueue(m outgoing) {
	o := &b.outbox
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		b.unsent(m, ErrClosed)
		return
	case len(o.queue) >= b.maxOutbox():
		b.unsent(m, fmt.Errorf("%d wait for the broker already", len(o.queue)))
		return
	}
	o.queue = append(o.queue, m)
	b.startFlush()
}

// startFlush starts the outbox's goroutine unless it runs. The caller holds the outbox's mutex.
func (b *Bus) startFlush() {
	o := &b.outbox
	if o.busy {
		return
	}
	if o.ctx == nil {
		o.ctx, o.cancel = context.WithCancel(context.Background())
	}
	o.busy = true
	o.work.Go(b.flush)
}

// flush sends what is queued, on the outbox's goroutine.
func (b *Bus) flush() {
	o := &b.outbox
	var m outgoing
	done := false
	defer func() {
		if done {
			return
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		b.unsent(m, errExited)
		o.work.Go(b.flush)
	}()
	for {
		o.mu.Lock()
		var ok bool
		if m, ok = b.next(); !ok {
			o.busy, o.queue = false, nil
			o.mu.Unlock()
			done = true
			return
		}
		o.mu.Unlock()
		err := b.publishOne(m)
		o.mu.Lock()
		if err != nil {
			b.unsent(m, err)
		} else {
			o.failing = false
			o.telling = len(o.missed) > 0
		}
		o.mu.Unlock()
	}
}

// next takes what is to be sent next, if there is something. The caller holds the outbox's mutex.
func (b *Bus) next() (m outgoing, ok bool) {
	o := &b.outbox
	if len(o.queue) > 0 {
		m = o.queue[0]
		o.queue[0] = outgoing{}
		o.queue = o.queue[1:]
		return m, true
	}
	if !o.telling {
		return m, false
	}
	for subject := range o.missed {
		delete(o.missed, subject)
		return outgoing{subject, b.envelope(gapMessage, nil)}, true
	}
	o.telling, o.pause = false, 0
	return m, false
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
func (b *Bus) unsent(m outgoing, err error) {
	o := &b.outbox
	o.telling = false
	kind := m.data[1]
	if kind != presenceMessage { // whose updates are numbered
		b.addMissed(m.subject)
	}
	if kind == gapMessage {
		return
	}
	b.counters.unsent.Add(1)
	if !o.failing {
		o.failing = true
		b.log().Error("pubsub: messages to other processes are lost", "err", err)
	}
}

// missed remembers that a message to a topic was lost.
func (b *Bus) missed(subject string) {
	b.outbox.mu.Lock()
	defer b.outbox.mu.Unlock()
	b.addMissed(subject)
}

// addMissed is missed for a caller that holds the outbox's mutex.
func (b *Bus) addMissed(subject string) {
	o := &b.outbox
	if o.closed || len(o.missed) >= maxMissed {
		return
	}
	if o.missed == nil {
		o.missed = map[string]struct{}{}
	}
	o.missed[subject] = struct{}{}
	if o.attempt == nil {
		o.pause = min(max(2*o.pause, firstAttempt), lastAttempt)
		o.attempt = time.AfterFunc(jittered(o.pause), func() {
			o.mu.Lock()
			o.attempt = nil
			o.mu.Unlock()
			b.tellMissed()
		})
	}
}

// tellMissed tells the subscribers in other processes which topics have lost messages.
func (b *Bus) tellMissed() {
	o := &b.outbox
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed && len(o.missed) > 0 {
		o.telling = true
		b.startFlush()
	}
}

// closeOutbox waits until everything is sent, for closePatience at most.
func (b *Bus) closeOutbox() {
	o := &b.outbox
	o.mu.Lock()
	o.closed = true
	if o.attempt != nil {
		o.attempt.Stop()
		o.attempt = nil
	}
	if len(o.missed) > 0 {
		o.telling = true
		b.startFlush()
	}
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
