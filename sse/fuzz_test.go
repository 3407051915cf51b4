package sse_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/sideband-go/sideband/sse"
)

// FuzzCompressed checks that messages arrive unchanged in each coding.
func FuzzCompressed(f *testing.F) {
	for _, x := range framings {
		f.Add([]byte(x.data), uint16(3))
	}
	f.Add([]byte(incompressible(2000)), uint16(255))
	f.Add(bytes.Repeat([]byte("<tr><td>x</td></tr>\n"), 300), uint16(250))
	f.Fuzz(func(t *testing.T, data []byte, size uint16) {
		var messages [][]byte
		for len(data) > 0 && len(messages) < 16 {
			n := min(len(data), 1+int(size))
			messages = append(messages, data[:n])
			data, size = data[n:], size*3
		}
		want := sent(t, "", messages)
		for _, coding := range codings {
			got, err := io.ReadAll(decoded(t, coding, bytes.NewReader(sent(t, coding, messages))))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: read as %q, %v, want %q", coding, got, err, want)
			}
		}
	})
}

// sent returns the body of an event stream with these messages.
func sent(t *testing.T, coding string, messages [][]byte) []byte {
	t.Helper()
	w := &captured{header: http.Header{}}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Encoding", coding)
	err := sse.New(sse.Config{}).Serve(w, r, "0", func(conn *sse.Connection) {
		for _, m := range messages {
			conn.Send("1", m)
		}
		conn.Finish(nil)
	})
	if err != nil {
		t.Error(err)
	}
	return w.Bytes()
}

// captured is a response in memory.
type captured struct {
	bytes.Buffer
	header http.Header
}

func (c *captured) Header() http.Header              { return c.header }
func (c *captured) WriteHeader(int)                  {}
func (c *captured) FlushError() error                { return nil }
func (c *captured) SetWriteDeadline(time.Time) error { return nil }
