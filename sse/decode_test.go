package sse_test

import (
	"bufio"
	"compress/gzip"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/sideband-go/sideband/sse"
)

var codings = []string{"zstd", "gzip"}

// decoded reads an event stream in a coding. It returns all data up to the last flush without waiting for
// more, or the test hangs.
func decoded(t testing.TB, coding string, body io.Reader) *bufio.Reader {
	t.Helper()
	switch coding {
	case "zstd":
		// As much of a window as browsers allow.
		z, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(z.Close)
		return bufio.NewReader(z)
	case "gzip":
		z, err := gzip.NewReader(body)
		if err != nil {
			t.Fatal(err)
		}
		return bufio.NewReader(z)
	}
	return bufio.NewReader(body)
}

// compressed opens a connection in a coding, which it reads all the time, and returns it after its first
// id.
func (s *site) compressed(coding string) (*client, *sse.Connection) {
	s.t.Helper()
	c := s.dial()
	c.in = bufio.NewReader(pump(c.Conn))
	return c, c.decode(s, coding)
}

func (c *client) decode(s *site, coding string) *sse.Connection {
	s.t.Helper()
	resp := c.get("/", "Accept-Encoding: "+coding)
	if got := resp.Header.Get("Content-Encoding"); got != coding {
		s.t.Fatalf("coding %q, want %q", got, coding)
	}
	c.broken = &ending{Reader: c.body}
	c.body = decoded(s.t, coding, c.broken)
	if got := c.event(); got != "id: 0\n" {
		s.t.Fatalf("first event %q", got)
	}
	return <-s.opened
}

// ending keeps the error at the end of a response, which the zstd decoder does not return.
type ending struct {
	io.Reader
	err error
}

func (e *ending) Read(p []byte) (n int, err error) {
	n, err = e.Reader.Read(p)
	if err != nil && err != io.EOF {
		e.err = err
	}
	return n, err
}

// pump reads all the time. Otherwise a write would wait for bytes that are read with the next message
// only, such as the line end after a chunk.
func pump(from io.Reader) io.Reader {
	p := pumped{read: make(chan []byte, 10_000)}
	go func() {
		defer close(p.read)
		for {
			b := make([]byte, 32<<10)
			n, err := from.Read(b)
			if n > 0 {
				p.read <- b[:n]
			}
			if err != nil {
				return
			}
		}
	}()
	return &p
}

type pumped struct {
	read chan []byte
	rest []byte
}

func (p *pumped) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		var ok bool
		if p.rest, ok = <-p.read; !ok {
			return 0, io.EOF
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

func inEachCoding(t *testing.T, config sse.Config, f func(t *testing.T, s *site, coding string)) {
	for _, coding := range codings {
		t.Run(coding, func(t *testing.T) {
			bubble(t, config, func(t *testing.T, s *site) { f(t, s, coding) })
		})
	}
}
