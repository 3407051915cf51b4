package handlers

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// timedBody is the body of a request that has to arrive in time. The connection, or the
// stream of HTTP/2, has a deadline for reading until the body was read to its end: by who
// handles the request, or by net/http, which reads what is left when the request is answered.
type timedBody struct {
	io.ReadCloser
	control *http.ResponseController
	left    int64 // how much is to come; below zero: not known
	over    bool
}

// boundBody begins the time that the request's body has, if there is one. The body that it
// returns is to be read in the place of the request's.
func (k *Kit) boundBody(w http.ResponseWriter, r *http.Request) *timedBody {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return nil
	}
	if s, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && s.ReadTimeout > 0 && s.ReadTimeout <= k.config.BodyTimeout {
		return nil // the server's own deadline is as near
	}
	control := http.NewResponseController(w)
	if control.SetReadDeadline(time.Now().Add(k.config.BodyTimeout)) != nil {
		return nil // what is no connection, as in tests, has none
	}
	return &timedBody{ReadCloser: r.Body, control: control, left: r.ContentLength}
}

// Read is part of io.Reader. The end of the body lifts the deadline: it would end the
// request, and later ones of its connection.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if errors.Is(err, io.EOF) && !b.over {
		b.over = true
		_ = b.control.SetReadDeadline(time.Time{}) // it worked before
	}
	return n, err
}

// maxDrained is how much of a body net/http reads that nobody has read, to use the connection
// again; if there is more, it closes that.
const maxDrained = 256 << 10

// drain reads what nobody has read, as net/http would do unseen, so that the deadline is
// lifted for a response that goes on.
func (b *timedBody) drain() {
	if !b.over && b.left <= maxDrained {
		_, _ = io.CopyN(io.Discard, b, maxDrained+1) // net/http finds out what is wrong
	}
}
