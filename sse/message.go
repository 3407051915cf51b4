package sse

import (
	"bytes"
	"strings"

	r3labs "github.com/r3labs/sse/v2"
)

// message is one event on its way through r3labs.
type message struct {
	event   r3labs.Event
	next    *message
	id      [20]byte // backs event.ID: a decimal uint64 fits
	dropped bool     // must not be written
}

// newMessage returns a message with this event name, id and data. It panics if id is not valid.
func newMessage(name, id string, data []byte) *message {
	if !validID(id) {
		panic("sse: the id of a message has a line end or NUL")
	}
	m := &message{}
	m.event.Data = unixLines(data)
	m.event.ID = append(m.id[:0], id...)
	if name != "" {
		m.event.Event = []byte(name)
	}
	return m
}

// isHeartbeat reports whether m is a heartbeat, which does not count as a message.
func (m *message) isHeartbeat() bool { return len(m.event.Data) == 0 }

// validID reports whether id can stand in an id field: browsers ignore one with NUL and
// take a line end for the next field.
func validID(id string) bool { return !strings.ContainsAny(id, "\r\n\x00") }

// unixLines returns data with \n for every line end. Browsers take a lone \r for one too,
// so text could forge fields with it.
func unixLines(data []byte) []byte {
	at := bytes.IndexByte(data, '\r')
	if at < 0 {
		return data
	}
	out := make([]byte, at, len(data))
	copy(out, data)
	for ; at < len(data); at++ {
		switch {
		case data[at] != '\r':
			out = append(out, data[at])
		case at+1 == len(data) || data[at+1] != '\n':
			out = append(out, '\n')
		}
	}
	return out
}
