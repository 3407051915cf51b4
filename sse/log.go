package sse

import "unsafe"

// The bounds of a Log that was given none.
const (
	defaultLogMessages = 32
	defaultLogBytes    = 16 << 10
)

// Message is a sent message that a [Log] keeps.
type Message struct {
	ID   uint64
	Data []byte
}

// Log keeps the newest messages that were sent to a client, for when it reconnects and names
// the last id it has seen. It is bounded by messages and bytes and drops the oldest first.
// It allocates only for what it keeps.
//
// The zero value keeps 32 messages and 16 KiB. A Log is not safe for concurrent use.
type Log struct {
	maxMessages, maxBytes int

	// ring holds the messages in order from start on, round the end. It grows with
	// what it holds up to maxMessages.
	ring         []Message
	start, count int
	bytes        int

	floor uint64 // the newest id that was dropped
	last  uint64 // the newest id
}

// NewLog returns a log with the given bounds. A bound of 0 or less is the zero value's.
func NewLog(maxMessages, maxBytes int) *Log {
	return &Log{maxMessages: maxMessages, maxBytes: maxBytes}
}

func (l *Log) bounds() (messages, bytes int) {
	messages, bytes = l.maxMessages, l.maxBytes
	if messages <= 0 {
		messages = defaultLogMessages
	}
	if bytes <= 0 {
		bytes = defaultLogBytes
	}
	return messages, bytes
}

// Add keeps a message. Ids begin above 0, which means that nothing has been seen, and must
// grow: Add panics if id is not greater than the last one. The log keeps data itself: do not
// change it afterwards, and do not pass a small part of a large slice. A message that is larger
// than the whole log empties it.
func (l *Log) Add(id uint64, data []byte) {
	if id <= l.last {
		panic("sse: the ids of a log do not grow")
	}
	messages, bytes := l.bounds()
	if len(data) > bytes {
		l.Reset(id)
		return
	}
	for l.count > 0 && (l.count >= messages || l.bytes+len(data) > bytes) {
		l.forget()
	}
	if l.count == len(l.ring) {
		l.grow(messages)
	}
	l.ring[(l.start+l.count)%len(l.ring)] = Message{ID: id, Data: data}
	l.count++
	l.bytes += len(data)
	l.last = id
}

// Since returns the messages after id, oldest first. It returns false if the log does not have
// all of them, or if no message had that id: then the client needs everything again. The slice
// is the caller's; the data in it must not be changed.
func (l *Log) Since(id uint64) ([]Message, bool) {
	if id < l.floor || id > l.last {
		return nil, false
	}
	skip := 0
	for skip < l.count && l.at(skip).ID <= id {
		skip++
	}
	if skip == l.count {
		return nil, true
	}
	missed := make([]Message, 0, l.count-skip)
	for i := skip; i < l.count; i++ {
		missed = append(missed, *l.at(i))
	}
	return missed, true
}

// Last returns the newest id, or 0.
func (l *Log) Last() uint64 { return l.last }

// Size returns the memory that the log uses, in bytes.
func (l *Log) Size() int { return l.bytes + cap(l.ring)*int(unsafe.Sizeof(Message{})) }

// Reset drops all messages and continues after id: for a client that got everything again under
// that id.
func (l *Log) Reset(id uint64) {
	l.ring, l.start, l.count, l.bytes = nil, 0, 0, 0
	l.floor, l.last = id, id
}

func (l *Log) at(i int) *Message { return &l.ring[(l.start+i)%len(l.ring)] }

func (l *Log) forget() {
	oldest := l.at(0)
	l.floor = oldest.ID
	l.bytes -= len(oldest.Data)
	*oldest = Message{}
	l.start = (l.start + 1) % len(l.ring)
	l.count--
}

func (l *Log) grow(limit int) {
	ring := make([]Message, min(max(2*len(l.ring), 4), limit))
	for i := range l.count {
		ring[i] = *l.at(i)
	}
	l.ring, l.start = ring, 0
}
