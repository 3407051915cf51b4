package live

import "unsafe"

// The bounds of a log.
const (
	defaultLogMessages = 32
	defaultLogBytes    = 16 << 10
)

// message is one message to the browser, with an id: operations or, behind its name, an event.
type message struct {
	ID   uint64
	Data []byte
	name uint16 // how long the name is, 0: operations
}

// messageLog holds the newest messages, for a client that reconnects with the last id it has seen.
// It is bounded by messages and bytes and drops the oldest first. It allocates only for what it
// holds.
//
// The zero value holds up to 32 messages and 16 KiB. It is not safe for concurrent use.
type messageLog struct {
	maxMessages, maxBytes int

	// ring is a ring buffer of messages that begins at start. It grows up to maxMessages.
	ring         []message
	start, count int
	bytes        int

	floor uint64 // the newest id that was dropped
	last  uint64 // the newest id
}

func (l *messageLog) bounds() (messages, bytes int) {
	messages, bytes = l.maxMessages, l.maxBytes
	if messages <= 0 {
		messages = defaultLogMessages
	}
	if bytes <= 0 {
		bytes = defaultLogBytes
	}
	return messages, bytes
}

// Add adds a message. Ids begin above 0, which means that nothing has been seen, and must grow: Add
// panics if id is not greater than the last one. The log retains data: do not change it afterwards,
// and do not pass a small part of a large slice. A message that is larger than the log empties it.
func (l *messageLog) Add(id uint64, data []byte) { l.add(message{ID: id, Data: data}) }

func (l *messageLog) add(m message) {
	if m.ID <= l.last {
		panic("live: the ids of a log do not grow")
	}
	messages, bytes := l.bounds()
	if len(m.Data) > bytes {
		l.Reset(m.ID)
		return
	}
	for l.count > 0 && (l.count >= messages || l.bytes+len(m.Data) > bytes) {
		l.forget()
	}
	if l.count == len(l.ring) {
		l.grow(messages)
	}
	l.ring[(l.start+l.count)%len(l.ring)] = m
	l.count++
	l.bytes += len(m.Data)
	l.last = m.ID
}

// Skip notes that a message with the id, which must grow, is of no use to a client that has missed it.
func (l *messageLog) Skip(id uint64) { l.last = id }

// After returns the messages after id that the log still has.
func (l *messageLog) After(id uint64) (list []message) {
	for i := range l.count {
		if m := l.at(i); m.ID > id {
			list = append(list, *m)
		}
	}
	return list
}

// Since returns the messages after id, oldest first. It returns false if the log does not have
// all of them, or if no message had that id: then the client needs the whole view. The slice
// is the caller's; the data in it must not be changed.
func (l *messageLog) Since(id uint64) ([]message, bool) {
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
	missed := make([]message, 0, l.count-skip)
	for i := skip; i < l.count; i++ {
		missed = append(missed, *l.at(i))
	}
	return missed, true
}

// Last returns the newest id, or 0.
func (l *messageLog) Last() uint64 { return l.last }

// Size returns the memory that the log uses, in bytes.
func (l *messageLog) Size() int { return l.bytes + cap(l.ring)*int(unsafe.Sizeof(message{})) }

// Reset drops all messages and continues after id, for a client that got the whole view under it.
func (l *messageLog) Reset(id uint64) {
	l.ring, l.start, l.count, l.bytes = nil, 0, 0, 0
	l.floor, l.last = id, id
}

func (l *messageLog) at(i int) *message { return &l.ring[(l.start+i)%len(l.ring)] }

func (l *messageLog) forget() {
	oldest := l.at(0)
	l.floor = oldest.ID
	l.bytes -= len(oldest.Data)
	*oldest = message{}
	l.start = (l.start + 1) % len(l.ring)
	l.count--
}

func (l *messageLog) grow(limit int) {
	ring := make([]message, min(max(2*len(l.ring), 4), limit))
	for i := range l.count {
		ring[i] = *l.at(i)
	}
	l.ring, l.start = ring, 0
}
