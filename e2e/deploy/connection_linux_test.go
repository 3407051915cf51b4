package deploy_test

import (
	"context"
	"net"
	"net/http"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sideband-go/sideband/handlers"
)

func TestTheKernelGivesUpConnectionsOfBrowsersThatHaveVanished(t *testing.T) {
	t.Parallel()
	set := make(chan int, 1)
	a := start(t, "", handlers.Config{}, onChi(), func(s *http.Server) {
		s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
			ctx = handlers.ConnContext(ctx, c)
			raw, err := c.(*net.TCPConn).SyscallConn()
			if err == nil {
				_ = raw.Control(func(fd uintptr) {
					ms, _ := unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT)
					set <- ms
				})
			}
			return ctx
		}
	})
	visit(t, http1()).open(a.url() + "/count")
	if ms := <-set; ms != 30_000 {
		t.Errorf("what is sent may stay unacknowledged for %d ms", ms)
	}
}
