// Package sse sends server-sent events over connections with bounded queues.
//
// [Server.Serve] answers a request with an event stream and blocks until the [Connection]
// ends. Meanwhile any goroutine may call [Connection.Send], which never blocks: it returns
// false when a slow client's queue is full. A client that does not read at all is dropped
// when its write deadline passes.
//
// # Bounds
//
//   - The queue of a connection: [Config.MaxPending] messages and
//     [Config.MaxPendingBytes] bytes. When it is full, Send returns false; the caller
//     merges its messages and sends them when [Connection.OnDrain] reports room, or
//     drops the client.
//   - The time of one write: [Config.WriteTimeout]. After it the client is dropped.
//
// # Compression
//
// Clients that accept zstd or gzip get each message compressed by itself: they can read
// it at once, and no compressor is kept for a connection. Small messages are sent as they
// are. [Config.NoCompression] turns compression off.
//
// # How messages are written
//
// Send itself writes a message of up to 4 KiB to the socket if the queue is empty and the socket has
// room. It never blocks. This needs HTTP/1.1 without TLS on Linux, an [http.Server] with
// [ConnContext], and the [http.ResponseWriter] of net/http. A writer that wraps that one must have a
// method
//
//	PassesTo() http.ResponseWriter
//
// It returns the wrapped writer if everything after the header is passed to it unchanged, else nil.
// All other messages are queued and written by a goroutine, which ends when the queue is empty.
//
// # How github.com/r3labs/sse is used
//
// github.com/r3labs/sse/v2 registers clients, writes the header and keeps the request open
// until the connection ends. Up to 1,000 connections share one of its streams, which has a
// goroutine. Nothing is published to these streams, and r3labs sees no name, header or address of
// the client. Its log and its automatic streams are off.
package sse
