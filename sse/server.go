package sse

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	r3labs "github.com/r3labs/sse/v2"
)

// ErrClosed is what [Server.Serve] returns after [Server.Shutdown] was called. Nothing
// has been written to the response then.
var ErrClosed = errors.New("sse: server is shut down")

// maxPending keeps a whole queue within the 64 places that r3labs/sse has for a
// subscriber, so that its loop never waits for a client.
const maxPending = 60

// Config sets the limits of a [Server]. The zero value works.
type Config struct {
	// Heartbeat is the longest time a stream is silent. A comment is sent when
	// nothing else was. Default 15 s.
	Heartbeat time.Duration
	// WriteTimeout is how long one write to a client may take before the client is
	// dropped, up to an eighth less, since deadlines are not armed for each. Default 10 s.
	WriteTimeout time.Duration
	// MaxPending is how many messages may wait for one client. Default 16, at most 60.
	MaxPending int
	// MaxPendingBytes is how many bytes of messages may wait for one client. A
	// message that is larger alone is taken if nothing else waits. Default 1 MiB.
	MaxPendingBytes int
	// NoCompression sends messages as they are, also to clients that take them compressed
	// (Accept-Encoding: zstd or gzip). Default false: they are compressed, each by itself,
	// with no memory for a connection.
	NoCompression bool
}

// Server serves event streams. Make one with [New]. All methods may be called from any
// goroutine.
type Server struct {
	config      Config
	events      *r3labs.Server
	tick        atomic.Uint32 // counts quarters of the heartbeat, see pulse
	compressors compressors

	mu      sync.Mutex
	streams map[string]*Stream
	pulse   *pulse        // runs while there are streams
	serving int           // calls of Serve that have not returned
	closed  bool          // Shutdown was called
	empty   chan struct{} // closed when serving is 0 after Shutdown
}

// New returns a server with the given limits. It runs nothing until the first stream is
// opened and needs no closing without streams.
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
		config:  c,
		events:  r3labs.New(),
		streams: make(map[string]*Stream),
		empty:   make(chan struct{}),
	}
	s.events.AutoReplay = false // its log grows for ever and replaces our ids
	s.events.AutoStream = false // strangers could make streams
	s.events.SplitData = true   // a line of data is a line of the event
	// Room for a full queue, one heartbeat and the last messages of Finish and FinishNow,
	// so that what the queue takes is never refused further down.
	s.events.BufferSize = c.MaxPending + 3
	s.events.Headers = map[string]string{
		"Cache-Control":     cacheControl,
		"X-Accel-Buffering": "no",
	}
	s.events.OnUnsubscribe = func(name string, _ *r3labs.Subscriber) {
		s.mu.Lock()
		st := s.streams[name]
		s.mu.Unlock()
		close(st.unsubscribed)
	}
	return s
}

// Serve answers r with an event stream and blocks until it is over: the client is gone
// or was dropped, [Stream.Close], [Stream.Finish], [Stream.FinishNow], or
// [Server.Shutdown].
//
// First opened is called, once, on the goroutine of Serve; from there on the stream takes
// messages. The first bytes the client gets are an id line alone, so that it has an id to
// come back with before anything was sent, and knows then that it is connected.
//
// Of r the context and the version of HTTP are used and, unless [Config.NoCompression] is set or w has a
// Content-Encoding already, Accept-Encoding; no other header, and not the address.
//
// The error is nil unless the stream could not be opened or a write failed, which
// includes the write deadline. If opened was not called, nothing of the stream may be
// used. ErrClosed, an id with a line end, and a ResponseWriter without write deadlines
// (errors.Is(err, http.ErrNotSupported): some middleware wraps it without an Unwrap
// method) are found before anything is written, so that the caller can still answer.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, first string, opened func(*Stream)) error {
	out, request, err := s.open(w, r, first, opened)
	if err != nil {
		return err
	}
	defer out.end() // also when opened or the drain callback panics
	s.events.ServeHTTP(out, request)
	out.finish()
	return out.stream.failure()
}

// open makes a stream. It stands apart from Serve, which waits as long as a stream is
// open: what is in Serve's frame is memory that each client has.
func (s *Server) open(w http.ResponseWriter, r *http.Request, first string, opened func(*Stream)) (*wire, *http.Request, error) {
	if !validID(first) {
		return nil, nil, fmt.Errorf("sse: id %q has a line end or NUL", first)
	}
	ctx, cancel := context.WithCancel(r.Context())
	out := &wire{
		stream: Stream{
			server:       s,
			name:         rand.Text(),
			ctx:          ctx,
			cancel:       cancel,
			control:      http.NewResponseController(w),
			unsubscribed: make(chan struct{}),
		},
		w:      w,
		first:  first,
		opened: opened,
		disarm: r.ProtoMajor >= 2,
	}
	if !s.config.NoCompression {
		out.encoder.coding = codingFor(r.Header["Accept-Encoding"])
	}
	st := &out.stream
	if err := st.arm(); err != nil {
		cancel()
		return nil, nil, fmt.Errorf("sse: write deadline: %w", err)
	}
	if !s.add(st) {
		cancel()
		return nil, nil, ErrClosed
	}
	s.events.CreateStream(st.name)
	return out, st.request(), nil
}

// end ends a stream whose client r3labs has left or is about to leave.
func (o *wire) end() {
	st := &o.stream
	st.leave()
	if o.subscribed {
		<-st.unsubscribed // a stream removed earlier keeps a goroutine for ever
	}
	st.server.events.RemoveStream(st.name)
	st.server.remove(st)
	st.cancel()
}

// request is what r3labs sees instead of the client's: that decides neither the name of
// the stream, nor an event id, which r3labs would answer with 400 if it is no number.
func (st *Stream) request() *http.Request {
	r := http.Request{
		Method: http.MethodGet,
		URL:    &url.URL{RawQuery: "stream=" + st.name},
	}
	return r.WithContext(st.ctx)
}

// Shutdown refuses new streams, drops all clients and waits until every call of
// [Server.Serve] has returned. A stream that is being finished may write its last
// message first. If ctx ends before, those are dropped as well and the error wraps
// ctx.Err(). [http.Server.Shutdown] waits for open streams: call
// this one before it, or beside it once the listener is closed.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	idle := s.serving == 0
	s.mu.Unlock()
	if idle {
		return nil
	}
	for _, st := range s.all() {
		if !st.finishes() {
			st.Close()
		}
	}
	select {
	case <-s.empty:
		return nil
	case <-ctx.Done():
		for _, st := range s.all() {
			st.Close()
		}
		return fmt.Errorf("sse: shutdown: %w", ctx.Err())
	}
}

func (s *Server) all() []*Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*Stream, 0, len(s.streams))
	for _, st := range s.streams {
		all = append(all, st)
	}
	return all
}

func (s *Server) add(st *Stream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.streams[st.name] = st
	s.serving++
	if s.pulse == nil {
		s.pulse = s.startPulse()
	}
	return true
}

func (s *Server) remove(st *Stream) {
	s.mu.Lock()
	delete(s.streams, st.name)
	var p *pulse
	if len(s.streams) == 0 {
		p, s.pulse = s.pulse, nil
	}
	s.mu.Unlock()
	if p != nil {
		p.end()
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	s.serving--
	if s.closed && s.serving == 0 {
		close(s.empty)
	}
}
