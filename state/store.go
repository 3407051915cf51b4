package state

import (
	"container/list"
	"errors"
	"sync"
	"time"
)

// Errors of Add and Restore.
var (
	// ErrFull is returned when every view in the store is connected.
	ErrFull = errors.New("state: the store is full of connected views")
	// ErrPending is returned by Add when too many views wait for their first connection.
	ErrPending = errors.New("state: too many views were never connected")
	// ErrTaken is returned when the store has a view of that id.
	ErrTaken = errors.New("state: the view id is taken")
	// ErrClosed is returned after Close.
	ErrClosed = errors.New("state: the store is closed")
)

// Store keeps the living views of all sessions: session → view id → assigns. It is
// bounded and safe for concurrent use. Views that are not connected expire; when
// room is needed, those that never connected go first, then those longest
// disconnected; connected ones are never evicted for others. A session at its own
// limit evicts its own; a full pool of views that never connected takes no more.
//
// The store has no goroutine: call Expire from time to time.
type Store struct {
	limits  Limits
	evicted func(*Entry)

	mu       sync.Mutex
	views    map[string]*Entry
	sessions map[string]*list.List // of *Entry, least recently added or connected first
	waiting  [2]*list.List         // pending and parked, first to expire first
	pools    [2]pool               // the same, by what they hold
	closed   bool

	evictions, expiries, outgrown uint64
}

// NewStore returns an empty store. evicted, if not nil, is called for each view
// that leaves the store, however it does, once, with no lock held.
func NewStore(l Limits, evicted func(*Entry)) *Store {
	if evicted == nil {
		evicted = func(*Entry) {}
	}
	l = l.WithDefaults()
	return &Store{
		limits:   l,
		evicted:  evicted,
		views:    map[string]*Entry{},
		sessions: map[string]*list.List{},
		waiting:  [2]*list.List{list.New(), list.New()},
		pools:    [2]pool{{most: l.Bytes / 4}, {most: l.Bytes - l.Bytes/4}},
	}
}

// Add keeps a new, not yet connected view, evicting the session's own and those that
// have been left longest as needed. It returns ErrPending if too many views wait for
// their first connection, ErrFull if there is no room, ErrTaken, or ErrClosed.
func (s *Store) Add(e *Entry, now time.Time) error {
	return s.add(e, pending, now)
}

// Restore keeps a view that was connected before, in this store or another one, and
// counts as one whose connection has closed. Its errors are those of Add without
// ErrPending; with ErrTaken it returns the entry that has the id.
func (s *Store) Restore(e *Entry, now time.Time) (taken *Entry, err error) {
	err = s.add(e, parked, now)
	if errors.Is(err, ErrTaken) {
		if taken = s.Get(e.ID); taken == nil { // it has left just now
			return s.Restore(e, now)
		}
	}
	return taken, err
}

func (s *Store) add(e *Entry, p phase, now time.Time) error {
	s.mu.Lock()
	var out, heavy []*Entry
	defer func() {
		s.evictions += uint64(len(out))
		s.mu.Unlock()
		s.tell(out)
		s.tell(heavy)
	}()
	switch {
	case s.closed:
		return ErrClosed
	case s.views[e.ID] != nil:
		return ErrTaken
	}
	var least *Entry // of a session that has as many as it may
	own := s.sessions[e.Session]
	if own != nil && own.Len() >= s.limits.PerSession {
		least = leastUsed(own)
	}
	if p == pending && s.waiting[0].Len() >= s.limits.Pending && (least == nil || least.phase != pending) {
		return ErrPending
	}
	if least != nil {
		out = append(out, s.drop(least))
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
	heavy = s.wait(e, p, now)
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
	var out []*Entry
	if e.phase != gone {
		out = s.wait(e, parked, now)
	}
	s.mu.Unlock()
	s.tell(out)
}

// Used notes that somebody acted on the view, which puts off its expiry.
func (s *Store) Used(e *Entry, now time.Time) {
	s.mu.Lock()
	var out []*Entry
	if e.phase == pending || e.phase == parked {
		out = s.wait(e, e.phase, now)
	}
	s.mu.Unlock()
	s.tell(out)
}

// Remove takes the view out.
func (s *Store) Remove(e *Entry) { s.end([]*Entry{e}) }

// Session returns the views of a session.
func (s *Store) Session(session string) []*Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*Entry
	if own := s.sessions[session]; own != nil {
		for el := own.Front(); el != nil; el = el.Next() {
			all = append(all, el.Value.(*Entry))
		}
	}
	return all
}

// All returns all views, in no order.
func (s *Store) All() []*Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*Entry, 0, len(s.views))
	for _, e := range s.views {
		all = append(all, e)
	}
	return all
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
	s.expiries += uint64(len(out))
	s.mu.Unlock()
	s.tell(out)
	return len(out)
}

// Count is how many views a store holds, and how many it has let go for others or
// because their time had passed.
type Count struct {
	Pending, Connected, Parked, Sessions int
	Evicted, Expired                     uint64
	// Bytes is about what Pending and Parked hold, and EvictedForBytes how many of the
	// evicted ones had to go for Limits.Bytes.
	Bytes           int64
	EvictedForBytes uint64
}

// Count counts the views.
func (s *Store) Count() Count {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, k := s.waiting[0].Len(), s.waiting[1].Len()
	return Count{
		Pending: p, Connected: len(s.views) - p - k, Parked: k, Sessions: len(s.sessions),
		Evicted: s.evictions, Expired: s.expiries,
		Bytes: s.pools[0].bytes + s.pools[1].bytes, EvictedForBytes: s.outgrown,
	}
}

// Close takes all views out and refuses new ones.
func (s *Store) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.end(s.All())
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
	if p := s.poolOf(e); p != nil {
		p.remove(e)
	}
}

func (s *Store) queue(p phase) *list.List {
	if p == pending {
		return s.waiting[0]
	}
	return s.waiting[1]
}

// wait puts e at the end of its queue. All waits of a queue are equally long, so
// the queue stays ordered by expiry. It returns what has been evicted for it.
func (s *Store) wait(e *Entry, p phase, now time.Time) []*Entry {
	s.leaveQueue(e)
	e.phase, e.until = p, now.Add(s.lifeOf(p))
	e.place = s.queue(p).PushBack(e)
	pool := s.poolOf(e)
	pool.add(e, now)
	return s.shrink(pool, e, now)
}

func (s *Store) lifeOf(p phase) time.Duration {
	if p == pending {
		return s.limits.PendingLife
	}
	return s.limits.Life
}
