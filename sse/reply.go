package sse

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
)

const cacheControl = "no-store"

// Reply answers a request for an event stream with one unnamed message and ends the response. Use it to
// tell a client why its connection is refused. The status is 200 and the headers are those of
// [Server.Serve], since clients of event streams accept nothing else.
// Line ends in data become \n; with empty data the stream is empty. Reply returns the error of
// the write.
func Reply(w http.ResponseWriter, data []byte) error {
	var body bytes.Buffer
	if len(data) > 0 {
		m := newMessage("", "", data)
		m.frame(&body)
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", cacheControl)
	h.Set("X-Accel-Buffering", "no")
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(http.StatusOK)
	if _, err := w.Write(body.Bytes()); err != nil {
		return fmt.Errorf("sse: reply: %w", err)
	}
	return nil
}
