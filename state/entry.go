package state

import (
	"container/list"
	"time"
)

// Entry is one view of a session. The store owns it from Add on; ID, Session,
// Scope, Value and Bytes must not be changed afterwards.
type Entry struct {
	ID      string
	Session string
	Scope   *Scope
	// Value is what runs the view, opaque to the store.
	Value any
	// Bytes is about how much memory the view holds. It counts while nobody watches the
	// view; see [Store.Resize].
	Bytes int64

	phase phase
	until time.Time     // when a waiting view expires
	place *list.Element // in the queue of its phase
	mine  *list.Element // in the queue of its session

	// In the pool of its phase.
	since time.Time
	class int
	held  *list.Element // nil if it is in none
}

type phase uint8

const (
	pending   phase = iota // never connected
	connected              // a stream is open
	parked                 // was connected
	gone
)
