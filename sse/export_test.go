package sse

import "github.com/klauspost/compress/zstd"

// MaxMembers is how many connections share an r3labs stream, and MaxDirect the size up to which a
// message is written directly.
const (
	MaxMembers = maxMembers
	MaxDirect  = maxDirect
)

// IsDirect reports whether conn writes to its socket itself.
func (conn *Connection) IsDirect() bool {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	return conn.socket != nil
}

// IsHalfWritten reports whether the socket has taken a part of a message.
func (conn *Connection) IsHalfWritten() bool {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	return conn.head != nil && conn.head.packet != nil
}

// WriteAllDirectly makes messages of any size go straight to their socket.
func (s *Server) WriteAllDirectly() { s.maxDirect = 1 << 30 }

// IsIdle reports whether nothing waits.
func (conn *Connection) IsIdle() bool {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	return conn.head == nil
}

// BreakEncoders makes compression with zstd panic.
func (s *Server) BreakEncoders() {
	for range 100 { // the race detector drops some
		s.compressors.zstandards.Put((*zstd.Encoder)(nil))
	}
}
