package tab

import (
	"bufio"
	"io"
	"strings"
)

// message is one event of an event source's, or an id alone.
type message struct {
	data, event    string
	hasData, hasID bool
	id             string
}

// parse reads an event source as hx-sse does and calls got with each message, until that
// returns false or the event source ends.
func parse(body io.Reader, lastID string, got func(message) bool) error {
	in := bufio.NewReader(body)
	m := message{id: lastID}
	first := true
	for {
		chunk, err := in.ReadString('\n')
		if err != nil {
			return err // what comes before the end of a line does not count
		}
		if first {
			chunk, first = strings.TrimPrefix(chunk, "\uFEFF"), false
		}
		chunk = strings.TrimSuffix(strings.TrimSuffix(chunk, "\n"), "\r")
		for line := range strings.SplitSeq(chunk, "\r") {
			if line != "" {
				m.field(strings.ToValidUTF8(line, "\uFFFD"))
				continue
			}
			if (m.hasData || m.hasID || m.event != "") && !got(m) {
				return nil
			}
			m = message{id: m.id}
		}
	}
}

// field reads a line.
func (m *message) field(line string) {
	name, value, _ := strings.Cut(line, ":")
	value = strings.TrimPrefix(value, " ")
	switch name {
	case "data":
		if m.hasData {
			m.data += "\n"
		}
		m.data += value
		m.hasData = true
	case "event":
		m.event = value
	case "id":
		if !strings.Contains(value, "\x00") {
			m.id, m.hasID = value, true
		}
	}
}
