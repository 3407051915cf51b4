package pubsub

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/views"
)

// identity is the argument of Join, with its encoding.
type identity[W comparable] struct {
	who   W
	raw   json.RawMessage
	joins bool // false: the member only watches
}

// member is a page or component that has joined or watches.
type member[W comparable] struct {
	feedRef    // for the room's feed; the bus's mutex guards it
	room       *room[W]
	ref        views.Ref
	stop       func() bool   // cancels OnEnd and OnConnection
	generation atomic.Uint64 // counts Join and Watch
	lagged     atomic.Bool

	// The room's mutex guards the fields below.
	ended         bool
	identity      identity[W]
	present       bool // identity is counted in the room
	connected     bool // or within LeaveGrace
	leaveTimer    *time.Timer
	send          func() error
	wantsCount    bool       // it is notified of a number
	notified      *roster[W] // the roster of the last notification
	notifiedCount int        // the number of the last notification
	unnotified    bool       // the next notification is due even if nothing has changed
	pending       bool       // a notification is in its mailbox
}

// newMember returns a member of the room of this name, which it creates if there is none.
func newMember[W comparable](b *Bus, name string, ref views.Ref) (*member[W], error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, ErrClosed
	}
	p := b.rooms[name]
	if p == nil {
		p = newRoom[W](b, name)
		if b.rooms == nil {
			b.rooms = map[string]anyRoom{}
		}
		b.rooms[name] = p
		b.startHeartbeat()
	}
	r := p.(*room[W])
	r.users++
	return &member[W]{room: r, ref: ref}, nil
}

// acquireFeed subscribes the room at the broker and asks the other processes for their members.
func (m *member[W]) acquireFeed(ctx context.Context) error {
	r := m.room
	b, name := r.bus, r.name
	current := func() anyRoom { // the room may have been replaced
		b.mu.RLock()
		defer b.mu.RUnlock()
		return b.rooms[name]
	}
	err := b.acquireFeed(ctx, &m.feedRef, r.subject, receiver{
		take: func(from nodeID, data []byte) bool {
			p := current()
			return p == nil || p.receive(from, data)
		},
		gap: func() {
			if p := current(); p != nil {
				p.resync()
			}
		},
	})
	if err == nil {
		r.requestAll()
	}
	return err
}

// addJoining adds a member whose callback has not succeeded yet.
func (m *member[W]) addJoining() {
	r := m.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if !m.ended {
		r.joining[m.ref] = m
	}
}

// end removes the member. Later calls do nothing.
func (m *member[W]) end() {
	r, b := m.room, m.room.bus
	r.mu.Lock()
	if m.ended {
		r.mu.Unlock()
		return
	}
	m.ended = true
	if m.leaveTimer != nil {
		m.leaveTimer.Stop()
	}
	if r.members[m.ref] == m {
		delete(r.members, m.ref)
	}
	if r.joining[m.ref] == m {
		delete(r.joining, m.ref)
	}
	changed := r.updatePresence(m)
	r.mu.Unlock()

	b.mu.Lock()
	b.releaseFeed(&m.feedRef)
	r.users--
	if r.users == 0 && b.rooms[r.name] == anyRoom(r) {
		delete(b.rooms, r.name)
	}
	b.mu.Unlock()
	if changed {
		r.notify(nil)
	}
}

// commit puts a Join or Watch into effect once its callback has succeeded.
func (m *member[W]) commit(id identity[W], wantsCount bool, send func() error) {
	r := m.room
	r.mu.Lock()
	if m.ended {
		r.mu.Unlock()
		return
	}
	if r.joining[m.ref] == m {
		delete(r.joining, m.ref)
	}
	before := r.members[m.ref]
	if before != m || m.wantsCount != wantsCount {
		r.members[m.ref] = m
		m.wantsCount, m.notified = wantsCount, nil
		if !wantsCount {
			m.notified = r.roster()
		}
	}
	changed := false
	if m.present && (!id.joins || m.identity.who != id.who) {
		r.remove(m.identity.who)
		m.present, changed = false, true
	}
	m.identity, m.send, m.unnotified = id, send, true
	changed = r.updatePresence(m) || changed
	r.mu.Unlock()
	if before != nil && before != m {
		before.end()
	}
	if changed {
		r.notify(m) // the callback itself sends it a notification
	}
}

// connectionChanged is called when the view's connection opens and closes.
func (m *member[W]) connectionChanged(open bool) {
	r := m.room
	r.mu.Lock()
	if m.leaveTimer != nil {
		m.leaveTimer.Stop()
		m.leaveTimer = nil
	}
	if !open {
		if m.connected && !m.ended {
			var t *time.Timer
			t = time.AfterFunc(r.bus.leaveGrace(), func() { m.leaveGraceOver(&t) })
			m.leaveTimer = t
		}
		r.mu.Unlock()
		return
	}
	m.connected = true
	changed := r.updatePresence(m)
	r.mu.Unlock()
	if changed && !r.notify(nil) {
		r.notifyOne(m) // a member is notified of itself at once
	}
}

// leaveGraceOver is called when the connection has been closed for LeaveGrace.
func (m *member[W]) leaveGraceOver(t **time.Timer) {
	r := m.room
	r.mu.Lock()
	if m.leaveTimer != *t || m.ended {
		r.mu.Unlock()
		return
	}
	m.leaveTimer, m.connected = nil, false
	changed := r.updatePresence(m)
	r.mu.Unlock()
	if changed {
		r.notify(nil)
	}
}

// takeRoster returns the roster for a notification, and whether there is something new in it.
func (m *member[W]) takeRoster() (Roster[W], bool) {
	r := m.room
	r.mu.Lock()
	defer r.mu.Unlock()
	before, now, first := m.notified, r.roster(), m.unnotified
	m.notified, m.unnotified, m.pending = now, false, false
	if m.ended {
		return Roster[W]{}, false
	}
	joined, left := r.changes(before, now)
	return Roster[W]{now.all, joined, left}, first || len(joined)+len(left) > 0
}

// takeCount is takeRoster for a member that is notified of a number.
func (m *member[W]) takeCount() (n int, changed bool) {
	r := m.room
	r.mu.Lock()
	defer r.mu.Unlock()
	n = len(r.entries)
	changed = m.unnotified || n != m.notifiedCount
	m.notifiedCount, m.unnotified, m.pending = n, false, false
	return n, changed && !m.ended
}

// upToDate reports whether the member needs no notification.
func (m *member[W]) upToDate() bool {
	switch r := m.room; {
	case m.unnotified:
		return false
	case m.wantsCount:
		return m.notifiedCount == len(r.entries)
	default:
		return m.notified == r.current // current is nil if somebody has joined or left
	}
}
