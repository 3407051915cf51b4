package sse_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/sse"
)

func TestConnectionBeginsWithItsHeaderAndAnIDAlone(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		s.onOpen = func(conn *sse.Connection) { conn.Send("1", []byte("one")) } // before the client gets anything
		c := s.dial()
		resp := c.get("/")
		if resp.StatusCode != http.StatusOK {
			t.Errorf("status %d", resp.StatusCode)
		}
		for name, want := range map[string]string{
			"Content-Type":      "text/event-stream",
			"Cache-Control":     "no-store",
			"X-Accel-Buffering": "no",
			"Connection":        "",
		} {
			if got := strings.Join(resp.Header.Values(name), ","); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if got := c.event(); got != "id: 0\n" {
			t.Errorf("first event %q", got)
		}
		if got := c.event(); got != "id: 1\ndata: one\n" {
			t.Errorf("second event %q", got)
		}
		c.Close()
	})
}

func TestMessagesArriveInOrder(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		for _, m := range []string{"a", "b", "c"} {
			if !conn.Send(m, []byte(m)) {
				t.Fatalf("%s was refused", m)
			}
		}
		for _, m := range []string{"a", "b", "c"} {
			if got, want := c.event(), "id: "+m+"\ndata: "+m+"\n"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
		c.Close()
		if err := <-s.ended; err != nil {
			t.Errorf("the client left: %v", err)
		}
	})
}

func TestConnectionEndsWhenTheClientLeaves(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		for range 100 {
			c, conn := s.connection()
			c.Close()
			<-conn.Done()
			s.gone()
			if conn.Send("1", []byte("late")) {
				t.Fatal("a connection that has ended took a message")
			}
		}
	})
}

func TestIDsAreNeverDroppedByMessagesWithoutOne(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		c, conn := s.connection()
		conn.Send("", []byte("id: \nx"))
		if got := c.event(); got != "data: id: \ndata: x\n" {
			t.Errorf("got %q", got)
		}
		c.Close()
	})
}

func TestOneWriteAndOneFlushForAMessage(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		var calls []string
		s.wrap = func(w http.ResponseWriter) http.ResponseWriter {
			return &recorder{ResponseWriter: w, calls: &calls}
		}
		c, conn := s.connection()
		conn.Send("1", []byte(strings.Repeat("line\n", 100)))
		c.event()
		synctest.Wait()
		if got := strings.Join(calls, " "); got != "write flush write flush" {
			t.Errorf("header and message took: %s", got)
		}
		c.Close()
		s.gone()
	})
}

// recorder records the calls of its methods, and can be unwrapped.
type recorder struct {
	http.ResponseWriter
	calls *[]string
}

func (r *recorder) Write(p []byte) (int, error) {
	*r.calls = append(*r.calls, "write")
	return r.ResponseWriter.Write(p)
}

func (r *recorder) FlushError() error {
	*r.calls = append(*r.calls, "flush")
	return http.NewResponseController(r.ResponseWriter).Flush()
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func TestAWriterThatCanOnlyBeUnwrapped(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		s.wrap = func(w http.ResponseWriter) http.ResponseWriter {
			return &struct {
				http.ResponseWriter // hides Flush and the deadlines
				unwrapper
			}{w, unwrapper{w}}
		}
		c, conn := s.connection()
		conn.Send("1", []byte("through"))
		if got := c.event(); got != "id: 1\ndata: through\n" {
			t.Errorf("got %q", got)
		}
		c.Close()
	})
}

type unwrapper struct{ inner http.ResponseWriter }

func (u unwrapper) Unwrap() http.ResponseWriter { return u.inner }

func TestAWriterWithoutDeadlinesIsRefusedUntouched(t *testing.T) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	err := sse.New(sse.Config{}).Serve(w, r, "0", func(*sse.Connection) { t.Error("opened was called") })
	if !errors.Is(err, http.ErrNotSupported) {
		t.Errorf("error %v", err)
	}
	if w.Body.Len() > 0 || len(w.Header()) > 0 || w.Flushed {
		t.Errorf("the response was touched: %v %q", w.Header(), w.Body)
	}
}

func TestRequestHeadersAndAddressesAreIgnored(t *testing.T) {
	bubble(t, sse.Config{}, func(t *testing.T, s *site) {
		for _, header := range []string{
			"Last-Event-ID: abc",
			"Last-Event-ID: 9999999999999999999999999",
			"Last-Event-ID: -1",
			"Last-Event-ID: 7",
		} {
			var clients [2]*client
			var connections [2]*sse.Connection
			for i := range clients {
				c := s.dial()
				if resp := c.get("/?stream=mine&stream=%00", header); resp.StatusCode != http.StatusOK {
					t.Fatalf("%q: status %d", header, resp.StatusCode)
				}
				c.event()
				clients[i], connections[i] = c, <-s.opened
			}
			connections[0].Send("1", []byte("first"))
			connections[1].Send("2", []byte("second"))
			if got := clients[0].event(); got != "id: 1\ndata: first\n" {
				t.Errorf("%q: first client got %q", header, got)
			}
			if got := clients[1].event(); got != "id: 2\ndata: second\n" {
				t.Errorf("%q: second client got %q", header, got)
			}
			for _, c := range clients {
				c.Close()
			}
		}
	})
}

func TestServeAfterShutdownWritesNothing(t *testing.T) {
	s := sse.New(sse.Config{})
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := &memory{header: http.Header{}}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if err := s.Serve(w, r, "0", func(*sse.Connection) { t.Error("opened was called") }); !errors.Is(err, sse.ErrClosed) {
		t.Errorf("error %v", err)
	}
	if len(w.header) > 0 || w.writes > 0 {
		t.Error("the response was touched")
	}
}

// memory is a response in memory.
type memory struct {
	header   http.Header
	writes   int
	deadline time.Time
	flushed  chan struct{}                  // if not nil, gets a value for each flush
	inFlush  atomic.Pointer[sse.Connection] // if not nil, is closed by a flush
}

func (m *memory) Header() http.Header { return m.header }
func (m *memory) WriteHeader(int)     {}
func (m *memory) Write(p []byte) (int, error) {
	m.writes++
	return len(p), nil
}

func (m *memory) FlushError() error {
	conn := m.inFlush.Load() // before the test hears of this flush and sets it for the next
	if m.flushed != nil {
		m.flushed <- struct{}{}
	}
	if conn != nil {
		conn.Close()
	}
	return nil
}

func (m *memory) SetWriteDeadline(t time.Time) error {
	m.deadline = t
	return nil
}
