package sse

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"sync"
)

// maxPooled is the largest buffer that is kept for the next message.
const maxPooled = 512 << 10

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func release(b *bytes.Buffer) {
	if b.Cap() <= maxPooled {
		b.Reset()
		buffers.Put(b)
	}
}

// wire is the response as r3labs sees it: an [http.ResponseWriter] and [http.Flusher]
// that turns the many small writes of a message into one. Only the goroutine of Serve
// uses it.
type wire struct {
	stream     Stream // one allocation for both
	w          http.ResponseWriter
	first      string
	opened     func(*Stream)
	disarm     bool // the deadline must not outlast the write
	subscribed bool // r3labs knows the client and has to forget it
	begun      bool // the header is written
	encoder    encoder
	buffer     *bytes.Buffer // the message being gathered; nil between messages
}

func (o *wire) Header() http.Header { return o.w.Header() }

// WriteHeader is the first that r3labs calls after it has taken the client in.
func (o *wire) WriteHeader(status int) {
	o.subscribed = status == http.StatusOK
	h := o.w.Header()
	h.Del("Connection") // means nothing in HTTP/1.1 and is not allowed in HTTP/2
	if !o.stream.server.config.NoCompression {
		o.compress(h)
	}
	o.w.WriteHeader(status)
}

// compress announces the coding that the client was found to take.
func (o *wire) compress(h http.Header) {
	if h.Get("Content-Encoding") != "" {
		o.encoder.coding = identity // somebody around us does it
		return
	}
	h.Add("Vary", "Accept-Encoding")
	if c := o.encoder.coding; c != identity {
		h.Set("Content-Encoding", codings[c])
	}
}

func (o *wire) Write(p []byte) (int, error) {
	if string(p) == "id: \n" {
		return len(p), nil // would make the client forget its last id
	}
	if o.buffer == nil {
		o.buffer = buffers.Get().(*bytes.Buffer)
	}
	return o.buffer.Write(p)
}

// Flush is called once for the header and then at the end of each event.
func (o *wire) Flush() {
	if !o.begun {
		o.begin()
		return
	}
	if b := o.buffer; b != nil {
		o.buffer = nil
		if o.stream.next() {
			o.send(b.Bytes())
		}
		release(b)
	}
	o.stream.wrote()
}

func (o *wire) begin() {
	o.begun = true
	o.stream.begin()
	o.opened(&o.stream) // before the client can see that it is connected and act on it
	o.send([]byte("id: " + o.first + "\n\n"))
}

// send writes p in the coding of the stream.
func (o *wire) send(p []byte) {
	if o.encoder.coding == identity {
		o.write(p)
		return
	}
	b := buffers.Get().(*bytes.Buffer)
	o.encoder.encode(&o.stream.server.compressors, b, p)
	o.write(b.Bytes())
	release(b)
}

// finish writes what ends the coding, unless the client was dropped. It leaves with the end
// of the response, or not: the client may be gone, and has its last message.
func (o *wire) finish() {
	if end := o.encoder.end(); end != nil && o.stream.arm() == nil {
		_, _ = o.w.Write(end)
	}
}

// write writes p at once and flushes it. A client that cannot be written to is dropped.
func (o *wire) write(p []byte) {
	err := o.stream.arm()
	if err == nil {
		_, err = o.w.Write(p)
	}
	if err == nil {
		err = o.stream.control.Flush()
	}
	switch {
	case errors.Is(err, errOver):
	case err != nil:
		o.stream.fail(fmt.Errorf("sse: write: %w", err))
	case o.disarm:
		o.stream.disarm()
	}
}
