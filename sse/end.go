package sse

import (
	"fmt"
	"time"
)

// longAgo is a write deadline that has passed.
var longAgo = time.Unix(1, 0)

// Finish queues a last message without an id, and ends the connection once it is written. It queues
// the message even if the queue is full; with empty data it only ends the connection. The HTTP
// connection stays usable for other requests. Later calls, and calls after the end, do nothing. The
// connection keeps data as Send does.
func (conn *Connection) Finish(data []byte) {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if !conn.finishing && !conn.discarded {
		conn.last(data)
	}
}

// Discard drops all queued messages, including that of an earlier Finish. A message whose write has
// begun is completed. Afterwards the connection accepts FinishNow only.
func (conn *Connection) Discard() {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.discard()
}

// discard empties the queue, except for a message whose write has begun. The caller holds mu.
func (conn *Connection) discard() {
	conn.discarded = true
	begun := conn.head
	conn.empty()
	if begun == nil || !begun.begun {
		return
	}
	begun.next = nil
	conn.head, conn.tail = begun, begun
	if !begun.isHeartbeat() {
		conn.pending, conn.bytes = 1, len(begun.data)
	}
}

// empty drops the queue. The caller holds mu.
func (conn *Connection) empty() {
	conn.head, conn.tail = nil, nil
	conn.pending, conn.bytes = 0, 0
}

// FinishNow drops all queued messages ([Connection.Discard]), sends data as the last one and
// ends the connection ([Connection.Finish]). Later calls, and calls after the end, do nothing.
func (conn *Connection) FinishNow(data []byte) {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if conn.finishedNow {
		return
	}
	conn.finishedNow = true
	conn.discard()
	conn.last(data)
}

// last sends a last message, after which the connection ends. The caller holds mu.
func (conn *Connection) last(data []byte) {
	if conn.isOver() {
		return
	}
	conn.finishing = true
	if len(data) > 0 {
		m := newMessage("", "", data)
		conn.publish(&m)
	}
	if conn.head == nil {
		conn.cancel()
	}
}

// Close drops the client now, with all queued messages. It may be called any number of times,
// also after the end.
func (conn *Connection) Close() {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.drop()
}

// drop closes the connection and ends a write that hangs. The caller holds mu, so no later deadline is
// set once closed is.
func (conn *Connection) drop() {
	if !conn.closed {
		conn.closed = true
		_ = conn.setDeadline(longAgo) // it worked when the connection opened
	}
	conn.cancel()
}

// Done returns a channel that is closed when the connection ends: the client has left or was
// dropped, or the last message is written. Nothing can be sent afterwards.
func (conn *Connection) Done() <-chan struct{} { return conn.ctx.Done() }

// Ended reports whether [Connection.Done] is closed.
func (conn *Connection) Ended() bool { return conn.ctx.Err() != nil }

// fail drops the client because a write has failed, unless it was dropped before.
func (conn *Connection) fail(err error) {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.failed(err)
}

// failed is fail for a caller that holds mu.
func (conn *Connection) failed(err error) {
	if !conn.closed {
		conn.err = fmt.Errorf("sse: write: %w", err)
	}
	conn.drop()
}

// outcome returns what Serve returns, or panics if application code has panicked on another goroutine.
func (conn *Connection) outcome() error {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if conn.panicked != nil {
		panic(conn.panicked)
	}
	return conn.err
}

func (conn *Connection) finishes() bool {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	return conn.finishing
}

// leave ends the connection from Serve's side. Afterwards net/http uses the response and the HTTP
// connection again, and this package must not touch them.
func (conn *Connection) leave() {
	conn.stop()
	_ = conn.arm() // for what net/http writes to end the response
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.closed = true
}
