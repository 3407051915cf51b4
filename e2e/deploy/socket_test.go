package deploy_test

import (
	"net"
	"net/http"
	"os"
	"testing"

	"github.com/sideband-go/sideband/handlers"
)

// inherited makes a listener of a socket that belongs to who starts the processes.
func inherited(t *testing.T, socket *os.File) net.Listener {
	t.Helper()
	l, err := net.FileListener(socket)
	check(t, err)
	return l
}

// With socket activation the socket outlives each process, so that what connects between
// two of them waits for the next one.
func TestASocketThatOutlivesProcessesRefusesNobody(t *testing.T) {
	t.Parallel()
	addr, socket := listening(t)
	defer socket.Close()
	a := serve(t, inherited(t, socket), handlers.Config{}, onChi())
	p := visit(t, http1()).open("http://" + addr + "/count").connect()
	p.counts("Count: 1")
	a.stop()
	for data, ok := p.next(); ok; data, ok = p.next() {
		t.Errorf("the stream ends with %q", data)
	}

	type reply struct {
		res *http.Response
		err error
	}
	connected := make(chan reply, 1)
	go func() { // while nobody serves
		res, err := p.request()
		connected <- reply{res, err}
	}()
	b := serve(t, inherited(t, socket), handlers.Config{}, onChi())
	got := <-connected
	check(t, got.err)
	got.res.Body.Close()
	p.connect()
	p.counts("Count: 1")
	if n := b.mounts.Load(); n != 1 {
		t.Errorf("the next process has mounted %d views", n)
	}
}
