package handlers_test

import (
	"context"
	"io"
	"net"
	"sync"
)

// wire is the network between a tab and a server, in memory.
type wire struct {
	conns chan net.Conn
	done  chan struct{}

	mu   sync.Mutex
	down bool
	ours []*end
	goOn chan struct{} // closed when a tab reads again; nil if it reads
}

// end is a tab's end of a connection.
type end struct {
	net.Conn
	wire *wire
	mu   sync.Mutex
	hole bool // nothing arrives at the server any more
	deaf bool // nor at the tab
}

func (e *end) lost() (hole, deaf bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.hole, e.deaf
}

func (e *end) Read(p []byte) (int, error) {
	for {
		e.wire.mu.Lock()
		goOn := e.wire.goOn
		e.wire.mu.Unlock()
		if goOn != nil {
			<-goOn
		}
		n, err := e.Conn.Read(p)
		if _, deaf := e.lost(); err != nil || !deaf {
			return n, err
		}
	}
}

func (e *end) Write(p []byte) (int, error) {
	if hole, _ := e.lost(); hole {
		return len(p), nil
	}
	return e.Conn.Write(p)
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.done:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error   { close(w.done); return nil }
func (w *wire) Addr() net.Addr { return &net.UnixAddr{Name: "memory"} }

func (w *wire) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	w.mu.Lock()
	down := w.down
	e := &end{Conn: ours, wire: w}
	w.ours = append(w.ours, e)
	w.mu.Unlock()
	if down {
		return nil, io.ErrUnexpectedEOF
	}
	select {
	case w.conns <- theirs:
		return e, nil
	case <-w.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// swallow has what is sent from now on get lost, until the connections are cut.
func (w *wire) swallow() { w.lose(func(e *end) { e.hole, e.deaf = true, true }) }

// swallowAnswers is swallow for what the server says.
func (w *wire) swallowAnswers() { w.lose(func(e *end) { e.deaf = true }) }

func (w *wire) lose(f func(e *end)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.ours {
		e.mu.Lock()
		f(e)
		e.mu.Unlock()
	}
}

// stall has the tab read nothing for a while.
func (w *wire) stall(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.goOn != nil {
		close(w.goOn)
		w.goOn = nil
	}
	if on {
		w.goOn = make(chan struct{})
	}
}

// cut ends all connections; if down, no others are made.
func (w *wire) cut(down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = down
	for _, e := range w.ours {
		_ = e.Close()
	}
	w.ours = nil
}
