package pubsub

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/views"
)

// self is what a member tells of itself.
type self[W comparable] struct {
	who   W
	raw   json.RawMessage
	known bool // false: it only watches
}

// member is a page or component that has joined or watches.
type member[W comparable] struct {
	hold   // of the room's feed; the bus's mutex guards it
	room   *room[W]
	ref    views.Ref
	stop   func() bool   // forgets that it ends with its page or component
	turn   atomic.Uint64 // how often it has joined
	lagged atomic.Bool

	// The room's mutex guards what follows.
	over    bool
	self    self[W]
	counted bool // self is among those who are here
	open    bool // the stream is open, or has been until lately
	away    *time.Timer
	send    func() error
	counts  bool       // it is told a number
	told    *roster[W] // what it was told last
	number  int        // or this
	fresh   bool       // it is to be told whatever has changed
	pending bool       // a message that will tell it is under way
}

func newMember[W comparable](b *Bus, name string, ref views.Ref) (*member[W], error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, ErrClosed
	}
	p := b.places[name]
	if p == nil {
		p = newRoom[W](b, name)
		if b.places == nil {
			b.places = map[string]place{}
		}
		b.places[name] = p
		b.startHeartbeat()
	}
	r := p.(*room[W])
	r.users++
	return &member[W]{room: r, ref: ref}, nil
}

func (m *member[W]) follow(ctx context.Context) error {
	r := m.room
	b, name := r.bus, r.name
	err := b.follow(ctx, &m.hold, r.subject, func(from nodeID, data []byte) bool {
		b.mu.RLock()
		p := b.places[name] // it may be another one by now
		b.mu.RUnlock()
		return p == nil || p.receive(from, data)
	})
	if err == nil {
		r.greet()
	}
	return err
}

// come notes a member whose callback has not succeeded yet.
func (m *member[W]) come() {
	r := m.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if !m.over {
		r.coming[m.ref] = m
	}
}

// end is the member's end; once more changes nothing.
func (m *member[W]) end() {
	r, b := m.room, m.room.bus
	r.mu.Lock()
	if m.over {
		r.mu.Unlock()
		return
	}
	m.over = true
	if m.away != nil {
		m.away.Stop()
	}
	if r.members[m.ref] == m {
		delete(r.members, m.ref)
	}
	if r.coming[m.ref] == m {
		delete(r.coming, m.ref)
	}
	changed := r.recount(m)
	r.mu.Unlock()

	b.mu.Lock()
	b.unfollow(&m.hold)
	r.users--
	if r.users == 0 && b.places[r.name] == place(r) {
		delete(b.places, r.name)
	}
	b.mu.Unlock()
	if changed {
		r.tell(nil)
	}
}

// set is a Join or Watch that has succeeded.
func (m *member[W]) set(who self[W], counts bool, send func() error) {
	r := m.room
	r.mu.Lock()
	if m.over {
		r.mu.Unlock()
		return
	}
	if r.coming[m.ref] == m {
		delete(r.coming, m.ref)
	}
	before := r.members[m.ref]
	if before != m || m.counts != counts {
		r.members[m.ref] = m
		m.counts, m.told = counts, nil
		if !counts {
			m.told = r.roster()
		}
	}
	changed := false
	if m.counted && (!who.known || m.self.who != who.who) {
		r.remove(m.self.who)
		m.counted, changed = false, true
	}
	m.self, m.send, m.fresh = who, send, true
	changed = r.recount(m) || changed
	r.mu.Unlock()
	if before != nil && before != m {
		before.end()
	}
	if changed {
		r.tell(m) // it is told by the message that the callback sends
	}
}

// watched is told when the view's stream opens and closes.
func (m *member[W]) watched(open bool) {
	r := m.room
	r.mu.Lock()
	if m.away != nil {
		m.away.Stop()
		m.away = nil
	}
	if !open {
		if m.open && !m.over {
			var t *time.Timer
			t = time.AfterFunc(r.bus.grace(), func() { m.left(&t) })
			m.away = t
		}
		r.mu.Unlock()
		return
	}
	m.open = true
	changed := r.recount(m)
	r.mu.Unlock()
	if changed && !r.tell(nil) {
		r.tellOne(m) // who comes sees that at once
	}
}

// left is called when the stream has been closed for long enough.
func (m *member[W]) left(t **time.Timer) {
	r := m.room
	r.mu.Lock()
	if m.away != *t || m.over {
		r.mu.Unlock()
		return
	}
	m.away, m.open = nil, false
	changed := r.recount(m)
	r.mu.Unlock()
	if changed {
		r.tell(nil)
	}
}

// take is what the member is to be told now.
func (m *member[W]) take() (Roster[W], bool) {
	r := m.room
	r.mu.Lock()
	defer r.mu.Unlock()
	before, now, fresh := m.told, r.roster(), m.fresh
	m.told, m.fresh, m.pending = now, false, false
	if m.over {
		return Roster[W]{}, false
	}
	joined, left := r.changes(before, now)
	return Roster[W]{now.all, joined, left}, fresh || len(joined)+len(left) > 0
}

// takeNumber is take for a member that is told a number.
func (m *member[W]) takeNumber() (n int, news bool) {
	r := m.room
	r.mu.Lock()
	defer r.mu.Unlock()
	n = len(r.entries)
	news = m.fresh || n != m.number
	m.number, m.fresh, m.pending = n, false, false
	return n, news && !m.over
}

// knows reports whether there is nothing to tell the member.
func (m *member[W]) knows() bool {
	switch r := m.room; {
	case m.fresh:
		return false
	case m.counts:
		return m.number == len(r.entries)
	default:
		return m.told == r.shown // nil if somebody has come or left
	}
}
