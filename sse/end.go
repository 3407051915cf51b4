package sse

import "time"

// longAgo is a write deadline that has passed.
var longAgo = time.Unix(1, 0)

// Finish queues a last message without an id and ends the connection once it is written.
// The message has room even if the queue is full; with empty data Finish only ends the
// connection. The HTTP connection below stays usable for other requests. Later calls, and
// calls after the end, do nothing. The connection keeps data as Send does.
func (conn *Connection) Finish(data []byte) {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if !conn.finishing && !conn.discarded {
		conn.last(data)
	}
}

// Discard drops all queued messages, including that of an earlier Finish. A message whose
// write has begun is completed. Afterwards the connection accepts only FinishNow.
func (conn *Connection) Discard() {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.discard()
}

func (conn *Connection) discard() {
	conn.discarded = true
	for m := conn.head; m != nil; m = m.next {
		m.dropped = true // it stays in the list, which matches r3labs' queue
	}
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

// last ends the connection with a message. The caller holds mu.
func (conn *Connection) last(data []byte) {
	if conn.closed || conn.ctx.Err() != nil {
		return
	}
	conn.finishing = true
	if len(data) > 0 && !conn.publish(newMessage("", "", data)) {
		conn.cancel()
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

// drop closes the connection and ends a write that hangs. The caller holds mu: once closed is
// set, no other deadline is armed.
func (conn *Connection) drop() {
	if !conn.closed {
		conn.closed = true
		_ = conn.control.SetWriteDeadline(longAgo) // it worked when the connection opened
	}
	conn.cancel()
}

// Done returns a channel that is closed when the connection ends: the client has left or was
// dropped, or the last message is written. Nothing can be sent afterwards.
func (conn *Connection) Done() <-chan struct{} { return conn.ctx.Done() }

// Ended reports whether [Connection.Done] is closed.
func (conn *Connection) Ended() bool { return conn.ctx.Err() != nil }

// fail drops the client because of err, unless it was dropped before.
func (conn *Connection) fail(err error) {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if !conn.closed {
		conn.err = err
	}
	conn.drop()
}

func (conn *Connection) failure() error {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	return conn.err
}

func (conn *Connection) finishes() bool {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	return conn.finishing
}

// leave ends the connection from Serve's side. Afterwards the response and the HTTP connection
// are net/http's again, and Close must not touch them.
func (conn *Connection) leave() {
	_ = conn.arm() // for what net/http writes to end the response
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.closed = true
	conn.cancel()
}
