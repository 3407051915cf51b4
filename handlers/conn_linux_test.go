package handlers_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
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

// counting is a middleware's writer that counts writes, and passes on what is written.
type counting struct {
	http.ResponseWriter
	writes *atomic.Int32
}

func (c counting) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.ResponseWriter.Write(p)
}

func (c counting) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// passing says so.
type passing struct{ counting }

func (p passing) PassesTo() http.ResponseWriter { return p.ResponseWriter }

// Messages of a view go past net/http, unless a writer that is not known stands before it; the
// kit's own is none.
func TestViewsWriteToTheirSocket(t *testing.T) {
	for _, known := range []bool{true, false} {
		page := rooms.Page{Ref: make(chan ref, 1)}
		inner := roomSite(t, handlers.Config{}, page)
		var writes atomic.Int32
		outer := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c := counting{w, &writes}
			w = c
			if known {
				w = passing{c}
			}
			inner.Config.Handler.ServeHTTP(w, r)
		}))
		outer.Config.ConnContext = handlers.ConnContext
		outer.Start()
		s := &site{Server: outer, kit: inner.kit, log: inner.log}
		p := s.browser(t).open("/rooms/a").connect("")
		view := take(t, page.Ref, "the view to connect")
		say := func(text string) {
			waitFor(t, func() bool { return rooms.Say(view, text) == nil })
			p.expect(text)
		}
		say("the first")
		before := writes.Load()
		for i := range 5 {
			say("message " + strconv.Itoa(i))
		}
		if n := writes.Load() - before; (n == 0) != known {
			t.Errorf("known %v: %d writes of 5 messages went through net/http", known, n)
		}
		shutdown(t, s.kit)
		outer.Close()
	}
}
