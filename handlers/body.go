package handlers

import (
	"net/http"
	"time"
)

// boundBody gives the body of a request Config.Timeouts.Body to arrive, if there is one. The
// deadline is that of the connection or, over HTTP/2, of the stream. It holds for whoever reads
// the body: the handler, or net/http, which reads what is left when the request is answered.
// net/http lifts it at the body's end. A handler may extend it with a deadline of its own.
func (k *Kit) boundBody(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return
	}
	if s, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && s.ReadTimeout > 0 && s.ReadTimeout <= k.config.Timeouts.Body {
		return // the server's own deadline is as near
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(k.config.Timeouts.Body)) // what is no connection, as in tests, has none
}
