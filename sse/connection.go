package sse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ErrName is returned by [Connection.SendNamed] for a name that is empty or has a line end or NUL, and
// for an event without data.
var ErrName = errors.New("sse: event name is empty or has a line end, or the event has no data")

// errConnectionClosed is returned for a write to a connection that has ended.
var errConnectionClosed = errors.New("sse: connection is closed")

// Connection is an open event stream to one client, with a bounded queue of messages.
// [Server.Serve] makes it. All methods may be called from any goroutine, also within the
// callbacks, and none of them waits for the client.
type Connection struct {
	server       *Server
	out          *wire
	group        *group
	url          url.URL // of the request that r3labs sees; the pointer to it identifies the connection
	ctx          context.Context
	cancel       context.CancelFunc
	unsubscribed sync.WaitGroup // until r3labs has unsubscribed the client
	drains       sync.WaitGroup // the goroutine that writes the queue

	mu          sync.Mutex
	socket      syscall.RawConn // to write to directly, or nil
	head, tail  *message        // the queue
	pending     int             // messages in the queue, without heartbeats
	bytes       int             // the size of their data
	refused     bool            // a Send was refused since the queue was last empty
	open        bool            // the client is known to be connected: messages may be written
	draining    bool            // a goroutine writes the queue
	finishing   bool            // Finish or FinishNow was called
	discarded   bool            // Discard or FinishNow was called
	finishedNow bool            // FinishNow was called
	closed      bool            // nothing may be written: net/http may use the response again
	lastWrite   uint32          // the tick of the last write
	deadlineSet time.Time       // when arm last set the write deadline
	onDrain     func()
	err         error // of the write that failed
	panicked    any   // the value of a panic in a callback or the response's writer
}

// Send sends an unnamed message, and reports whether the connection has accepted it. It writes the
// message itself if it can (see the package's comment), and else queues it. A browser remembers id once
// it has the message; an empty id keeps the last one. Line ends in data become \n; all else is sent
// unchanged. Empty data sends the id alone, which clients remember and tell nobody of, and nothing without an id.
//
// Send returns false if the queue is full, if the connection has ended ([Connection.Done] is closed),
// or after [Connection.Finish] or [Connection.Discard]. True does not mean that the message has
// arrived.
//
// The connection keeps data until it is written: do not change it after the call. One slice may be
// sent on many connections.
//
// Send panics if id has a line end or NUL.
func (conn *Connection) Send(id string, data []byte) bool {
	return conn.send("", id, data)
}

// SendNamed sends an event with a name, which browsers pass to listeners of that name, as
// [Connection.Send] does. It returns [ErrName] for a name or data that cannot be sent.
func (conn *Connection) SendNamed(name, id string, data []byte) (bool, error) {
	if name == "" || len(data) == 0 || strings.ContainsAny(name, "\r\n\x00") {
		return false, ErrName
	}
	return conn.send(name, id, data), nil
}

func (conn *Connection) send(name, id string, data []byte) bool {
	m := newMessage(name, id, data)
	size := len(m.data)

	conn.mu.Lock()
	defer conn.mu.Unlock()
	if conn.finishing || conn.discarded || conn.isOver() {
		return false
	}
	if size == 0 && id == "" {
		return true
	}
	limits := &conn.server.config
	if conn.pending >= limits.MaxPending || conn.pending > 0 && conn.bytes+size > limits.MaxPendingBytes {
		conn.refused = true
		return false
	}
	conn.publish(&m)
	return true
}

// isOver reports whether the connection has ended. The caller holds mu.
func (conn *Connection) isOver() bool { return conn.closed || conn.ctx.Err() != nil }

// publish writes m if the queue is empty and the socket has room. It queues m, or the rest of it,
// otherwise. The caller holds mu.
func (conn *Connection) publish(m *message) {
	if conn.socket != nil && conn.head == nil && len(m.data) <= conn.server.maxDirect && conn.writeDirect(m) {
		return
	}
	queued := *m
	if conn.tail == nil {
		conn.head = &queued
	} else {
		conn.tail.next = &queued
	}
	conn.tail = &queued
	if !m.isHeartbeat() {
		conn.pending++
		conn.bytes += len(m.data)
	}
	conn.startDrain()
}

// writeDirect writes as much of m as the socket has room for. It reports whether that was all of m, or
// the connection has ended. The caller holds mu, and the queue is empty, so no other goroutine writes.
func (conn *Connection) writeDirect(m *message) (done bool) {
	defer func() {
		if p := recover(); p != nil { // an encoder's panic must not reach the caller of Send
			conn.panicked, done = p, true
			conn.drop()
		}
	}()
	encoder := conn.out.encoder
	p := conn.out.pack(m, true)
	size := len(p.left)
	err := conn.socket.Control(p.write)
	if err == nil {
		err = p.err
	}
	switch {
	case err != nil:
		conn.failed(err)
	case len(p.left) == size:
		conn.out.encoder = encoder // m may still be dropped
		p.release()
		return false
	case len(p.left) > 0:
		m.packet, m.begun = p, true
		return false
	}
	conn.lastWrite = conn.server.tick.Load()
	p.release()
	return true
}

// OnDrain sets a function that is called when the queue is empty again after it has refused a Send. It
// runs on the goroutine that writes the queue, and nothing is written from that until it returns. Set it
// in the opened callback, before the first Send; a later call replaces it.
func (conn *Connection) OnDrain(f func()) {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.onDrain = f
}

// begin marks the connection open: messages are written from now on, to the socket if it is not nil.
func (conn *Connection) begin(socket syscall.RawConn) {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.open = true
	conn.socket = socket
	conn.lastWrite = conn.server.tick.Load()
	conn.startDrain()
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
	return conn.setDeadline(now.Add(limit))
}

// disarm removes the deadline. HTTP/2 resets a stream when its deadline passes, even if nothing is
// written.
func (conn *Connection) disarm() {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if !conn.closed {
		conn.deadlineSet = time.Time{}
		_ = conn.setDeadline(time.Time{})
	}
}

// control returns what controls the response. It is made for each call, which needs no memory.
func (conn *Connection) control() *http.ResponseController {
	return http.NewResponseController(conn.out.w)
}

// setDeadline sets the write deadline of the response. A writer of the application may wrap the
// response and panic, which on some goroutines would end the process.
func (conn *Connection) setDeadline(at time.Time) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("sse: panic in SetWriteDeadline: %v", p)
		}
	}()
	return conn.control().SetWriteDeadline(at)
}
