package cut

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
)

// answerBuffer bounds what the kernel takes of an answer that nobody reads. Below some 32 KiB
// it would slow down those that are read.
const answerBuffer = 64 << 10

// link is one connection of a browser with its own connection to the server. Two
// goroutines serve it: up reads from the browser, down from the server.
type link struct {
	proxy          *Proxy
	client, server *net.TCPConn
	requests       chan *Exchange // from up to down

	// The proxy's mutex guards these.
	exchange *Exchange // the newest
	gone     bool      // the browser has left
}

func newLink(p *Proxy, client, server *net.TCPConn) *link {
	_ = server.SetReadBuffer(answerBuffer) // a larger one only makes a stall take longer to be felt
	return &link{proxy: p, client: client, server: server, requests: make(chan *Exchange, 1)}
}

// reset closes both connections at once, unsent data and all.
func (l *link) reset() {
	for _, c := range []*net.TCPConn{l.client, l.server} {
		_ = c.SetLinger(0) // a closed one is as good as reset
		_ = c.Close()
	}
}

// up passes requests on, each when its head has been read and nothing is against it.
func (l *link) up() {
	defer l.left()
	held := &holder{to: l.server}
	from := bufio.NewReader(io.TeeReader(l.client, held))
	for {
		held.hold()
		r, err := http.ReadRequest(from)
		if err != nil {
			return
		}
		e, answer, ok := l.proxy.begin(l, r)
		if !ok {
			l.reset()
			return
		}
		if answer != nil {
			held.drop()
			_, _ = io.Copy(io.Discard, r.Body) // a body cut off shows at the next read
			e.begin(answer.status, "")
			_, _ = l.client.Write(answer.answer)
			e.finish()
			continue
		}
		l.requests <- e
		l.proxy.awaitDelay(r)
		if held.release() != nil {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
	}
}

// left ends the server's side: nobody is there to answer to.
func (l *link) left() {
	l.proxy.mu.Lock()
	l.gone = true
	l.proxy.moved.Broadcast()
	l.proxy.mu.Unlock()
	close(l.requests)
	_ = l.server.Close()
}

// begin notes a request and says what is to become of it.
func (p *Proxy) begin(l *link, r *http.Request) (e *Exchange, answer *rule, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e = &Exchange{Request: r}
	l.exchange = e
	p.exchanges = append(p.exchanges, e)
	if first(p.refused, r) != nil {
		e.finish()
		return e, nil, false
	}
	return e, first(p.answered, r), true
}

// down passes answers on, and follows where each begins and ends.
func (l *link) down() {
	defer l.end()
	noted := &later{from: answers{l}, to: l.client}
	from := bufio.NewReader(noted)
	for e := range l.requests {
		err := errors.Join(e.read(from), noted.pass())
		e.finish()
		if err != nil {
			return
		}
	}
}

// later passes on what is read from it when its reader comes back for more: what a browser has got is then part of its
// exchange already.
type later struct {
	from io.Reader
	to   io.Writer
	held []byte
}

func (r *later) Read(b []byte) (int, error) {
	if err := r.pass(); err != nil {
		return 0, err
	}
	n, err := r.from.Read(b)
	r.held = append(r.held, b[:n]...)
	return n, err
}

func (r *later) pass() error {
	_, err := r.to.Write(r.held)
	r.held = r.held[:0]
	return err
}

func (l *link) end() {
	_ = l.client.Close()
	_ = l.server.Close()
	for e := range l.requests { // so that up never waits for this side
		e.finish()
	}
	l.proxy.mu.Lock()
	defer l.proxy.mu.Unlock()
	delete(l.proxy.links, l)
}

// answers reads what the server answers, unless that is stalled, up to where it is cut.
type answers struct{ *link }

func (l answers) Read(b []byte) (int, error) {
	l.proxy.awaitGo(l.link)
	n, err := l.server.Read(b)
	l.proxy.awaitGo(l.link) // what came after the stall stays here
	if most, cut := l.proxy.passing(l.link, n); cut {
		_, _ = l.client.Write(b[:most])
		// Closed in order, what was written arrives; the server's side is reset.
		_ = l.client.Close()
		l.reset()
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}

// awaitGo waits while the link's answer is stalled.
func (p *Proxy) awaitGo(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.closed && !l.gone && l.exchange != nil && first(p.stalled, l.exchange.Request) != nil {
		p.moved.Wait()
	}
}

// awaitDelay waits while a request is delayed.
func (p *Proxy) awaitDelay(r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.closed && first(p.delayed, r) != nil {
		p.moved.Wait()
	}
}

// passing counts bytes of an answer against the cuts that were asked for.
func (p *Proxy) passing(l *link, n int) (most int, cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.exchange == nil {
		return n, false
	}
	for i, r := range p.cutting {
		if !r.match(l.exchange.Request) {
			continue
		}
		if n < r.left {
			r.left -= n
			return n, false
		}
		p.cutting = append(p.cutting[:i:i], p.cutting[i+1:]...)
		return r.left, true
	}
	return n, false
}

// holder is the way to the server, which may be shut for a while.
type holder struct {
	to      io.Writer
	held    bytes.Buffer
	holding bool
	dropped bool
}

func (h *holder) hold() { h.holding, h.dropped = true, false }

// drop forgets what was held and what comes until the next hold.
func (h *holder) drop() {
	h.held.Reset()
	h.dropped = true
}

func (h *holder) release() error {
	h.holding = false
	_, err := h.held.WriteTo(h.to)
	return err
}

func (h *holder) Write(b []byte) (int, error) {
	switch {
	case h.dropped:
		return len(b), nil
	case h.holding:
		return h.held.Write(b)
	}
	return h.to.Write(b)
}
