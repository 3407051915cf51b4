package handlers_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sideband-go/sideband/handlers"
)

// A connection whose other end has vanished is given up after half a minute.
func TestConnectionsAreGivenUp(t *testing.T) {
	for _, encrypted := range []bool{false, true} {
		timeouts := make(chan int, 1)
		srv := httptest.NewUnstartedServer(http.NotFoundHandler())
		srv.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
			out := handlers.ConnContext(ctx, c)
			if e, ok := c.(*tls.Conn); ok {
				c = e.NetConn()
			}
			raw, err := c.(*net.TCPConn).SyscallConn()
			if err != nil {
				t.Error(err)
			}
			if err := raw.Control(func(fd uintptr) {
				n, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT)
				if err != nil {
					t.Error(err)
				}
				timeouts <- n
			}); err != nil {
				t.Error(err)
			}
			return out
		}
		if encrypted {
			srv.StartTLS()
		} else {
			srv.Start()
		}
		res, err := srv.Client().Get(srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if n := take(t, timeouts, "the connection"); n != 30_000 {
			t.Errorf("encrypted %v: %d ms", encrypted, n)
		}
		srv.Close()
	}
	a, b := net.Pipe() // no TCP: nothing to do
	defer a.Close()
	defer b.Close()
	if ctx := t.Context(); handlers.ConnContext(ctx, a) != ctx {
		t.Error("the context is another one")
	}
}
