package livetest

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/sideband-go/sideband/internal/live"
)

// host is where the site is. It has TLS as far as anybody can tell, so that cookies
// are what they are in production.
const (
	host   = "site.test"
	origin = "https://" + host
)

// listener takes connections that are made in memory.
type listener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newListener() *listener {
	return &listener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept, Close and Addr make it a net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *listener) Addr() net.Addr { return &net.UnixAddr{Name: host, Net: "memory"} }

// conn is the server's end of a connection.
type conn struct {
	net.Conn
	line *line
}

// line is a tab's way to the server. It can be cut.
type line struct {
	listener *listener
	probe    live.Probe

	mu        sync.Mutex
	down      bool // nothing gets through
	liveCut   bool // no live connection does
	conns     []net.Conn
	running   map[*request]bool
	changed   chan struct{} // closed when a request is over
	redirects []string      // since a page was loaded last
	hold      *Upload       // that holds the next request with files
	held      *Upload       // whose request is under way
}

// request is one that the server works on.
type request struct {
	live   bool // it is a page's live connection
	cut    bool
	cancel context.CancelFunc
}

func newLine(l *listener) *line {
	return &line{listener: l, running: make(map[*request]bool), changed: make(chan struct{})}
}

// client makes a client of a person, whose requests go this way.
func (l *line) client(p *Person) *http.Client {
	return &http.Client{Jar: p.jar, Transport: &watching{l, p, &http.Transport{
		DialTLSContext: l.dial, DialContext: l.dial, DisableCompression: true,
	}}}
}

func (l *line) dial(ctx context.Context, _, address string) (net.Conn, error) {
	if address != host+":443" {
		return nil, fmt.Errorf("livetest: %s is another site", address)
	}
	ours, theirs := net.Pipe()
	l.mu.Lock()
	down := l.down
	if !down {
		l.conns = append(l.conns, ours, theirs)
	}
	l.mu.Unlock()
	if down {
		return nil, fmt.Errorf("livetest: the connection is cut: %w", net.ErrClosed)
	}
	select {
	case l.listener.conns <- conn{theirs, l}:
		return ours, nil
	case <-l.listener.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// watching notes the redirects of a tab, and adds the headers of its person.
type watching struct {
	line   *line
	person *Person
	*http.Transport
}

// RoundTrip is part of http.RoundTripper.
func (w *watching) RoundTrip(r *http.Request) (*http.Response, error) {
	if down, _ := w.line.state(); r.URL.Host != host && r.Header.Get("Sec-Fetch-Dest") == "document" && !down {
		return elsewhere(r), nil
	}
	if header := w.person.headers(); len(header) > 0 {
		r = r.Clone(r.Context())
		maps.Copy(r.Header, header)
	}
	r, over := w.line.take(r)
	res, err := w.Transport.RoundTrip(r)
	over()
	if err == nil && res.StatusCode >= 300 && res.StatusCode < 400 &&
		(r.Header.Get("Sec-Fetch-Dest") == "document" || r.Header.Get("HX-Request-Type") == "full") {
		w.line.mu.Lock()
		w.line.redirects = append(w.line.redirects, whereTo(r, res))
		w.line.mu.Unlock()
	}
	return res, err
}

// whereTo is where an answer sends a page.
func whereTo(r *http.Request, res *http.Response) string {
	to, err := r.URL.Parse(res.Header.Get("Location"))
	if err != nil {
		return res.Header.Get("Location")
	}
	return pathOf(to.String())
}

// elsewhere is a page of another site, to which a page has sent its browser.
func elsewhere(r *http.Request) *http.Response {
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"text/html"}},
		Body:   io.NopCloser(strings.NewReader("<!doctype html><title>Another site</title><main><h1>Another site</h1></main>")),
	}
}

func (l *line) takeRedirects() []string { return take(&l.mu, &l.redirects) }

// serve runs a request that has come this way.
func (l *line) serve(h http.Handler, w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	q := &request{live: isLive(r), cancel: cancel}
	l.mu.Lock()
	refused := l.down || q.live && l.liveCut
	l.running[q] = true
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.running, q)
		close(l.changed)
		l.changed = make(chan struct{})
		l.mu.Unlock()
	}()
	if refused {
		panic(http.ErrAbortHandler)
	}
	r = r.WithContext(ctx)
	r.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: host}
	h.ServeHTTP(w, r)
	l.mu.Lock()
	cut := q.cut
	l.mu.Unlock()
	if cut {
		panic(http.ErrAbortHandler)
	}
}

func isLive(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.Query().Get("sideband") == "stream"
}

// cut ends the requests that are under way, or the live connections alone.
func (l *line) cut(liveAlone bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for q := range l.running {
		if q.live || !liveAlone {
			q.cut = true
			q.cancel()
		}
	}
	if liveAlone {
		return
	}
	for _, c := range l.conns {
		c.Close()
	}
	l.conns = nil
}

// set changes what gets through.
func (l *line) set(down, liveCut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down, l.liveCut = down, liveCut
}

func (l *line) state() (down, liveCut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.down, l.liveCut
}

// quiet waits until the server works on nothing of this line, or on no live connection.
func (l *line) quiet(ctx context.Context, liveAlone bool) bool {
	for {
		l.mu.Lock()
		n, changed := 0, l.changed
		for q := range l.running {
			if q.live || !liveAlone {
				n++
			}
		}
		l.mu.Unlock()
		if n == 0 {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}
