//go:build !linux

package handlers

import (
	"context"
	"net"
)

// ConnContext is for the field of that name of an http.Server. On Linux it finds
// connections whose other end has vanished, and lets views write to theirs directly; here it does
// nothing.
func ConnContext(ctx context.Context, _ net.Conn) context.Context { return ctx }
