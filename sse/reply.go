package sse

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
)

const cacheControl = "no-store"

// Reply answers a request for an event stream with one unnamed message and ends the response:
// for a client that is refused a connection and must be told why. The status is 200 and the
// headers are those of [Server.Serve], since clients of event streams understand nothing else.
// Line ends in data become \n; with empty data the stream is empty. Reply returns the error of
// the write.
func Reply(w http.ResponseWriter, data []byte) error {
	data = unixLines(data)
	frame := make([]byte, 0, len(data)+len("data: \n\n")+len("data: \n")*bytes.Count(data, []byte("\n")))
	if len(data) > 0 {
		for line := range bytes.SplitSeq(data, []byte("\n")) {
			frame = append(frame, "data: "...)
			frame = append(frame, line...)
			frame = append(frame, '\n')
		}
		frame = append(frame, '\n')
	}

	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", cacheControl)
	h.Set("X-Accel-Buffering", "no")
	h.Set("Content-Length", strconv.Itoa(len(frame)))
	w.WriteHeader(http.StatusOK)
	if _, err := w.Write(frame); err != nil {
		return fmt.Errorf("sse: reply: %w", err)
	}
	return nil
}
