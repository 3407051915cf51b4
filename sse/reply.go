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
	return ReplyStatus(w, http.StatusOK, Event{Data: data})
}

// Event is a message of [ReplyStatus]: it is unnamed without a name, which has no line ends. One without data is left out.
type Event struct {
	Name string
	Data []byte
}

// ReplyStatus answers a request with an event stream of a few messages, with any status, and ends the response. The rest is
// as with [Reply].
func ReplyStatus(w http.ResponseWriter, status int, events ...Event) error {
	var body bytes.Buffer
	for _, e := range events {
		if len(e.Data) > 0 {
			m := newMessage(e.Name, "", e.Data)
			m.frame(&body)
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", cacheControl)
	h.Set("X-Accel-Buffering", "no")
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	if _, err := w.Write(body.Bytes()); err != nil {
		return fmt.Errorf("sse: reply: %w", err)
	}
	return nil
}

// ReplyOpen is Reply for a response that goes on: it is over when the handler returns, for which the client waits.
func ReplyOpen(w http.ResponseWriter, data []byte) error {
	var body bytes.Buffer
	m := newMessage("", "", data)
	m.frame(&body)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", cacheControl)
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(body.Bytes())
	if err == nil {
		err = http.NewResponseController(w).Flush()
	}
	if err != nil {
		return fmt.Errorf("sse: reply: %w", err)
	}
	return nil
}
