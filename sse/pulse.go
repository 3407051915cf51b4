package sse

import (
	"time"

	r3labs "github.com/r3labs/sse/v2"
)

// ticksPerHeartbeat is how finely silence is measured. A stream is sent a heartbeat in
// the fourth tick after its last write: after more than three quarters of the heartbeat
// and not later than all of it.
const ticksPerHeartbeat = 4

// heartbeat is what a silent stream gets: a comment, which no client passes on.
var heartbeat = r3labs.Event{Comment: []byte("hb")}

// pulse is the one goroutine that sends the heartbeats of all streams of a server. It is
// started with the first stream and ended, and waited for, by the last.
type pulse struct {
	stop, done chan struct{}
}

func (s *Server) startPulse() *pulse {
	p := &pulse{stop: make(chan struct{}), done: make(chan struct{})}
	go s.beat(p)
	return p
}

func (p *pulse) end() {
	close(p.stop)
	<-p.done
}

func (s *Server) beat(p *pulse) {
	defer close(p.done)
	ticker := time.NewTicker(max(s.config.Heartbeat/ticksPerHeartbeat, 1))
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
		}
		now := s.tick.Add(1)
		s.mu.Lock()
		for _, st := range s.streams {
			st.beat(now)
		}
		s.mu.Unlock()
	}
}

// beat sends a heartbeat if the stream has been silent. One that is being written to is
// not, and has its deadline.
func (st *Stream) beat(now uint32) {
	st.mu.Lock()
	defer st.mu.Unlock()
	silent := st.head == nil && now-st.written >= ticksPerHeartbeat
	if silent && st.open {
		st.publish(&message{})
	}
}
