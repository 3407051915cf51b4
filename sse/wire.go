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

// wire is the response as r3labs sees it: an [http.ResponseWriter] and [http.Flusher] that
// joins the many small writes of a message into one. Only the goroutine of Serve uses it.
type wire struct {
	conn       Connection // one allocation for both
	w          http.ResponseWriter
	first      string
	opened     func(*Connection)
	disarm     bool // the deadline must not outlast the write
	subscribed bool // r3labs has subscribed the client and must unsubscribe it
	begun      bool // the header is written
	encoder    encoder
	buffer     *bytes.Buffer // the message being gathered; nil between messages
}

func (o *wire) Header() http.Header { return o.w.Header() }

// WriteHeader is the first method that r3labs calls after it has subscribed the client.
func (o *wire) WriteHeader(status int) {
	o.subscribed = status == http.StatusOK
	h := o.w.Header()
	h.Del("Connection") // means nothing in HTTP/1.1 and is not allowed in HTTP/2
	if !o.conn.server.config.NoCompression {
		o.compress(h)
	}
	o.w.WriteHeader(status)
}

// compress announces the coding that was chosen for the client.
func (o *wire) compress(h http.Header) {
	if h.Get("Content-Encoding") != "" {
		o.encoder.coding = identity // middleware does it
		return
	}
	h.Add("Vary", "Accept-Encoding")
	if c := o.encoder.coding; c != identity {
		h.Set("Content-Encoding", codings[c])
	}
}

func (o *wire) Write(p []byte) (int, error) {
	if string(p) == "id: \n" {
		return len(p), nil // an empty id would reset the client's last id
	}
	if o.buffer == nil {
		o.buffer = buffers.Get().(*bytes.Buffer)
	}
	return o.buffer.Write(p)
}

// Flush is called once after the header and then at the end of each event.
func (o *wire) Flush() {
	if !o.begun {
		o.begin()
		return
	}
	if b := o.buffer; b != nil {
		o.buffer = nil
		if o.conn.next() {
			o.send(b.Bytes())
		}
		release(b)
	}
	o.conn.wrote()
}

func (o *wire) begin() {
	o.begun = true
	o.conn.begin()
	o.opened(&o.conn) // before the client can know that it is connected
	o.send([]byte("id: " + o.first + "\n\n"))
}

// send writes p in the coding of the connection.
func (o *wire) send(p []byte) {
	if o.encoder.coding == identity {
		o.write(p)
		return
	}
	b := buffers.Get().(*bytes.Buffer)
	o.encoder.encode(&o.conn.server.compressors, b, p)
	o.write(b.Bytes())
	release(b)
}

// finish writes what ends the coding, unless the client was dropped. Errors do not matter: the
// client already has its last message.
func (o *wire) finish() {
	if end := o.encoder.end(); end != nil && o.conn.arm() == nil {
		_, _ = o.w.Write(end)
	}
}

// write writes p at once and flushes it. A client that cannot be written to is dropped.
func (o *wire) write(p []byte) {
	err := o.conn.arm()
	if err == nil {
		_, err = o.w.Write(p)
	}
	if err == nil {
		err = o.conn.control.Flush()
	}
	switch {
	case errors.Is(err, errConnectionClosed):
	case err != nil:
		o.conn.fail(fmt.Errorf("sse: write: %w", err))
	case o.disarm:
		o.conn.disarm()
	}
}
