package client

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Message is one message of a stream.
type Message struct {
	ID string
	// Data is good until the next message is read.
	Data []byte
	// Size is what the message takes on the stream, in bytes: its fields with their names
	// and line ends and the empty line that ends it, without what HTTP/1.1 puts around it
	// (the chunk's length and line ends), which HTTP/2 does not have.
	Size int
}

// isReload reports whether the message makes the page load itself anew.
func (m Message) isReload() bool { return bytes.Contains(m.Data, []byte(`<meta http-equiv="refresh"`)) }

// stream reads server-sent events.
type stream struct {
	body counter
	r    *bufio.Reader
	line []byte
	data []byte
}

// newStream reads a stream's body. It waits for the head of one that is compressed.
func newStream(body io.Reader, coding string) (*stream, error) {
	s := &stream{body: counter{r: body}}
	s.r = bufio.NewReader(&s.body)
	switch coding {
	case "zstd":
		// One goroutine: what was written so far is decoded, without waiting for more.
		z, err := zstd.NewReader(s.r, zstd.WithDecoderConcurrency(1))
		s.r = bufio.NewReader(z)
		return s, err
	case "gzip":
		z, err := gzip.NewReader(s.r)
		s.r = bufio.NewReader(z)
		return s, err
	}
	return s, nil
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// next reads up to the next empty line; comments are part of no message. Data is empty if
// only an id was sent.
func (s *stream) next() (m Message, err error) {
	s.data = s.data[:0]
	for {
		line, err := s.readLine()
		if err != nil {
			return Message{}, err
		}
		name, value, _ := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		if len(line) > 1 && len(name) == 0 {
			continue
		}
		m.Size += len(line)
		switch string(name) {
		case "":
			m.Data = bytes.TrimSuffix(s.data, []byte("\n"))
			return m, nil
		case "id":
			m.ID = string(value)
		case "data":
			s.data = append(append(s.data, value...), '\n')
		}
	}
}

// readLine reads a line of any length.
func (s *stream) readLine() ([]byte, error) {
	line, err := s.r.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	s.line = s.line[:0]
	for errors.Is(err, bufio.ErrBufferFull) {
		s.line = append(s.line, line...)
		line, err = s.r.ReadSlice('\n')
	}
	s.line = append(s.line, line...)
	return s.line, err
}
