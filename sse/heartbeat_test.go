package sse_test

import (
	"testing"
	"time"

	"github.com/sideband-go/sideband/sse"
)

func TestSilentConnectionsGetHeartbeats(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		time.Sleep(4 * time.Second) // so that ticks and writes do not coincide
		c, _ := s.connection()
		last := time.Now()
		for range 10 {
			if got := c.event(); got != ": hb\n" {
				t.Fatalf("got %q", got)
			}
			gap := time.Since(last)
			last = time.Now()
			if gap <= 10*time.Second || gap > 15*time.Second {
				t.Errorf("heartbeat after %v", gap)
			}
		}
		c.Close()
	})
}

func TestNoSilenceIsLongerThanTheHeartbeat(t *testing.T) {
	for _, pause := range []time.Duration{time.Second, 3 * time.Second, 7 * time.Second, 11 * time.Second, 14 * time.Second, 16 * time.Second, 40 * time.Second} {
		bubble(t, sse.Config{}, func(t *testing.T, s *site) {
			c, conn := s.connection()
			go func() {
				for range 20 {
					time.Sleep(pause)
					conn.Send("1", []byte("x"))
				}
				conn.Finish(nil)
			}()
			last, heartbeats := time.Now(), 0
			for got := c.event(); got != ""; got = c.event() {
				if gap := time.Since(last); gap > 15*time.Second {
					t.Errorf("pause %v: silent for %v", pause, gap)
				}
				last = time.Now()
				if got == ": hb\n" {
					heartbeats++
				}
			}
			if pause < 11*time.Second && heartbeats > 0 {
				t.Errorf("pause %v: %d heartbeats beside the messages", pause, heartbeats)
			}
			c.Close()
		})
	}
}

func TestHeartbeatsDoNotCountAgainstTheQueue(t *testing.T) {
	bubble(t, sse.Config{MaxPending: 1, Heartbeat: time.Second, WriteTimeout: time.Hour}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		time.Sleep(time.Minute) // a heartbeat hangs in its write
		if !conn.Send("1", []byte("x")) {
			t.Error("a heartbeat counts against the queue")
		}
		conn.Finish([]byte("bye"))
		if rest, err := c.rest(); rest != ": hb\n\nid: 1\ndata: x\n\ndata: bye\n\n" || err != nil {
			t.Errorf("%q, %v", rest, err)
		}
		c.Close()
	})
}

func TestHeartbeatsFindAClientThatIsGone(t *testing.T) {
	bubble(t, sse.Config{Heartbeat: time.Second}, func(t *testing.T, s *site) {
		c, _ := s.connection()
		if err := <-s.ended; err == nil { // nobody reads, and nothing is sent
			t.Error("no error")
		}
		c.Close()
	})
}
