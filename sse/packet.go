package sse

import (
	"bytes"
	"strconv"
	"sync"
)

const (
	// chunkHead is the size of the longest head of a chunk: eight digits and a line end.
	chunkHead = len("ffffffff\r\n")
	// maxPooled is the size of the largest buffer that goes back into the pool.
	maxPooled = 512 << 10
)

// packet is one message as it is written, in pooled buffers.
type packet struct {
	text, coded bytes.Buffer // the event, and the event in the coding of the connection
	left        []byte       // what is not yet written
	err         error        // of the write to the socket
	// write is writeTo. It is stored here because each method value allocates.
	write func(fd uintptr)
}

var packets = sync.Pool{New: func() any {
	p := new(packet)
	p.write = p.writeTo
	return p
}}

// pack frames and encodes m. With chunk set, the packet is a chunk of HTTP/1.1, as net/http writes for
// each flush of a response.
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

// chunked returns the content of b as a chunk. b begins with room for the chunk's head.
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

// writeTo writes as much to a socket as that has room for.
func (p *packet) writeTo(fd uintptr) {
	n, err := writeNow(fd, p.left)
	p.left, p.err = p.left[n:], err
}

// isOver reports whether everything is written, or the socket has failed.
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
