package sse

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"
)

// ErrName is what [Connection.SendNamed] returns for an event name that is empty or holds a
// line end or NUL, and for a named event without data.
var ErrName = errors.New("sse: event name is empty or has a line end, or the event has no data")

// errConnectionClosed is why nothing is written to a connection that has ended.
var errConnectionClosed = errors.New("sse: connection is closed")

// Connection is an open event stream to one client, with a bounded queue of messages.
// [Server.Serve] makes it. All methods may be called from any goroutine, also within the
// callbacks, and none of them waits for the client.
type Connection struct {
	server       *Server
	name         string // r3labs' name of it: random, never sent
	ctx          context.Context
	cancel       context.CancelFunc
	control      *http.ResponseController
	unsubscribed chan struct{} // closed when r3labs has unsubscribed the client

	mu          sync.Mutex
	head, tail  *message  // handed to r3labs and not yet written, in order
	pending     int       // messages in that list, without heartbeats
	bytes       int       // the size of their data
	refused     bool      // a Send was refused since the queue was last empty
	open        bool      // r3labs has subscribed the client
	finishing   bool      // Finish or FinishNow was called
	discarded   bool      // Discard or FinishNow was called
	finishedNow bool      // FinishNow was called
	closed      bool      // nothing may be written: the response may be net/http's again
	lastWrite   uint32    // the tick of the last write
	deadlineSet time.Time // when arm last set the write deadline
	onDrain     func()
	err         error // the write that failed
}

// Send queues an unnamed message and reports whether it did. A browser remembers id once it
// has the message; an empty id keeps the last one. Line ends in data become \n, anything else
// is sent as it is. Empty data sends nothing, since no client would see it.
//
// Send returns false if the queue is full, or if the connection has ended ([Connection.Done] is
// closed) or accepts no more messages ([Connection.Finish], [Connection.Discard]). True means
// that the message is queued, not that it has arrived.
//
// The connection keeps data until it is written: do not change it afterwards. One slice may be
// sent on many connections.
//
// Send panics if id has a line end or NUL.
func (conn *Connection) Send(id string, data []byte) bool {
	return conn.send("", id, data)
}

// SendNamed queues an event with a name, which browsers pass to listeners of that name, as
// [Connection.Send] does. It returns [ErrName] for a name or data that cannot be sent.
func (conn *Connection) SendNamed(name, id string, data []byte) (bool, error) {
	if name == "" || len(data) == 0 || strings.ContainsAny(name, "\r\n\x00") {
		return false, ErrName
	}
	return conn.send(name, id, data), nil
}

func (conn *Connection) send(name, id string, data []byte) bool {
	m := newMessage(name, id, data)
	size := len(m.event.Data)

	conn.mu.Lock()
	defer conn.mu.Unlock()
	if conn.closed || conn.finishing || conn.discarded || conn.ctx.Err() != nil {
		return false
	}
	if size == 0 {
		return true // r3labs would end the response
	}
	limits := &conn.server.config
	if conn.pending >= limits.MaxPending || conn.pending > 0 && conn.bytes+size > limits.MaxPendingBytes {
		conn.refused = true
		return false
	}
	return conn.publish(m)
}

// publish passes m to r3labs. The caller holds mu, so that the list and r3labs' queue have
// the same order.
func (conn *Connection) publish(m *message) bool {
	event := &m.event
	if m.isHeartbeat() {
		event = &heartbeat
	}
	if !conn.server.events.TryPublish(conn.name, event) {
		return false
	}
	if conn.tail == nil {
		conn.head = m
	} else {
		conn.tail.next = m
	}
	conn.tail = m
	if !m.isHeartbeat() {
		conn.pending++
		conn.bytes += len(m.event.Data)
	}
	return true
}

// OnDrain sets a function that is called when the queue is empty again after a Send was
// refused. It runs on the goroutine of [Server.Serve], which writes nothing until it returns.
// Set it in the opened callback, before the first Send; a later call replaces it.
func (conn *Connection) OnDrain(f func()) {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.onDrain = f
}

// begin marks the connection open: r3labs delivers messages from now on.
func (conn *Connection) begin() {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.open = true
	conn.lastWrite = conn.server.tick.Load()
}

// arm sets the deadline of the next write. Writes within an eighth of WriteTimeout share one.
func (conn *Connection) arm() error {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if conn.closed {
		return errConnectionClosed
	}
	now, limit := time.Now(), conn.server.config.WriteTimeout
	if now.Sub(conn.deadlineSet) < limit/8 {
		return nil
	}
	conn.deadlineSet = now
	return conn.control.SetWriteDeadline(now.Add(limit))
}

// disarm removes the deadline. HTTP/2 resets a stream when it passes, even if nothing is being
// written.
func (conn *Connection) disarm() {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if !conn.closed {
		conn.deadlineSet = time.Time{}
		_ = conn.control.SetWriteDeadline(time.Time{})
	}
}

// next reports whether the message that r3labs delivers now is to be written.
func (conn *Connection) next() bool {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	return conn.head != nil && !conn.head.dropped
}

// wrote removes the message that was just written from the list, then ends the connection or
// calls the drain callback if it is time to.
func (conn *Connection) wrote() {
	conn.mu.Lock()
	if m := conn.head; m != nil {
		if conn.head = m.next; conn.head == nil {
			conn.tail = nil
		}
		if !m.isHeartbeat() {
			conn.pending--
			conn.bytes -= len(m.event.Data)
		}
	}
	conn.lastWrite = conn.server.tick.Load()
	if conn.finishing && conn.head == nil {
		conn.cancel()
	}
	var drained func()
	if conn.refused && conn.pending == 0 {
		conn.refused = false
		if !conn.closed && !conn.finishing && !conn.discarded {
			drained = conn.onDrain
		}
	}
	conn.mu.Unlock()
	if drained != nil {
		drained()
	}
}
