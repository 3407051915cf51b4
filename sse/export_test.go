package sse

import "github.com/klauspost/compress/zstd"

// The bounds of the package, for tests.
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

// IsHalfWritten reports whether a part of a message is written.
func (conn *Connection) IsHalfWritten() bool {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	return conn.head != nil && conn.head.packet != nil
}

// WriteAllDirectly lets Send write messages of any size.
func (s *Server) WriteAllDirectly() { s.maxDirect = 1 << 30 }

// IsIdle reports whether the queue is empty.
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
