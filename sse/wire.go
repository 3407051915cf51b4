package sse

import (
	"errors"
	"net/http"
	"reflect"
	"syscall"
)

// wire is the response as r3labs sees it: an [http.ResponseWriter] and [http.Flusher]. r3labs writes
// its header and flushes that; then it waits for the end of the connection, whose messages are
// written here, one after the other.
type wire struct {
	conn       Connection // one allocation for both
	w          http.ResponseWriter
	first      string
	opened     func(*Connection)
	disarm     bool // the deadline must not outlast the write
	chunks     bool // net/http sends each flush as a chunk
	subscribed bool // r3labs has subscribed the client and must unsubscribe it
	encoder    encoder
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
	o.chunks = o.chunks && h.Get("Content-Length") == "" && h.Get("Transfer-Encoding") == ""
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

func (o *wire) Write(p []byte) (int, error) { return o.w.Write(p) }

// Flush is called once, after the header: the connection begins.
func (o *wire) Flush() {
	o.opened(&o.conn) // before the client can know that it is connected
	o.write(&message{id: o.first})
	o.opened, o.first = nil, "" // memory of each connection
	o.conn.begin(o.socket())
}

// write writes m at once, in the coding of the connection. A client that cannot be written to is
// dropped.
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
		err = o.conn.control.Flush()
	}
	return err
}

// finish writes what ends the coding, unless the client was dropped. Errors do not matter: the
// client already has its last message.
func (o *wire) finish() {
	o.conn.stop()
	if end := o.encoder.end(); end != nil && o.conn.arm() == nil {
		_, _ = o.w.Write(end)
	}
}

// socket returns the socket that the response goes to, if the client gets chunks of HTTP/1.1 as
// they are written there; else nil. Behind a ResponseWriter that is not known, which may change or
// count what is written, messages go through that.
func (o *wire) socket() syscall.RawConn {
	if o.chunks && isNetHTTP(o.w) {
		return socketOf(o.conn.ctx)
	}
	return nil
}

// passer is a ResponseWriter that passes on unchanged what is written to it from now on. PassesTo
// returns nil if it does not.
type passer interface{ PassesTo() http.ResponseWriter }

// isNetHTTP reports whether what is written to w goes to a response of net/http's for HTTP/1,
// unchanged. Its type is not exported: if it had another name, messages would go by the queue.
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
