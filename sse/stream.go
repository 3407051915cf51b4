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

// longAgo is a write deadline that has passed.
var longAgo = time.Unix(1, 0)

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
	head, tail *message // handed to r3labs and not yet written, in order
	pending    int      // messages in that list, heartbeats not counted
	bytes      int      // their data
	refused    bool     // a Send was refused since the queue was last empty
	open       bool     // r3labs knows the client
	writing    bool     // the head of the list is being written
	finishing  bool     // Finish or FinishNow was called
	cut        bool     // FinishNow was called
	over       bool     // no more may be written, and the response may be someone else's
	written    uint32   // the tick of the last write
	onDrain    func()
	err        error // the write that failed
}

// Send queues an unnamed message. A browser remembers id when it has the message; with an
// empty id the last one stays. Line ends in data become \n, anything else is sent as it
// is. Empty data sends nothing, since no client would see it.
//
// False means that the queue is full or the stream is over, and that nothing was queued:
// [Stream.Done] tells the two apart. True says that the message is on its way, not that
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
	if st.over || st.finishing || st.ctx.Err() != nil {
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

// Finish sends a last message without an id, after those that wait, and ends the stream
// when it is written. It has room even if the queue is full. Empty data only ends the
// stream. The connection stays usable for other requests. Later calls, and calls when
// the stream is over, do nothing. The stream keeps data as Send does.
func (st *Stream) Finish(data []byte) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.finishing {
		st.last(data)
	}
}

// FinishNow is [Stream.Finish] for a client that shall not get what waits for it: that is
// dropped unwritten, with the last message of a Finish before. A message whose write has
// begun is completed first. Later calls, and calls when the stream is over, do nothing.
func (st *Stream) FinishNow(data []byte) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.cut {
		return
	}
	st.cut = true
	waiting := st.head
	if st.writing {
		waiting = waiting.next
	}
	for m := waiting; m != nil; m = m.next {
		m.dropped = true // it stays in the list, which goes in step with r3labs
	}
	st.last(data)
}

// last ends the stream with a message. The caller holds mu.
func (st *Stream) last(data []byte) {
	if st.over {
		return
	}
	st.finishing = true
	if len(data) > 0 && !st.publish(newMessage("", "", data)) {
		st.cancel()
	}
	if st.head == nil {
		st.cancel()
	}
}

// Close drops the client now. What waits is lost. It may be called any number of times,
// and after the stream is over.
func (st *Stream) Close() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.drop()
}

// drop ends a write that hangs as well. The caller holds mu: once over is set no deadline
// is armed, so this one stays.
func (st *Stream) drop() {
	if !st.over {
		st.over = true
		_ = st.control.SetWriteDeadline(longAgo) // it worked when the stream was opened
	}
	st.cancel()
}

// Done is closed when the stream is over or about to be: the client is gone or dropped,
// or the last message is written. Nothing can be sent then.
func (st *Stream) Done() <-chan struct{} { return st.ctx.Done() }

// begin tells that r3labs passes messages on.
func (st *Stream) begin() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.open = true
	st.written = st.server.tick.Load()
}

// arm gives the next write its time.
func (st *Stream) arm() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.over {
		return errOver
	}
	return st.control.SetWriteDeadline(time.Now().Add(st.server.config.WriteTimeout))
}

// disarm takes the deadline back. HTTP/2 resets a stream when it passes even if nothing
// is being written.
func (st *Stream) disarm() {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.over {
		_ = st.control.SetWriteDeadline(time.Time{})
	}
}

// next reports whether the message that r3labs has come to is to be written.
func (st *Stream) next() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.writing = st.head != nil && !st.head.dropped
	return st.writing
}

// wrote takes the message that was just written off the list and says what follows.
func (st *Stream) wrote() {
	st.mu.Lock()
	st.writing = false
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
		if !st.over && !st.finishing {
			drained = st.onDrain
		}
	}
	st.mu.Unlock()
	if drained != nil {
		drained()
	}
}

// fail drops the client because of err, unless it has been dropped before.
func (st *Stream) fail(err error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.over {
		st.err = err
	}
	st.drop()
}

func (st *Stream) failure() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.err
}

func (st *Stream) finishes() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.finishing
}

// leave ends the stream from Serve's side. Afterwards the response and its connection are
// net/http's again, and Close must not touch them.
func (st *Stream) leave() {
	_ = st.arm() // for what net/http writes to end the response
	st.mu.Lock()
	defer st.mu.Unlock()
	st.over = true
	st.cancel()
}

// Ended reports whether the stream is over or about to be.
func (st *Stream) Ended() bool { return st.ctx.Err() != nil }
