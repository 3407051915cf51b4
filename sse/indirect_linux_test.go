package sse_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/sse"
)

func TestConnectionsThatDoNotWriteDirectly(t *testing.T) {
	plain := func(s *tcpSite) {}
	wrapped := func(wrap func(http.ResponseWriter) http.ResponseWriter) func(*tcpSite) {
		return func(s *tcpSite) { s.wrap = wrap }
	}
	for name, x := range map[string]struct {
		change  func(*tcpSite)
		request string
	}{
		"a server without ConnContext": {func(s *tcpSite) { s.http.ConnContext = nil }, ""},
		"HTTP/1.0":                     {plain, "GET / HTTP/1.0\r\n\r\n"},
		"a writer of the application's": {wrapped(func(w http.ResponseWriter) http.ResponseWriter {
			return &recorder{w, new([]string)}
		}), ""},
		"a length of the application's": {wrapped(func(w http.ResponseWriter) http.ResponseWriter {
			w.Header().Set("Content-Length", "32")
			return w
		}), ""},
		"no chunks": {wrapped(func(w http.ResponseWriter) http.ResponseWriter {
			w.Header().Set("Transfer-Encoding", "identity")
			return w
		}), ""},
		"a writer that does not pass on": {wrapped(func(w http.ResponseWriter) http.ResponseWriter {
			return muted{w}
		}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := overTCP(t, sse.Config{}, x.change)
			c := s.dialTCP()
			if x.request == "" {
				x.request = "GET / HTTP/1.1\r\nHost: test\r\n\r\n"
			}
			if _, err := io.WriteString(c, x.request); err != nil {
				t.Fatal(err)
			}
			resp, err := http.ReadResponse(c.in, nil)
			if err != nil {
				t.Fatal(err)
			}
			c.body = bufio.NewReader(resp.Body)
			if got := c.event(); got != "id: 0\n" {
				t.Errorf("first event %q", got)
			}
			conn := take(t, s.opened, "the connection to open")
			if !conn.Send("1", []byte("12345678")) {
				t.Error("refused")
			}
			if got := c.event(); got != "id: 1\ndata: 12345678\n" {
				t.Errorf("got %q", got)
			}
			if conn.IsDirect() {
				t.Error("it writes directly")
			}
		})
	}
}

// What follows the head of an answer to HEAD is taken for the next answer.
func TestAnAnswerToHEADHasNoBody(t *testing.T) {
	s := overTCP(t, sse.Config{}, nil)
	c := s.dialTCP()
	if _, err := io.WriteString(c, "HEAD / HTTP/1.1\r\nHost: test\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(c.in, &http.Request{Method: http.MethodHead})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	conn := take(t, s.opened, "the connection to open")
	conn.Send("1", []byte("one"))
	eventually(t, "the message to be written", conn.IsIdle)
	if conn.Send("2", []byte("two")); conn.IsDirect() {
		t.Error("it writes directly")
	}
	conn.Finish(nil)
	if err := take(t, s.ended, "the end"); err != nil {
		t.Error(err)
	}
	if err := get(c); err != nil {
		t.Errorf("the next request of the HTTP connection: %v", err)
	}
}

// A ConnContext that is given what is under TLS gives it to nobody.
func TestNothingIsWrittenPastTLS(t *testing.T) {
	s := sse.New(sse.Config{})
	opened := make(chan *sse.Connection, 1)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = s.Serve(w, r, "", func(c *sse.Connection) { opened <- c })
	}))
	srv.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if c, ok := c.(*tls.Conn); ok {
			return sse.ConnContext(ctx, c.NetConn())
		}
		return ctx
	}
	srv.StartTLS()
	defer srv.Close()
	resp, err := srv.Client().Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	conn := take(t, opened, "the connection to open")
	conn.Send("1", []byte("one"))
	eventually(t, "the message to be written", conn.IsIdle)
	if conn.Send("2", []byte("two")); conn.IsDirect() {
		t.Error("it writes directly")
	}
	conn.Finish(nil)
	if got, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(got), "data: two") {
		t.Errorf("got %q, %v", got, err)
	}
}

// muted is a writer whose PassesTo returns nil.
type muted struct{ http.ResponseWriter }

func (m muted) Unwrap() http.ResponseWriter   { return m.ResponseWriter }
func (m muted) PassesTo() http.ResponseWriter { return nil }

func TestConnectionsWithTLSDoNotWriteDirectly(t *testing.T) {
	for _, two := range []bool{false, true} {
		s := overTCP(t, sse.Config{}, func(s *tcpSite) {
			s.listener.EnableHTTP2 = two
			s.listener.StartTLS()
		})
		resp, err := s.listener.Client().Get(s.listener.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if (resp.ProtoMajor == 2) != two {
			t.Errorf("HTTP/2 %v: %s", two, resp.Proto)
		}
		body := bufio.NewReader(resp.Body)
		if got := readEvent(body); got != "id: 0\n" {
			t.Errorf("first event %q", got)
		}
		conn := take(t, s.opened, "the connection to open")
		data := strings.Repeat("x", 100_000)
		for range 3 {
			conn.Send("1", []byte(data))
			if got := readEvent(body); got != "id: 1\ndata: "+data+"\n" {
				t.Errorf("got %d bytes", len(got))
			}
		}
		if conn.IsDirect() {
			t.Error("it writes directly")
		}
	}
}

func TestAnEncoderThatPanicsEndsItsConnectionAlone(t *testing.T) {
	for _, size := range []int{1000, sse.MaxDirect + 1} { // written by Send, and from the queue
		caught := make(chan any, 1)
		s := overTCP(t, sse.Config{}, func(s *tcpSite) {
			inner := s.http.Handler
			s.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer func() {
					if p := recover(); p != nil {
						caught <- p
						panic(http.ErrAbortHandler)
					}
				}()
				inner.ServeHTTP(w, r)
			})
		})
		_, conn := s.connect("zstd")
		other, well := s.connect("gzip")
		s.server.BreakEncoders()
		conn.Send("1", bytes.Repeat([]byte("x"), size))
		if p := take(t, caught, "the panic of Serve"); !strings.Contains(fmt.Sprint(p), "nil pointer") {
			t.Errorf("%d: Serve panicked with %v", size, p)
		}
		if !conn.Ended() {
			t.Errorf("%d: the connection is still open", size)
		}
		well.Send("1", []byte("x"))
		if got := other.event(); got != "id: 1\ndata: x\n" {
			t.Errorf("%d: another connection got %q", size, got)
		}
	}
}
