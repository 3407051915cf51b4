// Package sse sends server-sent events over connections with bounded queues.
//
// [Server.Serve] answers a request with an event stream and blocks until the [Connection]
// ends. Meanwhile any goroutine may call [Connection.Send], which never blocks: it returns
// false when a slow client's queue is full. A client that does not read at all is dropped
// when its write deadline passes. A [Log] keeps what was sent, so that a client that
// reconnects gets what it missed.
//
// # Bounds
//
//   - The queue of a connection: [Config.MaxPending] messages and
//     [Config.MaxPendingBytes] bytes. When it is full, Send returns false; the caller
//     merges its messages and sends them when [Connection.OnDrain] reports room, or
//     drops the client.
//   - The time of one write: [Config.WriteTimeout]. After it the client is dropped.
//   - A Log: messages and bytes. It drops the oldest first.
//
// # Compression
//
// Clients that accept zstd or gzip get each message compressed by itself: they can read
// it at once, and no compressor is kept for a connection. Small messages are sent as they
// are. [Config.NoCompression] turns compression off.
//
// # How github.com/r3labs/sse is used
//
// github.com/r3labs/sse/v2 does fan-out, framing and flushing. Each connection has an
// r3labs stream of its own under a random name, made and removed by the handler that
// serves it; no name, header or address of the client's reaches r3labs. Its log and its
// automatic streams are off. What it writes passes through a writer of this package that
// joins a message into one write, compresses it, sets the write deadline and leaves out
// the empty id lines that would reset a browser's last id.
package sse
