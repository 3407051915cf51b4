package live

import "unsafe"

// The bounds of a log.
const (
	defaultLogMessages = 32
	defaultLogBytes    = 16 << 10
)

// message is what the browser is sent at once: operations, with a number.
type message struct {
	ID   uint64
	Data []byte
}

// messageLog remembers the newest messages of a view for a client that comes back and names
// the last id it has seen. It is bounded by messages and bytes; what exceeds the bounds
// is forgotten, oldest first, and memory is only taken for what is kept.
//
// The zero value keeps 32 messages and 16 KiB. It is not safe for concurrent use.
type messageLog struct {
	maxMessages, maxBytes int

	// ring holds the messages in order from start on, round the end. It grows with
	// what it holds up to maxMessages.
	ring         []message
	start, count int
	bytes        int

	floor uint64 // the newest id that is not held any more
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

// Add keeps a message. Ids begin above 0, which stands for nothing seen yet, and have to
// grow: an id that is not greater than the last one is a mistake of the program and panics. The log keeps data as it is: it must not be changed
// afterwards, and should not be a small part of a large slice. A message that is larger
// than the whole log empties it.
func (l *messageLog) Add(id uint64, data []byte) {
	if id <= l.last {
		panic("live: the ids of a log do not grow")
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
	l.ring[(l.start+l.count)%len(l.ring)] = message{ID: id, Data: data}
	l.count++
	l.bytes += len(data)
	l.last = id
}

// Since returns the messages after id, oldest first. It reports false if they are not all
// held, or if id was never given: then the client has to be shown everything anew. The
// slice is the caller's, the data in it is not to be changed.
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

// Last returns the newest id, 0 if there was none.
func (l *messageLog) Last() uint64 { return l.last }

// Size is the memory that the log holds, in bytes.
func (l *messageLog) Size() int { return l.bytes + cap(l.ring)*int(unsafe.Sizeof(message{})) }

// Reset forgets all messages and goes on as if id had been the last: for a client that
// was shown everything anew under that id.
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
