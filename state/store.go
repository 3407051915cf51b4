package state

import (
	"container/list"
	"errors"
	"sync"
	"time"
)

// Limits bound a [Store]. Zero fields have the defaults named.
type Limits struct {
	// Views is how many views are kept in all. Default 100,000.
	Views int
	// Pending is how many of them may not have been connected yet. Default 10,000.
	Pending int
	// PerSession is how many views one session may keep. Default 50.
	PerSession int
	// PendingLife is how long a view waits for its first connection. Default 60 s.
	PendingLife time.Duration
	// Life is how long a view is kept after its connection has closed. Default 15 min.
	Life time.Duration
}

// WithDefaults returns the limits with the defaults in place of zeros.
func (l Limits) WithDefaults() Limits {
	def := func(n *int, d int) {
		if *n <= 0 {
			*n = d
		}
	}
	def(&l.Views, 100_000)
	def(&l.Pending, 10_000)
	def(&l.PerSession, 50)
	if l.PendingLife <= 0 {
		l.PendingLife = time.Minute
	}
	if l.Life <= 0 {
		l.Life = 15 * time.Minute
	}
	return l
}

// Entry is one view of a session. The store owns it from Add on; ID, Session,
// Scope and Value must not be changed afterwards.
type Entry struct {
	ID      string
	Session string
	Scope   *Scope
	// Value is what runs the view, opaque to the store.
	Value any

	phase phase
	until time.Time     // when a waiting view expires
	place *list.Element // in the queue of its phase
	mine  *list.Element // in the queue of its session
}

type phase uint8

const (
	pending   phase = iota // never connected
	connected              // a stream is open
	parked                 // was connected
	gone
)

// ErrFull is returned by Add when every view in the store is connected.
var ErrFull = errors.New("state: the store is full of connected views")

// Store keeps the living views of all sessions: session → view id → assigns. It is
// bounded and safe for concurrent use. Views that are not connected expire; when
// room is needed, those that never connected go first, then those longest
// disconnected; connected ones are never evicted for others. A session at its own
// limit evicts its own.
//
// The store has no goroutine: call Expire from time to time.
type Store struct {
	limits  Limits
	evicted func(*Entry)

	mu       sync.Mutex
	views    map[string]*Entry
	sessions map[string]*list.List // of *Entry, least recently used first
	waiting  [2]*list.List         // pending and parked, first to expire first
	closed   bool
}

// NewStore returns an empty store. evicted, if not nil, is called for each view
// that leaves the store, however it does, once, with no lock held.
func NewStore(l Limits, evicted func(*Entry)) *Store {
	if evicted == nil {
		evicted = func(*Entry) {}
	}
	return &Store{
		limits:   l.WithDefaults(),
		evicted:  evicted,
		views:    map[string]*Entry{},
		sessions: map[string]*list.List{},
		waiting:  [2]*list.List{list.New(), list.New()},
	}
}

// Add keeps a new, not yet connected view, evicting others as needed. It returns
// ErrFull if there is no room, and an error if the store is closed or the id taken.
func (s *Store) Add(e *Entry, now time.Time) error {
	s.mu.Lock()
	var out []*Entry
	defer func() {
		s.mu.Unlock()
		s.tell(out)
	}()
	if s.closed {
		return errors.New("state: the store is closed")
	}
	if s.views[e.ID] != nil {
		return errors.New("state: the view id is taken")
	}
	own := s.sessions[e.Session]
	if own != nil && own.Len() >= s.limits.PerSession {
		out = append(out, s.drop(leastUsed(own)))
	}
	if s.waiting[0].Len() >= s.limits.Pending {
		out = append(out, s.drop(s.waiting[0].Front().Value.(*Entry)))
	}
	for len(s.views) >= s.limits.Views {
		first := s.waiting[0].Front()
		if first == nil {
			first = s.waiting[1].Front()
		}
		if first == nil {
			return ErrFull
		}
		out = append(out, s.drop(first.Value.(*Entry)))
	}
	if own = s.sessions[e.Session]; own == nil {
		own = list.New()
		s.sessions[e.Session] = own
	}
	s.views[e.ID] = e
	e.mine = own.PushBack(e)
	s.wait(e, pending, now.Add(s.limits.PendingLife))
	return nil
}

// leastUsed prefers a view that nobody watches.
func leastUsed(l *list.List) *Entry {
	for el := l.Front(); el != nil; el = el.Next() {
		if e := el.Value.(*Entry); e.phase != connected {
			return e
		}
	}
	return l.Front().Value.(*Entry)
}

// Get returns the view, or nil.
func (s *Store) Get(id string) *Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.views[id]
}

// Connected notes that the view's stream is open: it no longer expires.
func (s *Store) Connected(e *Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.phase == gone {
		return
	}
	s.leaveQueue(e)
	e.phase = connected
	s.sessions[e.Session].MoveToBack(e.mine)
}

// Parked notes that the view's stream has closed: it expires after Limits.Life.
func (s *Store) Parked(e *Entry, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.phase != gone {
		s.wait(e, parked, now.Add(s.limits.Life))
	}
}

// Used notes that somebody acted on the view, which puts off its expiry.
func (s *Store) Used(e *Entry, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e.phase {
	case pending:
		s.wait(e, pending, now.Add(s.limits.PendingLife))
	case parked:
		s.wait(e, parked, now.Add(s.limits.Life))
	}
}

// Remove takes the view out.
func (s *Store) Remove(e *Entry) { s.end([]*Entry{e}) }

// EndSession takes all views of the session out.
func (s *Store) EndSession(session string) {
	s.mu.Lock()
	var all []*Entry
	if own := s.sessions[session]; own != nil {
		for el := own.Front(); el != nil; el = el.Next() {
			all = append(all, el.Value.(*Entry))
		}
	}
	s.mu.Unlock()
	s.end(all)
}

// Expire takes out the views whose time has passed and returns how many.
func (s *Store) Expire(now time.Time) int {
	s.mu.Lock()
	var out []*Entry
	for _, q := range s.waiting {
		for el := q.Front(); el != nil && !el.Value.(*Entry).until.After(now); el = q.Front() {
			out = append(out, s.drop(el.Value.(*Entry)))
		}
	}
	s.mu.Unlock()
	s.tell(out)
	return len(out)
}

// Count is how many views a store holds.
type Count struct{ Pending, Connected, Parked, Sessions int }

// Count counts the views.
func (s *Store) Count() Count {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, k := s.waiting[0].Len(), s.waiting[1].Len()
	return Count{Pending: p, Connected: len(s.views) - p - k, Parked: k, Sessions: len(s.sessions)}
}

// Close takes all views out and refuses new ones.
func (s *Store) Close() {
	s.mu.Lock()
	s.closed = true
	all := make([]*Entry, 0, len(s.views))
	for _, e := range s.views {
		all = append(all, e)
	}
	s.mu.Unlock()
	s.end(all)
}

func (s *Store) end(all []*Entry) {
	s.mu.Lock()
	var out []*Entry
	for _, e := range all {
		if e.phase != gone && s.views[e.ID] == e {
			out = append(out, s.drop(e))
		}
	}
	s.mu.Unlock()
	s.tell(out)
}

func (s *Store) tell(out []*Entry) {
	for _, e := range out {
		s.evicted(e)
	}
}

func (s *Store) drop(e *Entry) *Entry {
	s.leaveQueue(e)
	e.phase = gone
	delete(s.views, e.ID)
	own := s.sessions[e.Session]
	own.Remove(e.mine)
	if own.Len() == 0 {
		delete(s.sessions, e.Session)
	}
	return e
}

func (s *Store) leaveQueue(e *Entry) {
	if e.place != nil {
		s.queue(e.phase).Remove(e.place)
		e.place = nil
	}
}

func (s *Store) queue(p phase) *list.List {
	if p == pending {
		return s.waiting[0]
	}
	return s.waiting[1]
}

// wait puts e at the end of its queue. All waits of a queue are equally long, so
// the queue stays ordered by expiry.
func (s *Store) wait(e *Entry, p phase, until time.Time) {
	s.leaveQueue(e)
	e.phase, e.until = p, until
	e.place = s.queue(p).PushBack(e)
}
