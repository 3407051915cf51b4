// Package cut is the network between a browser and a server, for tests: a proxy that
// passes every byte on as it is, until a test tells it to cut, to stall, to refuse or to
// answer in the server's place. It understands enough HTTP/1.1 to do so for chosen
// requests, and remembers what passed.
package cut

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
)

// Match chooses requests. It is called with no body to read, from any goroutine.
type Match func(*http.Request) bool

// Any matches every request.
func Any(*http.Request) bool { return true }

// Streams matches the requests for a page's stream.
func Streams(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.Query().Get("sideband") == "stream"
}

// Events matches the events of pages.
func Events(r *http.Request) bool { return r.Method == http.MethodPost }

// Proxy stands between browsers and one server. Make one with [New]. Its methods may be
// called from any goroutine.
type Proxy struct {
	server   string
	listener net.Listener
	workers  sync.WaitGroup

	mu        sync.Mutex
	moved     sync.Cond // a stall, a delay or the proxy has ended
	closed    bool
	links     map[*link]struct{}
	exchanges []*Exchange
	refused   []*rule
	answered  []*rule
	delayed   []*rule
	stalled   []*rule
	cutting   []*rule
}

// rule is what a test has told the proxy to do with some requests.
type rule struct {
	match  Match
	answer []byte // in the server's place
	status int    // of it
	left   int    // bytes that pass before a cut
}

// New returns a proxy to the server at a URL or at host:port, listening on an address of
// this machine of its own. Close it.
func New(server string) (*Proxy, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("cut: %w", err)
	}
	p := &Proxy{
		server:   strings.TrimSuffix(strings.TrimPrefix(server, "http://"), "/"),
		listener: l,
		links:    make(map[*link]struct{}),
	}
	p.moved.L = &p.mu
	p.workers.Go(p.accept)
	return p, nil
}

// URL is where browsers find the server through the proxy, without a slash at the end.
func (p *Proxy) URL() string { return "http://" + p.listener.Addr().String() }

// Close cuts all connections and waits until nothing of the proxy runs any more.
func (p *Proxy) Close() {
	p.listener.Close()
	p.mu.Lock()
	p.closed = true
	for l := range p.links {
		l.reset()
	}
	p.moved.Broadcast()
	p.mu.Unlock()
	p.workers.Wait()
}

// Exchanges lists the requests so far that match, in the order of their arrival.
func (p *Proxy) Exchanges(m Match) []*Exchange {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []*Exchange
	for _, e := range p.exchanges {
		if m(e.Request) {
			list = append(list, e)
		}
	}
	return list
}

// Count is the number of requests so far that match.
func (p *Proxy) Count(m Match) int { return len(p.Exchanges(m)) }

// Open is the number of matching requests that are not over: for streams, those that
// are connected.
func (p *Proxy) Open(m Match) int {
	n := 0
	for _, e := range p.Exchanges(m) {
		if !e.Over() {
			n++
		}
	}
	return n
}

// Cut resets the connections of the matching requests that are not over, towards both
// sides, and returns how many there were.
func (p *Proxy) Cut(m Match) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for l := range p.links {
		if l.exchange != nil && !l.exchange.Over() && m(l.exchange.Request) {
			l.reset()
			l.exchange.finish()
			n++
		}
	}
	return n
}

// CutAfter resets one connection in the middle of an answer: that of the first matching
// request, under way or to come, when so many more bytes of its answer have passed.
func (p *Proxy) CutAfter(m Match, bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cutting = append(p.cutting, &rule{match: m, left: bytes})
}

// Refuse resets the connection of each matching request before the server sees it, until
// allow is called.
func (p *Proxy) Refuse(m Match) (allow func()) { return p.rule(&p.refused, &rule{match: m}) }

// Answer answers matching requests in the server's place, with HTML, until stop is called.
func (p *Proxy) Answer(m Match, status int, html string) (stop func()) {
	text := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s",
		status, http.StatusText(status), len(html), html)
	return p.rule(&p.answered, &rule{match: m, answer: []byte(text), status: status})
}

// Stall stops the answers to matching requests, under way or to come: nothing of them is
// read from the server any more, so that its writes hang once the buffers between are
// full. It ends with release.
func (p *Proxy) Stall(m Match) (release func()) { return p.rule(&p.stalled, &rule{match: m}) }

// Delay keeps matching requests to come from the server until release is called.
func (p *Proxy) Delay(m Match) (release func()) { return p.rule(&p.delayed, &rule{match: m}) }

func (p *Proxy) rule(list *[]*rule, r *rule) (end func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*list = append(*list, r)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for i, o := range *list {
			if o == r {
				*list = append((*list)[:i:i], (*list)[i+1:]...)
				break
			}
		}
		p.moved.Broadcast()
	}
}

func first(rules []*rule, r *http.Request) *rule {
	for _, o := range rules {
		if o.match(r) {
			return o
		}
	}
	return nil
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", p.server)
		if err != nil {
			client.Close()
			continue
		}
		l := newLink(p, client.(*net.TCPConn), server.(*net.TCPConn))
		p.mu.Lock()
		if p.closed {
			l.reset()
		} else {
			p.links[l] = struct{}{}
			p.workers.Go(l.up)
			p.workers.Go(l.down)
		}
		p.mu.Unlock()
	}
}
