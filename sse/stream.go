package sse

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"
)

// ErrName is what [Stream.SendNamed] returns for an event name that is empty or holds a
// line end or NUL, and for a named event without data.
var ErrName = errors.New("sse: event name is empty or has a line end, or the event has no data")

// errOver is why nothing is written to a stream that has ended.
var errOver = errors.New("sse: stream is over")

// Stream is the way to one connected client. [Server.Serve] makes it. All methods may be
// called from any goroutine, also within the callbacks, and none of them waits for the
// client.
type Stream struct {
	server       *Server
	name         string // r3labs' name of it: random, known to nobody else
	ctx          context.Context
	cancel       context.CancelFunc
	control      *http.ResponseController
	unsubscribed chan struct{} // closed when r3labs has let go of the client

	mu         sync.Mutex
	head, tail *message  // handed to r3labs and not yet written, in order
	pending    int       // messages in that list, heartbeats not counted
	bytes      int       // their data
	refused    bool      // a Send was refused since the queue was last empty
	open       bool      // r3labs knows the client
	finishing  bool      // Finish or FinishNow was called
	discarded  bool      // Discard or FinishNow was called
	cut        bool      // FinishNow was called
	over       bool      // no more may be written, and the response may be someone else's
	written    uint32    // the tick of the last write
	armed      time.Time // when a write was last given its time
	onDrain    func()
	err        error // the write that failed
}

// Send queues an unnamed message. A browser remembers id when it has the message; with an
// empty id the last one stays. Line ends in data become \n, anything else is sent as it
// is. Empty data sends nothing, since no client would see it.
//
// False means that the queue is full, or that the stream is over or takes no more
// ([Stream.Finish], [Stream.Discard]), and that nothing was queued. When it is over,
// [Stream.Done] is closed. True says that the message is on its way, not that
// it has arrived.
//
// The stream keeps data until it is written: it must not be changed afterwards. One slice
// may be sent on many streams.
//
// An id with a line end or NUL is a mistake of the program: Send panics.
func (st *Stream) Send(id string, data []byte) bool {
	return st.send("", id, data)
}

// SendNamed is [Stream.Send] for an event with a name, which browsers hand to listeners
// of that name. It returns [ErrName] for a name or data that cannot be sent.
func (st *Stream) SendNamed(name, id string, data []byte) (bool, error) {
	if name == "" || len(data) == 0 || strings.ContainsAny(name, "\r\n\x00") {
		return false, ErrName
	}
	return st.send(name, id, data), nil
}

func (st *Stream) send(name, id string, data []byte) bool {
	m := newMessage(name, id, data)
	size := len(m.event.Data)

	st.mu.Lock()
	defer st.mu.Unlock()
	if st.over || st.finishing || st.discarded || st.ctx.Err() != nil {
		return false
	}
	if size == 0 {
		return true // r3labs would end the response
	}
	limits := &st.server.config
	if st.pending >= limits.MaxPending || st.pending > 0 && st.bytes+size > limits.MaxPendingBytes {
		st.refused = true
		return false
	}
	return st.publish(m)
}

// publish hands m to r3labs. The caller holds mu, so that the list and r3labs' queue have
// the same order.
func (st *Stream) publish(m *message) bool {
	event := &m.event
	if m.isHeartbeat() {
		event = &heartbeat
	}
	if !st.server.events.TryPublish(st.name, event) {
		return false
	}
	if st.tail == nil {
		st.head = m
	} else {
		st.tail.next = m
	}
	st.tail = m
	if !m.isHeartbeat() {
		st.pending++
		st.bytes += len(m.event.Data)
	}
	return true
}

// Idle reports whether every message has been written.
func (st *Stream) Idle() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.pending == 0
}

// OnDrain sets what is called when the queue has become empty after a Send was refused.
// It runs on the goroutine of [Server.Serve], which writes nothing until it returns. Set
// it in the opened callback, before the first Send; a later call replaces it.
func (st *Stream) OnDrain(f func()) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.onDrain = f
}

// begin tells that r3labs passes messages on.
func (st *Stream) begin() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.open = true
	st.written = st.server.tick.Load()
}

// arm gives the next write its time, less an eighth at most: many writes share one.
func (st *Stream) arm() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.over {
		return errOver
	}
	now, limit := time.Now(), st.server.config.WriteTimeout
	if now.Sub(st.armed) < limit/8 {
		return nil
	}
	st.armed = now
	return st.control.SetWriteDeadline(now.Add(limit))
}

// disarm takes the deadline back. HTTP/2 resets a stream when it passes even if nothing
// is being written.
func (st *Stream) disarm() {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.over {
		st.armed = time.Time{}
		_ = st.control.SetWriteDeadline(time.Time{})
	}
}

// next reports whether the message that r3labs has come to is to be written.
func (st *Stream) next() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.head != nil && !st.head.dropped
}

// wrote takes the message that was just written off the list and says what follows.
func (st *Stream) wrote() {
	st.mu.Lock()
	if m := st.head; m != nil {
		if st.head = m.next; st.head == nil {
			st.tail = nil
		}
		if !m.isHeartbeat() {
			st.pending--
			st.bytes -= len(m.event.Data)
		}
	}
	st.written = st.server.tick.Load()
	if st.finishing && st.head == nil {
		st.cancel()
	}
	var drained func()
	if st.refused && st.pending == 0 {
		st.refused = false
		if !st.over && !st.finishing && !st.discarded {
			drained = st.onDrain
		}
	}
	st.mu.Unlock()
	if drained != nil {
		drained()
	}
}
