package sse

import (
	"runtime"
	"time"
)

// ticksPerHeartbeat is the number of ticks in a heartbeat interval. A connection gets a heartbeat in the
// fourth tick after its last write: between three quarters of the interval and all of it.
const ticksPerHeartbeat = 4

// heartbeats is the goroutine that sends the heartbeats of a server's connections. The first connection
// starts it; the last one stops it and waits for its end.
type heartbeats struct {
	stop, done chan struct{}
}

func (s *Server) startHeartbeats() *heartbeats {
	h := &heartbeats{stop: make(chan struct{}), done: make(chan struct{})}
	go s.runHeartbeats(h)
	return h
}

func (h *heartbeats) end() {
	close(h.stop)
	<-h.done
}

func (s *Server) runHeartbeats(h *heartbeats) {
	defer close(h.done)
	ticker := time.NewTicker(max(s.config.Heartbeat/ticksPerHeartbeat, 1))
	defer ticker.Stop()
	for {
		select {
		case <-h.stop:
			return
		case <-ticker.C:
		}
		now := s.tick.Add(1)
		for _, conn := range s.all() { // the lock is not held while they write
			if conn.heartbeat(now) {
				runtime.Gosched() // lets goroutines that write end before many others start
			}
		}
	}
}

// heartbeat sends a heartbeat if the connection has been silent, and reports whether it did. A connection
// with a write under way is not silent: the write has a deadline.
func (conn *Connection) heartbeat(now uint32) bool {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	silent := conn.head == nil && now-conn.lastWrite >= ticksPerHeartbeat
	if !silent || !conn.open || conn.isOver() {
		return false
	}
	conn.publish(&message{})
	return true
}
