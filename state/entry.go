package state

import (
	"container/list"
	"time"

	"github.com/sideband-go/sideband/internal/scope"
)

// Entry is one view of a session. The store owns it once it is added: ID, Session, Scope,
// Value and Bytes must not be changed after that.
type Entry struct {
	ID      string
	Session string
	Scope   *scope.Scope // the page's assigns
	// Value is what runs the view. The store does not use it.
	Value any
	// Bytes is about how much memory the view holds. It counts while the view is not
	// connected; see [Store.Resize].
	Bytes int64

	phase     phase
	until     time.Time     // when a view that is not connected expires
	inQueue   *list.Element // of its phase
	inSession *list.Element // of its session

	// In the pool of its phase.
	since  time.Time
	class  int
	inPool *list.Element // nil if it is in none
}

type phase uint8

const (
	pending   phase = iota // never connected
	connected              // a stream is open
	parked                 // was connected
	gone
)
