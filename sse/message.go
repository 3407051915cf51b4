package sse

import (
	"bytes"
	"strings"
)

// message is one event. A heartbeat is empty.
type message struct {
	name, id string
	data     []byte // with \n for every line end

	next   *message // in the queue of its connection
	begun  bool     // its write has begun: it must be completed
	packet *packet  // the rest of the message, if the socket took a part of it
}

// newMessage returns a message with this event name, id and data. It panics if id is not valid.
func newMessage(name, id string, data []byte) message {
	if !validID(id) {
		panic("sse: the id of a message has a line end or NUL")
	}
	return message{name: name, id: id, data: unixLines(data)}
}

// isHeartbeat reports whether m is a heartbeat, which does not count against the queue's limits.
func (m *message) isHeartbeat() bool { return len(m.data) == 0 && m.id == "" }

// frame writes m as an event of the stream. Without data that is an id alone or, for a heartbeat, a
// comment, which browsers ignore. An empty id is left out, since it would reset the client's last id.
func (m *message) frame(to *bytes.Buffer) {
	if m.id != "" {
		field(to, "id: ", m.id)
	}
	switch {
	case len(m.data) > 0:
		lines(to, m.data)
	case m.id == "":
		to.WriteString(": hb\n")
	}
	if m.name != "" {
		field(to, "event: ", m.name)
	}
	to.WriteByte('\n')
}

func field(to *bytes.Buffer, name, value string) {
	to.WriteString(name)
	to.WriteString(value)
	to.WriteByte('\n')
}

// lines writes each line of data as one of the event.
func lines(to *bytes.Buffer, data []byte) {
	for more := true; more; {
		var line []byte
		line, data, more = bytes.Cut(data, newline)
		to.WriteString("data: ")
		to.Write(line)
		to.WriteByte('\n')
	}
}

var newline = []byte("\n")

// validID reports whether an id field can hold id: browsers ignore an id with NUL, and a line end would
// begin another field.
func validID(id string) bool { return !strings.ContainsAny(id, "\r\n\x00") }

// unixLines returns data with \n for every line end. A lone \r is one for browsers, too: text could
// forge fields with it.
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
