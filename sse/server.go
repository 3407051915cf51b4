package sse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	r3labs "github.com/r3labs/sse/v2"
)

// ErrClosed is returned by [Server.Serve] after [Server.Shutdown]. Serve has written nothing then.
var ErrClosed = errors.New("sse: server is shut down")

const (
	// maxPending bounds Config.MaxPending.
	maxPending = 60
	// maxDirect is the size of data up to which Send itself writes a message. Compressing more would
	// delay its caller, and the socket rarely has room for it.
	maxDirect = 4 << 10
)

// Config sets the limits of a [Server]. The zero value works.
type Config struct {
	// Heartbeat is the longest silence of a connection: a comment is sent if nothing else was.
	// Default 15 s.
	Heartbeat time.Duration
	// WriteTimeout is how long one write to a client may take before the client is
	// dropped. It may be up to an eighth shorter: writes share deadlines. Default 10 s.
	WriteTimeout time.Duration
	// MaxPending is how many messages may wait for one client. Default 16, at most 60.
	MaxPending int
	// MaxPendingBytes is how many bytes of messages may wait for one client. A larger
	// message is accepted if nothing else waits. Default 1 MiB.
	MaxPendingBytes int
	// NoCompression turns compression off. Default false: clients that accept zstd or gzip
	// get each message compressed by itself, at no memory for an open connection.
	NoCompression bool
}

// Server serves event streams. Make one with [New]. All methods may be called from any
// goroutine.
type Server struct {
	config      Config
	events      *r3labs.Server
	tick        atomic.Uint32 // counts quarters of the heartbeat interval, see heartbeats
	compressors compressors
	maxDirect   int

	mu          sync.Mutex
	connections map[*url.URL]*Connection // by the pointer to their URL
	newest      *group                   // the group that connections join
	groups      uint64                   // how many groups there were so far
	heartbeats  *heartbeats              // runs while there are connections
	serving     int                      // calls of Serve that have not returned
	closed      bool                     // Shutdown was called
	empty       chan struct{}            // closed when serving is 0 after Shutdown
}

// New returns a server with the given limits. It starts no goroutine before the first
// connection opens, and keeps none after the last has ended.
func New(c Config) *Server {
	if c.Heartbeat <= 0 {
		c.Heartbeat = 15 * time.Second
	}
	if c.WriteTimeout <= 0 {
		c.WriteTimeout = 10 * time.Second
	}
	if c.MaxPending <= 0 {
		c.MaxPending = 16
	}
	c.MaxPending = min(c.MaxPending, maxPending)
	if c.MaxPendingBytes <= 0 {
		c.MaxPendingBytes = 1 << 20
	}

	s := &Server{
		config:      c,
		maxDirect:   maxDirect,
		events:      r3labs.New(),
		connections: make(map[*url.URL]*Connection),
		empty:       make(chan struct{}),
	}
	s.events.AutoReplay = false // its log grows without bound and replaces our ids
	s.events.AutoStream = false // clients could make streams
	s.events.BufferSize = 0     // nothing is published
	s.events.Headers = map[string]string{
		"Cache-Control":     cacheControl,
		"X-Accel-Buffering": "no",
	}
	s.events.OnUnsubscribe = func(_ string, sub *r3labs.Subscriber) {
		s.mu.Lock()
		conn := s.connections[sub.URL]
		s.mu.Unlock()
		conn.unsubscribed.Done()
	}
	return s
}

// Serve answers r with an event stream and blocks until the connection ends: the client
// leaves or is dropped, or [Connection.Close], [Connection.Finish], [Connection.FinishNow] or
// [Server.Shutdown] is called.
//
// Serve calls opened once, on its own goroutine, before it writes anything; from then on the
// connection accepts messages. The client first gets the id first, or a comment if that is empty. So
// it knows that it is connected, and has an id to resume from.
//
// If a callback or a method of w panics, the connection ends and Serve panics with the same value.
//
// Serve reads the context, the method and the HTTP version of r. It reads Accept-Encoding, unless
// [Config.NoCompression] is set or w has a Content-Encoding, but no other header and not the address.
//
// Serve returns an error if the connection could not be opened, or if a write failed or exceeded its
// deadline. Before it writes anything, so that the caller can still answer, it returns ErrClosed, an
// error for an id with a line end, or an error for a ResponseWriter without write deadlines
// (errors.Is(err, http.ErrNotSupported): some middleware wraps it without an Unwrap method).
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, first string, opened func(*Connection)) error {
	out, request, err := s.open(w, r, first, opened)
	if err != nil {
		return err
	}
	defer out.end() // also when opened panics
	s.events.ServeHTTP(out, request)
	out.finish()
	return out.conn.outcome()
}

// open makes a connection. It is not part of Serve, which blocks as long as the connection is open:
// its stack frame costs memory for each client.
func (s *Server) open(w http.ResponseWriter, r *http.Request, first string, opened func(*Connection)) (*wire, *http.Request, error) {
	if !validID(first) {
		return nil, nil, fmt.Errorf("sse: id %q has a line end or NUL", first)
	}
	ctx, cancel := context.WithCancel(r.Context())
	out := &wire{
		conn: Connection{
			server: s,
			ctx:    ctx,
			cancel: cancel,
		},
		w:      w,
		first:  first,
		opened: opened,
		disarm: r.ProtoMajor >= 2,
		// HEAD has no body, and nothing is written past TLS.
		chunks: r.ProtoMajor == 1 && r.ProtoMinor >= 1 && r.Method != http.MethodHead && r.TLS == nil,
	}
	if !s.config.NoCompression {
		out.encoder.coding = codingFor(r.Header["Accept-Encoding"])
	}
	conn := &out.conn
	conn.out = out
	conn.unsubscribed.Add(1)
	if err := conn.arm(); err != nil {
		cancel()
		return nil, nil, fmt.Errorf("sse: write deadline: %w", err)
	}
	if !s.add(conn) {
		cancel()
		return nil, nil, ErrClosed
	}
	return out, conn.request(), nil
}

// end ends a connection after, or while, r3labs unsubscribes its client.
func (o *wire) end() {
	conn := &o.conn
	conn.leave()
	if o.subscribed {
		conn.unsubscribed.Wait()
	}
	conn.server.remove(conn)
}

// request returns the request that r3labs sees instead of the client's. A client must choose neither
// the r3labs stream nor its last event id, for which r3labs answers 400 unless it is a number.
func (conn *Connection) request() *http.Request {
	conn.url.RawQuery = "stream=" + conn.group.name
	r := http.Request{Method: http.MethodGet, URL: &conn.url}
	return r.WithContext(conn.ctx)
}

// Shutdown refuses new connections, drops all clients and waits until every call of [Server.Serve] has
// returned. A connection after [Connection.Finish] may write its last message first. If ctx ends
// earlier, Shutdown drops those, too, and returns an error that wraps ctx.Err().
// [http.Server.Shutdown] waits for open responses: call Shutdown before it, or at the same time once
// the listener is closed.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	idle := s.serving == 0
	s.mu.Unlock()
	if idle {
		return nil
	}
	for _, conn := range s.all() {
		if !conn.finishes() {
			conn.Close()
		}
	}
	select {
	case <-s.empty:
		return nil
	case <-ctx.Done():
		for _, conn := range s.all() {
			conn.Close()
		}
		return fmt.Errorf("sse: shutdown: %w", ctx.Err())
	}
}

func (s *Server) all() []*Connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*Connection, 0, len(s.connections))
	for _, conn := range s.connections {
		all = append(all, conn)
	}
	return all
}

func (s *Server) add(conn *Connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.connections[&conn.url] = conn
	s.join(conn)
	s.serving++
	if s.heartbeats == nil {
		s.heartbeats = s.startHeartbeats()
	}
	return true
}

func (s *Server) remove(conn *Connection) {
	s.mu.Lock()
	delete(s.connections, &conn.url)
	s.part(conn)
	var h *heartbeats
	if len(s.connections) == 0 {
		h, s.heartbeats = s.heartbeats, nil
	}
	s.mu.Unlock()
	if h != nil {
		h.end()
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	s.serving--
	if s.closed && s.serving == 0 {
		close(s.empty)
	}
}
