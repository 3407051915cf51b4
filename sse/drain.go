package sse

import "errors"

// errGoexit is why a connection ends whose drain callback has ended its goroutine.
var errGoexit = errors.New("sse: the drain callback has ended its goroutine")

// startDrain starts the goroutine that writes the queue, if something waits and none runs. The
// caller holds mu.
func (conn *Connection) startDrain() {
	if conn.open && conn.head != nil && !conn.draining {
		conn.draining = true
		conn.drains.Add(1)
		go conn.drain()
	}
}

// drain writes the queue, and ends when it is empty: an idle connection needs no goroutine for it.
// What application code panics with ends the connection, and Serve panics with it.
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

// next returns the message whose write begins now; nil if none waits.
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

// wrote removes the message that was just written from the queue. It ends the connection if that
// was the last one, and returns the drain callback if that is to be called.
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

// broken ends the connection, whose queue cannot be written any more. p is what the goroutine
// panics with; nil if application code has ended it.
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

// stop ends the connection, and waits until nothing is written any more. What has begun is
// completed, or fails.
func (conn *Connection) stop() {
	conn.mu.Lock()
	conn.cancel() // who sends now is refused: the queue gets no other goroutine
	conn.mu.Unlock()
	conn.drains.Wait()
}
