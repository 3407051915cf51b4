package handlers

import (
	"context"
	"crypto/tls"
	"net"

	"golang.org/x/sys/unix"

	"github.com/sideband-go/sideband/sse"
)

// deadAfter is how long sent data may stay unacknowledged, in milliseconds.
const deadAfter = 30_000

// ConnContext is for the field of that name of an http.Server. On Linux it makes the
// kernel give up a connection whose other end has not acknowledged what was sent for
// 30 seconds (TCP_USER_TIMEOUT), so that a browser that has vanished does not count as
// connected for a quarter of an hour; and views write to their connections of HTTP/1.1 without TLS
// directly ([sse.ConnContext]), which is faster. Elsewhere it does nothing.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	direct := sse.ConnContext(ctx, c)
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return direct
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return direct // it is closed already
	}
	_ = raw.Control(func(fd uintptr) { // without it the connection still works
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, deadAfter)
	})
	return direct
}
