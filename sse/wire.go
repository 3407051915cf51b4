package sse

import (
	"errors"
	"net/http"
	"reflect"
	"syscall"
)

// wire is the response as r3labs sees it: an [http.ResponseWriter] and [http.Flusher]. r3labs writes and
// flushes the header, and then waits for the end of the connection. wire writes the messages.
type wire struct {
	conn       Connection // one allocation for both
	w          http.ResponseWriter
	first      string
	opened     func(*Connection)
	disarm     bool // the deadline is removed after each write
	chunks     bool // net/http sends each flush as a chunk
	subscribed bool // r3labs has subscribed the client and must unsubscribe it
	encoder    encoder
}

func (o *wire) Header() http.Header { return o.w.Header() }

// WriteHeader is called first, after r3labs has subscribed the client.
func (o *wire) WriteHeader(status int) {
	o.subscribed = status == http.StatusOK
	h := o.w.Header()
	h.Del("Connection") // r3labs sets it: it is useless in HTTP/1.1 and forbidden in HTTP/2
	if !o.conn.server.config.NoCompression {
		o.compress(h)
	}
	o.chunks = o.chunks && h.Get("Content-Length") == "" && h.Get("Transfer-Encoding") == ""
	o.w.WriteHeader(status)
}

// compress sets the headers for the coding of the connection.
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

func (o *wire) Write(p []byte) (int, error) { return o.w.Write(p) }

// Flush is called once, after the header: the connection begins.
func (o *wire) Flush() {
	o.opened(&o.conn) // before the client can know that it is connected
	o.write(&message{id: o.first})
	o.opened, o.first = nil, "" // frees their memory
	o.conn.begin(o.socket())
}

// write writes m, and waits until it is written. If that fails, it drops the client.
func (o *wire) write(m *message) {
	conn := &o.conn
	err := conn.arm()
	if errors.Is(err, errConnectionClosed) {
		return
	}
	p := m.packet
	if p == nil {
		p = o.pack(m, conn.socket != nil)
	}
	if err == nil {
		err = o.put(p)
	}
	p.release()
	switch {
	case err != nil:
		conn.fail(err)
	case o.disarm:
		conn.disarm()
	}
}

// put writes p, and waits until the socket or the response has taken it.
func (o *wire) put(p *packet) error {
	if socket := o.conn.socket; socket != nil {
		err := socket.Write(func(fd uintptr) bool {
			p.write(fd)
			return p.isOver()
		})
		if err == nil {
			err = p.err
		}
		return err
	}
	_, err := o.w.Write(p.left)
	if err == nil {
		err = o.conn.control().Flush()
	}
	return err
}

// finish writes the end of the coding, unless the client was dropped. It ignores errors: the client
// already has its last message.
func (o *wire) finish() {
	o.conn.stop()
	if end := o.encoder.end(); end != nil && o.conn.arm() == nil {
		_, _ = o.w.Write(end)
	}
}

// socket returns the socket of the response, if chunks of HTTP/1.1 can be written to it; else nil.
// Messages are written to an unknown ResponseWriter instead, which may change or count them.
func (o *wire) socket() syscall.RawConn {
	if o.chunks && isNetHTTP(o.w) {
		return socketOf(o.conn.ctx)
	}
	return nil
}

// passer is a ResponseWriter that wraps another one; see the package's comment.
type passer interface{ PassesTo() http.ResponseWriter }

// isNetHTTP reports whether w passes all that is written on, unchanged, to a response of net/http for
// HTTP/1. The name of its unexported type decides: if it changes, messages are queued.
func isNetHTTP(w http.ResponseWriter) bool {
	for {
		p, ok := w.(passer)
		if !ok {
			break
		}
		w = p.PassesTo()
	}
	t := reflect.TypeOf(w)
	return t != nil && t.Kind() == reflect.Pointer && t.Elem().PkgPath() == "net/http" && t.Elem().Name() == "response"
}
