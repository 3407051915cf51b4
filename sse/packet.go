package sse

import (
	"bytes"
	"strconv"
	"sync"
)

const (
	// chunkHead is the room for the head of a chunk: eight digits and a line end.
	chunkHead = len("ffffffff\r\n")
	// maxPooled is the largest buffer that is kept for the next message.
	maxPooled = 512 << 10
)

// packet is one message as it is sent, in a buffer that is borrowed for that time.
type packet struct {
	text, coded bytes.Buffer // as an event, and in the coding of the connection
	left        []byte       // what is not yet written
	err         error        // of the write to the socket
	// write writes to a socket what that has room for. It is in the packet since a new function
	// value for each write would be garbage.
	write func(fd uintptr)
}

var packets = sync.Pool{New: func() any {
	p := new(packet)
	p.write = p.writeTo
	return p
}}

// pack frames and encodes m. For a socket it becomes a chunk of HTTP/1.1's, as net/http makes one
// of what is written to the response and flushed.
func (o *wire) pack(m *message, chunk bool) *packet {
	p := packets.Get().(*packet)
	out := &p.text
	if o.encoder.coding == identity {
		out.Write(make([]byte, chunkHead))
		m.frame(out)
	} else {
		m.frame(&p.text)
		out = &p.coded
		out.Write(make([]byte, chunkHead))
		o.encoder.encode(&o.conn.server.compressors, out, p.text.Bytes())
	}
	if chunk {
		p.left = chunked(out)
	} else {
		p.left = out.Bytes()[chunkHead:]
	}
	return p
}

// chunked returns what stands in b, after the room for it, with the head and the end of a chunk.
func chunked(b *bytes.Buffer) []byte {
	var digits [16]byte
	size := strconv.AppendUint(digits[:0], uint64(b.Len()-chunkHead), 16)
	b.WriteString("\r\n")
	all := b.Bytes()
	at := chunkHead - len("\r\n") - len(size)
	copy(all[at:], size)
	copy(all[at+len(size):], "\r\n")
	return all[at:]
}

// writeTo writes to a socket what that has room for.
func (p *packet) writeTo(fd uintptr) {
	n, err := writeNow(fd, p.left)
	p.left, p.err = p.left[n:], err
}

// isOver reports whether nothing is left to be written, or the socket takes no more for good.
func (p *packet) isOver() bool { return p.err != nil || len(p.left) == 0 }

func (p *packet) release() {
	if p.text.Cap() > maxPooled || p.coded.Cap() > maxPooled {
		return
	}
	p.text.Reset()
	p.coded.Reset()
	p.left, p.err = nil, nil
	packets.Put(p)
}
