package handlers

import (
	"context"
	"crypto/tls"
	"net"

	"golang.org/x/sys/unix"
)

// deadAfter is how long sent data may stay unacknowledged, in milliseconds.
const deadAfter = 30_000

// ConnContext is for the field of that name of an http.Server. On Linux it makes the
// kernel give up a connection whose other end has not acknowledged what was sent for
// 30 seconds (TCP_USER_TIMEOUT), so that a browser that has vanished does not count as
// connected for a quarter of an hour. Elsewhere it does nothing.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return ctx
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return ctx // it is closed already
	}
	_ = raw.Control(func(fd uintptr) { // without it the connection still works
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, deadAfter)
	})
	return ctx
}
