// Package sse sends server-sent events: one bounded outgoing stream for each
// connection.
//
// [Server.Serve] answers a request with an event stream and blocks until the stream
// is over. In the meantime anyone may call [Stream.Send], which never blocks: a client
// that reads too slowly fills its own queue and is told apart by false, and one that
// does not read at all is dropped when its write deadline passes. A [Log] remembers
// what was sent, so that a client that comes back gets what it missed.
//
// # What is bounded
//
//   - A stream's queue: [Config.MaxPending] messages and [Config.MaxPendingBytes]
//     bytes. When it is full Send refuses the message; the caller merges what it has
//     to say and sends it when [Stream.OnDrain] reports room, or drops the client.
//   - The time of one write: [Config.WriteTimeout]. After it the client is dropped.
//   - A Log: messages and bytes. The oldest are forgotten first.
//
// # Compression
//
// Clients that take zstd or gzip get their messages compressed, each by itself and at
// once readable: no compressor is kept for a connection. Small messages are sent as they
// are. [Config.NoCompression] switches it off.
//
// # How github.com/r3labs/sse is used
//
// Fan-out, framing and flushing are the work of github.com/r3labs/sse/v2. It is used
// with one stream for each connection under a random name, made and removed by the one
// handler that serves it, and never with a name, header or address of the client's.
// Its log and its automatic streams are off. What it writes passes through a writer of
// this package that gathers a message into one write, compresses it, arms the deadline
// and leaves out the empty id lines that would make a browser forget where it was.
package sse
