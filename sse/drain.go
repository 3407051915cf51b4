package sse

import "errors"

// errGoexit is returned by Serve if the drain callback has called runtime.Goexit.
var errGoexit = errors.New("sse: the drain callback has ended its goroutine")

// startDrain starts the goroutine that writes the queue, if the queue is not empty and none runs. The
// caller holds mu.
func (conn *Connection) startDrain() {
	if conn.open && conn.head != nil && !conn.draining {
		conn.draining = true
		conn.drains.Add(1)
		go conn.drain()
	}
}

// drain writes the queue and returns when it is empty, so that an idle connection has no goroutine for
// it. A panic of application code ends the connection, and Serve panics with the same value.
func (conn *Connection) drain() {
	defer conn.drains.Done()
	empty := false
	defer func() {
		if !empty {
			conn.broken(recover())
		}
	}()
	for m := conn.next(); m != nil; m = conn.next() {
		conn.out.write(m)
		if drained := conn.wrote(); drained != nil {
			drained()
		}
	}
	empty = true // another goroutine may write the queue from now on
}

// next returns the message to write next, and marks its write begun; nil if the queue is empty.
func (conn *Connection) next() *message {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if conn.head == nil {
		conn.draining = false
		return nil
	}
	conn.head.begun = true
	return conn.head
}

// wrote removes the written message from the queue. It ends the connection after the last message, and
// returns the drain callback if it is due.
func (conn *Connection) wrote() (drained func()) {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	m := conn.head
	if conn.head = m.next; conn.head == nil {
		conn.tail = nil
	}
	if !m.isHeartbeat() {
		conn.pending--
		conn.bytes -= len(m.data)
	}
	conn.lastWrite = conn.server.tick.Load()
	if conn.finishing && conn.head == nil {
		conn.cancel()
	}
	if !conn.refused || conn.pending > 0 {
		return nil
	}
	conn.refused = false
	if conn.closed || conn.finishing || conn.discarded {
		return nil
	}
	return conn.onDrain
}

// broken ends the connection after its goroutine has panicked with p, or with nil if application code
// has called runtime.Goexit.
func (conn *Connection) broken(p any) {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.draining = false
	conn.empty()
	if conn.panicked = p; p == nil && !conn.closed {
		conn.err = errGoexit
	}
	conn.drop()
}

// stop ends the connection, and waits until nothing is written any more. A write that has begun is
// completed, or fails.
func (conn *Connection) stop() {
	conn.mu.Lock()
	conn.cancel() // Send is refused from now on: the queue gets no other goroutine
	conn.mu.Unlock()
	conn.drains.Wait()
}
