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
	// ErrTaken is returned when the store has a view with that id.
	ErrTaken = errors.New("state: the view id is taken")
	// ErrClosed is returned after Close.
	ErrClosed = errors.New("state: the store is closed")
)

// Store keeps the views of all sessions that are alive: session → view id → assigns. It is
// bounded and safe for concurrent use. Views that are not connected expire. When there is no
// room for a new view, the store evicts views that were never connected, then those that
// were disconnected the longest time ago; it never evicts connected ones for others. A
// session that is at its limit evicts a view of its own. If too many views were never
// connected, the store refuses new ones.
//
// The store has no goroutine: call Expire from time to time.
type Store struct {
	limits  Limits
	evicted func(*Entry)

	mu       sync.Mutex
	views    map[string]*Entry
	sessions map[string]*list.List // of *Entry, least recently added or connected first
	waiting  [2]*list.List         // pending and parked, first to expire first
	pools    [2]pool               // pending and parked, by their bytes
	closed   bool

	evictions, expiries, outgrown uint64
}

// NewStore returns an empty store. It calls evicted, if that is not nil, once for each view
// that leaves the store for any reason, with no lock held.
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

// Add adds a view that has not been connected yet, and evicts others as needed. It returns
// ErrPending if too many views wait for their first connection, ErrFull if there is no room,
// ErrTaken if the id is in use, or ErrClosed.
func (s *Store) Add(e *Entry, now time.Time) error {
	return s.add(e, pending, now)
}

// Restore adds a view that was connected before, in this store or another one, as one whose
// connection has closed. Its errors are those of Add without ErrPending; with ErrTaken it
// returns the entry that has the id.
func (s *Store) Restore(e *Entry, now time.Time) (taken *Entry, err error) {
	err = s.add(e, parked, now)
	if errors.Is(err, ErrTaken) {
		if taken = s.Get(e.ID); taken == nil { // it has just left
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
		s.notify(out)
		s.notify(heavy)
	}()
	switch {
	case s.closed:
		return ErrClosed
	case s.views[e.ID] != nil:
		return ErrTaken
	}
	var least *Entry // to evict of a session that is at its limit
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
	e.inSession = own.PushBack(e)
	heavy = s.wait(e, p, now)
	return nil
}

// leastUsed returns the least recently used view of a session, one that is not connected if
// there is any.
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

// Connected records that the view's stream is open: it does not expire.
func (s *Store) Connected(e *Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.phase == gone {
		return
	}
	s.leaveQueue(e)
	e.phase = connected
	s.sessions[e.Session].MoveToBack(e.inSession)
}

// Parked records that the view's stream has closed: it expires after Limits.Life.
func (s *Store) Parked(e *Entry, now time.Time) {
	s.mu.Lock()
	var out []*Entry
	if e.phase != gone {
		out = s.wait(e, parked, now)
	}
	s.mu.Unlock()
	s.notify(out)
}

// Used records that somebody acted on the view, which postpones its expiry.
func (s *Store) Used(e *Entry, now time.Time) {
	s.mu.Lock()
	var out []*Entry
	if e.phase == pending || e.phase == parked {
		out = s.wait(e, e.phase, now)
	}
	s.mu.Unlock()
	s.notify(out)
}

// Remove removes the view.
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

// Expire removes the views that have expired and returns their number.
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
	s.notify(out)
	return len(out)
}

// Count is how many views a store holds, and how many it has evicted or has let expire.
type Count struct {
	Pending, Connected, Parked, Sessions int
	Evicted, Expired                     uint64
	// Bytes is about what Pending and Parked hold. EvictedForBytes is how many of the evicted
	// views exceeded Limits.Bytes.
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

// Close removes all views and makes Add and Restore return ErrClosed.
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
	s.notify(out)
}

func (s *Store) notify(out []*Entry) {
	for _, e := range out {
		s.evicted(e)
	}
}

func (s *Store) drop(e *Entry) *Entry {
	s.leaveQueue(e)
	e.phase = gone
	delete(s.views, e.ID)
	own := s.sessions[e.Session]
	own.Remove(e.inSession)
	if own.Len() == 0 {
		delete(s.sessions, e.Session)
	}
	return e
}

func (s *Store) leaveQueue(e *Entry) {
	if e.inQueue != nil {
		s.queue(e.phase).Remove(e.inQueue)
		e.inQueue = nil
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

// wait puts e at the end of the queue of its phase. All views of a queue wait equally long,
// so that the queue stays ordered by expiry. It returns the views evicted for it.
func (s *Store) wait(e *Entry, p phase, now time.Time) []*Entry {
	s.leaveQueue(e)
	e.phase, e.until = p, now.Add(s.lifeOf(p))
	e.inQueue = s.queue(p).PushBack(e)
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
