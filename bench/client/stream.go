package client

import (
	"bufio"
	"bytes"
	"errors"
	"io"
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

// stream reads server-sent events.
type stream struct {
	r    *bufio.Reader
	line []byte
	data []byte
}

func newStream(r io.Reader) *stream { return &stream{r: bufio.NewReader(r)} }

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
