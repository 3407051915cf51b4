package sse_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/sse"
)

func TestFinishSendsTheLastMessageAndEnds(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		taken := fill(conn)
		conn.Finish([]byte("good\rbye"))
		conn.Finish([]byte("again"))
		if conn.Send("2", []byte("late")) {
			t.Error("a finished connection took a message")
		}
		for range taken {
			if got := c.event(); got != "id: 1\ndata: fill\n" {
				t.Errorf("waiting message: %q", got)
			}
			synctest.Wait()
			if conn.Ended() {
				t.Fatal("over before the last message is written")
			}
		}
		if got := c.event(); got != "data: good\ndata: bye\n" {
			t.Errorf("last message: %q", got)
		}
		if rest, err := c.rest(); rest != "" || err != nil {
			t.Errorf("after it: %q, %v", rest, err)
		}
		<-conn.Done()
		if !conn.Ended() {
			t.Error("done, but not ended")
		}
		if err := <-s.ended; err != nil {
			t.Error(err)
		}
		c.Close()
	})
}

func TestFinishWithoutAMessage(t *testing.T) {
	for _, waiting := range []bool{false, true} {
		bubble(t, sse.Config{}, func(t *testing.T, s *site) {
			c, conn := s.connection()
			want := ""
			if waiting {
				conn.Send("1", []byte("x"))
				want = "id: 1\ndata: x\n\n"
			}
			conn.Finish(nil)
			if rest, err := c.rest(); rest != want || err != nil {
				t.Errorf("waiting %v: %q, %v", waiting, rest, err)
			}
			s.gone()
			c.Close()
		})
	}
}

func TestFinishLeavesTheHTTPConnectionUsable(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		conn.Finish([]byte("bye"))
		c.readAll()
		s.gone()
		conn.Close() // too late to touch the HTTP connection
		time.Sleep(time.Hour)
		if err := get(c); err != nil {
			t.Errorf("next request: %v", err)
		}
		conn.Close()
		if err := get(c); err != nil {
			t.Errorf("the request after: %v", err)
		}
		c.Close()
	})
}

// get sends another request on the same connection.
func get(c *client) error {
	resp := c.get("/plain")
	body, err := io.ReadAll(resp.Body)
	if err == nil && string(body) != "plain" {
		err = errors.New("answer " + string(body))
	}
	return err
}

func TestFinishAfterALongSilence(t *testing.T) {
	bubble(t, sse.Config{Heartbeat: time.Hour}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		time.Sleep(time.Minute) // the deadline of the last write has long passed
		conn.Finish(nil)
		if rest, err := c.rest(); rest != "" || err != nil {
			t.Errorf("%q, %v", rest, err)
		}
		if err := get(c); err != nil {
			t.Errorf("next request: %v", err)
		}
		c.Close()
	})
}

func TestTheEndOfTheResponseHasADeadlineToo(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		conn.Finish([]byte("bye"))
		c.event()
		s.gone() // net/http now writes the end, which nobody reads
		if err := s.http.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		c.Close()
	})
}

func TestCloseDropsAnIdleAndAStalledClient(t *testing.T) {
	for _, stalled := range []bool{false, true} {
		bubble(t, sse.Config{WriteTimeout: time.Hour}, func(t *testing.T, s *site) {
			c, conn := s.connection()
			if stalled {
				fill(conn)
				synctest.Wait() // the write hangs
			}
			began := time.Now()
			conn.Close()
			conn.Close()
			if err := <-s.ended; err != nil {
				t.Errorf("stalled %v: %v", stalled, err)
			}
			if waited := time.Since(began); waited > 0 {
				t.Errorf("stalled %v: dropped after %v", stalled, waited)
			}
			if rest, err := c.rest(); err == nil {
				t.Errorf("stalled %v: the response ended as if complete: %q", stalled, rest)
			}
			conn.Finish([]byte("x"))
			if conn.Send("1", []byte("x")) {
				t.Errorf("stalled %v: a closed connection took a message", stalled)
			}
			c.Close()
		})
	}
}

func TestADroppedConnectionGetsNoNewDeadline(t *testing.T) {
	w := &memory{header: http.Header{}, flushed: make(chan struct{})}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.ProtoMajor = 2
	opened := make(chan *sse.Connection, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- sse.New(sse.Config{}).Serve(w, r, "0", func(conn *sse.Connection) { opened <- conn })
	}()
	take(t, w.flushed, "the first id")
	conn := take(t, opened, "the connection to open")
	w.inFlush.Store(conn) // is closed while its message is being written
	conn.Send("1", []byte("x"))
	take(t, w.flushed, "the message")
	if err := take(t, ended, "the connection to end"); err != nil {
		t.Error(err)
	}
	if w.deadline.IsZero() || w.deadline.After(time.Now()) {
		t.Errorf("the deadline was put back to %v", w.deadline)
	}
}

func TestNoDrainIsReportedAtTheEnd(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		s.onOpen = func(conn *sse.Connection) {
			conn.OnDrain(func() { t.Error("a drain was reported though nothing can be sent") })
		}
		c, conn := s.connection()
		fill(conn)
		conn.Finish([]byte("bye"))
		c.readAll()
		c.Close()
		s.gone()
	})
}

func TestCallbacksMayEndTheConnection(t *testing.T) {
	ends := map[string]func(*sse.Connection){
		"close":  func(conn *sse.Connection) { conn.Close() },
		"finish": func(conn *sse.Connection) { conn.Finish([]byte("x")) },
		"end":    func(conn *sse.Connection) { conn.Finish(nil) },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			bubble(t, sse.Config{}, func(t *testing.T, s *site) {
				s.onOpen = end
				c := s.dial()
				if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				_, _ = io.ReadAll(c) // closed at once, there is no answer at all
				if err := <-s.ended; err != nil {
					t.Error(err)
				}
				c.Close()
			})
		})
	}
}

func TestShutdownDropsEverybody(t *testing.T) {
	bubble(t, sse.Config{WriteTimeout: time.Hour}, func(t *testing.T, s *site) {
		idle, _ := s.connection()
		stalled, full := s.connection()
		fill(full)
		leaving, conn := s.connection()
		conn.Finish([]byte("bye"))

		down := make(chan error)
		go func() { down <- s.server.Shutdown(t.Context()) }()
		if _, err := idle.rest(); err == nil {
			t.Error("the idle client's response ended as if complete")
		}
		stalled.readAll()
		synctest.Wait()
		select {
		case err := <-down:
			t.Fatalf("did not wait for the last message: %v", err)
		default:
		}
		if rest, err := leaving.rest(); rest != "data: bye\n\n" || err != nil {
			t.Errorf("last message: %q, %v", rest, err)
		}
		if err := <-down; err != nil {
			t.Error(err)
		}
		if len(s.ended) != 3 {
			t.Errorf("%d of 3 connections have ended", len(s.ended))
		}
		// Nothing keeps the HTTP server from its own shutdown.
		if err := s.http.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		for _, c := range []*client{idle, stalled, leaving} {
			c.Close()
		}
	})
}

func TestShutdownGivesUpWithItsContext(t *testing.T) {
	bubble(t, sse.Config{WriteTimeout: time.Hour}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		conn.Finish([]byte("never read"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := s.server.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		gaveUp := time.Now()
		s.gone()
		if waited := time.Since(gaveUp); waited > 0 {
			t.Errorf("the client was kept for another %v", waited)
		}
		c.Close()
	})
}
