//go:build !linux

package sse

import (
	"context"
	"errors"
	"net"
	"syscall"
)

// ConnContext is for the field of that name of an [http.Server]. On Linux it lets connections of
// HTTP/1.1 without TLS write directly to their socket: see the package's comment. Here it does nothing.
func ConnContext(ctx context.Context, _ net.Conn) context.Context { return ctx }

func socketOf(context.Context) syscall.RawConn { return nil }

func writeNow(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }
