package sse_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/sideband-go/sideband/sse"
)

// site is an HTTP server with one handler that serves event streams, on connections in memory. It runs in
// a synctest bubble: time passes only when all goroutines wait, and a leaked goroutine fails the test.
type site struct {
	t      *testing.T
	server *sse.Server
	http   *http.Server
	pipes  *pipes
	opened chan *sse.Connection
	ended  chan error

	// onOpen runs in the opened callback, wrap around the response.
	onOpen func(*sse.Connection)
	wrap   func(http.ResponseWriter) http.ResponseWriter
}

// bubble runs f with a new site.
func bubble(t *testing.T, c sse.Config, f func(*testing.T, *site)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		defer day()()
		s := &site{
			t:      t,
			server: sse.New(c),
			pipes:  &pipes{conns: make(chan net.Conn), closed: make(chan struct{})},
			opened: make(chan *sse.Connection, 100),
			ended:  make(chan error, 100),
		}
		mux := http.NewServeMux()
		mux.HandleFunc("/plain", func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "plain")
		})
		mux.HandleFunc("/", s.serve)
		protocols := new(http.Protocols)
		protocols.SetHTTP1(true)
		protocols.SetUnencryptedHTTP2(true)
		served := make(chan error, 1)
		s.http = &http.Server{Handler: mux, Protocols: protocols}
		go func() { served <- s.http.Serve(s.pipes) }()
		f(t, s)
		if err := s.server.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if err := s.http.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	if s.wrap != nil {
		w = s.wrap(w)
	}
	s.ended <- s.server.Serve(w, r, "0", func(conn *sse.Connection) {
		if s.onOpen != nil {
			s.onOpen(conn)
		}
		s.opened <- conn
	})
}

// gone waits until the next connection has ended.
func (s *site) gone() {
	if err := <-s.ended; err != nil {
		s.t.Log("a connection ended with:", err)
	}
}

// client is a raw HTTP/1.1 connection that a test reads.
type client struct {
	t *testing.T
	net.Conn
	in   *bufio.Reader
	body *bufio.Reader

	broken *ending // below body, where that is decoded
}

func (s *site) dial() *client {
	c := s.pipes.dial()
	return &client{t: s.t, Conn: c, in: bufio.NewReader(c)}
}

// get sends a request and reads the header of the answer.
func (c *client) get(target string, header ...string) *http.Response {
	c.t.Helper()
	lines := append([]string{"GET " + target + " HTTP/1.1", "Host: test"}, header...)
	if _, err := io.WriteString(c, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		c.t.Fatal(err)
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	c.body = bufio.NewReader(resp.Body)
	return resp
}

// connection opens an SSE connection and reads up to its first id.
func (s *site) connection() (*client, *sse.Connection) {
	s.t.Helper()
	c := s.dial()
	c.get("/")
	if got := c.event(); got != "id: 0\n" {
		s.t.Fatalf("first event %q", got)
	}
	return c, <-s.opened
}

// event reads the lines of one event, without the empty line at its end, or the rest of the response.
func (c *client) event() string {
	c.t.Helper()
	return readEvent(c.body)
}

func readEvent(r *bufio.Reader) string {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil || line == "\n" {
			return b.String()
		}
		b.WriteString(line)
	}
}

// rest reads the rest of the response.
func (c *client) rest() (string, error) {
	b, err := io.ReadAll(c.body)
	return string(b), err
}

// readAll reads and ignores the rest of the response.
func (c *client) readAll() { _, _ = c.rest() }

// pipes is a listener of connections in memory without buffers: a write waits for its reader.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return ours
}

func (p *pipes) DialContext(_ context.Context, _, _ string) (net.Conn, error) {
	return p.dial(), nil
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }
