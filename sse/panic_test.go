package sse_test

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5/middleware"

	"github.com/sideband-go/sideband/sse"
)

// faulty is an application's writer that panics.
type faulty struct {
	http.ResponseWriter
	writes   int
	in       string
	deadline bool // panic in SetWriteDeadline from now on
}

func (f *faulty) Write(p []byte) (int, error) {
	if f.writes++; f.in == "write" && f.writes > 1 {
		panic("in write")
	}
	return f.ResponseWriter.Write(p)
}

func (f *faulty) FlushError() error {
	if f.in == "flush" && f.writes > 1 {
		panic("in flush")
	}
	return http.NewResponseController(f.ResponseWriter).Flush()
}

func (f *faulty) SetWriteDeadline(at time.Time) error {
	if f.deadline {
		panic("in deadline")
	}
	return http.NewResponseController(f.ResponseWriter).SetWriteDeadline(at)
}

// A panic on a goroutine of the connection would end the process.
func TestAWriterThatPanicsEndsItsConnectionAlone(t *testing.T) {
	for _, place := range []string{"write", "flush"} {
		for _, send := range []string{"message", "heartbeat"} {
			t.Run(place+" of a "+send, func(t *testing.T) {
				bubble(t, sse.Config{}, func(t *testing.T, s *site) {
					caught := make(chan any, 1)
					s.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						defer func() { caught <- recover() }()
						s.serve(w, r)
					})
					s.wrap = func(w http.ResponseWriter) http.ResponseWriter { return &faulty{ResponseWriter: w, in: place} }
					c, conn := s.connection()
					if send == "message" {
						conn.Send("1", []byte("x"))
						conn.Send("2", []byte("y"))
					}
					if got := <-caught; got != "in "+place {
						t.Errorf("Serve panicked with %v", got)
					}
					<-conn.Done()
					if conn.Send("3", []byte("late")) {
						t.Error("a connection that has ended took a message")
					}
					c.Close()
				})
			})
		}
	}
}

func TestADeadlineThatPanics(t *testing.T) {
	for name, use := range map[string]func(*sse.Connection){
		"Close": func(conn *sse.Connection) { conn.Close() },
		"Send":  func(conn *sse.Connection) { conn.Send("1", []byte("x")) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, sse.Config{Heartbeat: 24 * time.Hour / 2}, func(t *testing.T, s *site) {
				var f *faulty
				s.wrap = func(w http.ResponseWriter) http.ResponseWriter {
					f = &faulty{ResponseWriter: w}
					return f
				}
				c, conn := s.connection()
				time.Sleep(time.Minute) // until the next write needs a deadline of its own
				synctest.Wait()
				f.deadline = true
				use(conn)
				err := <-s.ended
				if failed := err != nil && strings.Contains(err.Error(), "in deadline"); failed != (name == "Send") {
					t.Errorf("ended with %v", err)
				}
				c.Close()
			})
		})
	}
}

func TestADrainCallbackThatEndsItsGoroutineEndsTheConnection(t *testing.T) {
	bubble(t, sse.Config{MaxPending: 1}, func(t *testing.T, s *site) {
		s.onOpen = func(conn *sse.Connection) { conn.OnDrain(runtime.Goexit) }
		c, conn := s.connection()
		fill(conn)
		c.event()
		if err := <-s.ended; err == nil || !strings.Contains(err.Error(), "drain callback") {
			t.Errorf("ended with %v", err)
		}
		<-conn.Done()
		c.Close()
	})
}

func TestMiddlewareThatWrapsTheWriter(t *testing.T) {
	logger := middleware.RequestLogger(&middleware.DefaultLogFormatter{Logger: nowhere{}, NoColor: true})
	for name, around := range map[string]func(http.Handler) http.Handler{
		"chi's logger":   logger,
		"chi's Compress": middleware.Compress(5, "text/event-stream"),
		"chi's Timeout":  middleware.Timeout(time.Hour),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, sse.Config{}, func(t *testing.T, s *site) {
				within(s, around)
				c, conn := s.connection()
				conn.Send("1", []byte("through"))
				if got := c.event(); got != "id: 1\ndata: through\n" {
					t.Errorf("got %q", got)
				}
				conn.Finish([]byte("bye"))
				if got, err := c.rest(); got != "data: bye\n\n" || err != nil {
					t.Errorf("got %q, %v", got, err)
				}
				c.Close()
			})
		})
	}
	t.Run("http.TimeoutHandler", func(t *testing.T) {
		bubble(t, sse.Config{}, func(t *testing.T, s *site) {
			within(s, func(h http.Handler) http.Handler { return http.TimeoutHandler(h, time.Hour, "") })
			c := s.dial()
			c.get("/")
			if err := <-s.ended; err == nil || !strings.Contains(err.Error(), "not supported") {
				t.Errorf("ended with %v: it holds back what is written", err)
			}
			c.Close()
		})
	})
}

type nowhere struct{}

func (nowhere) Print(...any) {}
