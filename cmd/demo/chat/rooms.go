package chat

import (
	"slices"
	"strconv"
	"sync"
	"time"
)

// Message is what somebody has written.
type Message struct {
	ID   int64
	From string
	Text string
	At   time.Time
}

// Key is what tells messages apart.
func (m Message) Key() string { return strconv.FormatInt(m.ID, 10) }

const (
	keepMessages = 50  // in a room
	keepRooms    = 100 // beyond that the one goes that has been silent for the longest time
)

// rooms remember the last messages of each room, for those who come later. They are lost
// when the demo ends.
type rooms struct {
	mu     sync.Mutex
	lastID int64
	byName map[string][]Message
}

func newRooms() *rooms { return &rooms{byName: map[string][]Message{}} }

// add keeps a message, and returns it with its id.
func (r *rooms) add(room string, m Message) Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lastID++
	m.ID = r.lastID
	list := append(r.byName[room], m)
	if len(list) > keepMessages {
		list = slices.Clone(list[len(list)-keepMessages:])
	}
	r.byName[room] = list
	if len(r.byName) > keepRooms {
		delete(r.byName, r.quietest())
	}
	return m
}

// recent are the last messages of a room, the oldest first.
func (r *rooms) recent(room string) []Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.byName[room])
}

func (r *rooms) quietest() (room string) {
	oldest := r.lastID + 1
	for name, list := range r.byName {
		if last := list[len(list)-1].ID; last < oldest {
			room, oldest = name, last
		}
	}
	return room
}
