package sse

import (
	"context"
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

type socketKey struct{}

// ConnContext is for the field of that name of an [http.Server]. On Linux it lets connections of
// HTTP/1.1 without TLS write directly to their socket: see the package's comment. Elsewhere it does nothing.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	tcp, ok := c.(*net.TCPConn)
	if !ok { // a wrapper may encrypt or count what is written
		return ctx
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return ctx // c is closed
	}
	return context.WithValue(ctx, socketKey{}, raw)
}

// socketOf returns the socket of the connection that a request came on, or nil.
func socketOf(ctx context.Context) syscall.RawConn {
	raw, _ := ctx.Value(socketKey{}).(syscall.RawConn)
	return raw
}

// writeNow writes as much of p as a socket has room for, which may be nothing. It never blocks.
func writeNow(fd uintptr, p []byte) (written int, err error) {
	for written < len(p) {
		n, err := unix.SendmsgN(int(fd), p[written:], nil, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
		switch {
		case err == nil:
			written += n
		case errors.Is(err, unix.EAGAIN):
			return written, nil
		case !errors.Is(err, unix.EINTR):
			return written, err
		}
	}
	return written, nil
}
