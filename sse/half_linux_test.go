package sse_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/sideband-go/sideband/sse"
)

// halfWritten sends a message, a part of which is written.
func (s *tcpSite) halfWritten(coding string) (*client, *sse.Connection, *messages) {
	s.t.Helper()
	s.server.WriteAllDirectly()
	c, conn := s.connect(coding)
	all := &messages{extra: 100_000}
	if !conn.Send(all.next()) {
		s.t.Fatal("refused")
	}
	if !conn.IsHalfWritten() {
		s.t.Fatal("the socket has taken the message whole, or nothing of it")
	}
	return c, conn, all
}

func TestAHalfWrittenMessageIsCompletedBeforeTheLast(t *testing.T) {
	ends := map[string]struct {
		end func(*sse.Connection)
		all bool // queued messages are sent, too
	}{
		"Finish":             {func(conn *sse.Connection) { conn.Finish([]byte("bye")) }, true},
		"FinishNow":          {func(conn *sse.Connection) { conn.FinishNow([]byte("bye")) }, false},
		"Discard, FinishNow": {func(conn *sse.Connection) { conn.Discard(); conn.FinishNow([]byte("bye")) }, false},
	}
	for name, e := range ends {
		t.Run(name, func(t *testing.T) {
			eachCoding(t, func(t *testing.T, coding string) {
				s := overTCP(t, sse.Config{WriteTimeout: time.Hour}, nil)
				c, conn, all := s.halfWritten(coding)
				last := all.n
				conn.Send(all.next())
				if e.all {
					last = all.n
				}
				e.end(conn)
				if conn.Send("9", []byte("late")) {
					t.Error("a finished connection took a message")
				}
				all.n = last
				all.expect(t, c, 1)
				if got, err := c.rest(); got != "data: bye\n\n" || err != nil {
					t.Errorf("the rest: %q, %v", got, err)
				}
				if err := take(t, s.ended, "the end"); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestAHalfWrittenMessageIsCompletedWhenTheContextEnds(t *testing.T) {
	eachCoding(t, func(t *testing.T, coding string) {
		cut := make(chan context.CancelFunc, 300)
		s := overTCP(t, sse.Config{WriteTimeout: time.Hour}, func(s *tcpSite) {
			inner := s.http.Handler
			s.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				ctx, cancel := context.WithCancel(r.Context())
				cut <- cancel
				inner.ServeHTTP(w, r.WithContext(ctx))
			})
		})
		c, _, all := s.halfWritten(coding)
		for len(cut) > 0 {
			(<-cut)()
		}
		all.expect(t, c, 1)
		if got, err := c.rest(); got != "" || err != nil {
			t.Errorf("the rest: %q, %v", got, err)
		}
		if err := take(t, s.ended, "the end"); err != nil {
			t.Error(err)
		}
	})
}

func TestCloseAndShutdownEndAHalfWrittenMessage(t *testing.T) {
	for _, shutdown := range []bool{false, true} {
		s := overTCP(t, sse.Config{WriteTimeout: time.Hour}, nil)
		c, conn, _ := s.halfWritten("")
		if shutdown {
			returns(t, "Shutdown", func() {
				if err := s.server.Shutdown(context.Background()); err != nil {
					t.Error(err)
				}
			})
		} else {
			conn.Close()
		}
		if err := take(t, s.ended, "the end"); err != nil {
			t.Errorf("shutdown %v: %v", shutdown, err)
		}
		if _, err := c.rest(); err == nil {
			t.Errorf("shutdown %v: the response ended as if complete", shutdown)
		}
	}
}
