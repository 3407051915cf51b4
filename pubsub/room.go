package pubsub

import (
	"cmp"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/sideband-go/sideband/views"
)

// room holds a presence that a page or component of this process has joined or watches.
type room[W comparable] struct {
	bus           *Bus
	name, subject string
	users         int // members, including joining ones; the bus's mutex guards it

	mu           sync.Mutex
	closed       bool
	members      map[views.Ref]*member[W]
	joining      map[views.Ref]*member[W] // whose callback has not succeeded yet
	entries      []*entry[W]              // in the order of arrival
	all          []W                      // the members of entries, for rosters
	shared       bool                     // rosters use both slices: elements are changed in a copy only
	byWho        map[W]*entry[W]
	lastOrder    uint64
	current      *roster[W] // nil after a change
	last         difference[W]
	notifiedAt   time.Time   // the time of the last notification
	notifyTimer  *time.Timer // runs notifyAll; nil if no notification is due
	peers        map[nodeID]*peer[W]
	seq          uint64 // of the last update sent to the other processes
	requestedAll bool
}

// entry is a member of this or other processes.
type entry[W comparable] struct {
	who   W
	since int64
	order uint64 // orders entries with the same time

	local      int             // members of this process
	raw        json.RawMessage // the encoding of who
	localSince int64           // when the first of them joined
	peers      int             // other processes where they are present
}

func (e *entry[W]) compare(o *entry[W]) int {
	return cmp.Or(cmp.Compare(e.since, o.since), cmp.Compare(e.order, o.order))
}

func (e *entry[W]) before(o *entry[W]) bool { return e.compare(o) < 0 }

func newRoom[W comparable](b *Bus, name string) *room[W] {
	return &room[W]{
		bus: b, name: name, subject: subject(b.prefix(), "presence", name),
		members: map[views.Ref]*member[W]{}, joining: map[views.Ref]*member[W]{}, byWho: map[W]*entry[W]{}, peers: map[nodeID]*peer[W]{},
		// A room that is created again must not repeat numbers.
		seq: uint64(time.Now().UnixMicro()),
	}
}

// existing returns the room, or nil if there is none.
func existing[W comparable](b *Bus, name string) *room[W] {
	b.mu.RLock()
	defer b.mu.RUnlock()
	r, _ := b.rooms[name].(*room[W])
	return r
}

func (r *room[W]) member(ref views.Ref) *member[W] {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.members[ref]; m != nil {
		return m
	}
	return r.joining[ref]
}

// roster returns the current roster. The caller holds the mutex, as for all methods below.
func (r *room[W]) roster() *roster[W] {
	if r.current == nil {
		n := len(r.entries)
		r.current, r.shared = &roster[W]{r.entries[:n:n], r.all[:n:n]}, true
	}
	return r.current
}

// updatePresence adds or removes the member's identity, and reports whether it did.
func (r *room[W]) updatePresence(m *member[W]) bool {
	want := m.identity.joins && m.connected && !m.ended && r.members[m.ref] == m
	if want == m.present {
		return false
	}
	m.present = want
	if want {
		r.add(m.identity.who, m.identity.raw)
	} else {
		r.remove(m.identity.who)
	}
	return true
}

// add adds a member of this process.
func (r *room[W]) add(who W, raw json.RawMessage) {
	now := time.Now().UnixNano()
	e := r.entry(who, now)
	e.local++
	if e.local == 1 {
		e.raw, e.localSince = raw, now
		r.broadcast(roomUpdate{Join: []arrival{{raw, now}}})
	}
}

// remove removes a member of this process.
func (r *room[W]) remove(who W) {
	e := r.byWho[who]
	e.local--
	if e.local == 0 {
		r.broadcast(roomUpdate{Leave: []json.RawMessage{e.raw}})
		r.removeIfGone(e)
	}
}

// entry returns the entry of who, or inserts one by its time.
func (r *room[W]) entry(who W, since int64) *entry[W] {
	if e := r.byWho[who]; e != nil {
		return e
	}
	r.lastOrder++
	e := &entry[W]{who: who, since: since, order: r.lastOrder}
	at := len(r.entries)
	for at > 0 && e.before(r.entries[at-1]) { // most are the newest
		at--
	}
	if at < len(r.entries) {
		r.unshare()
	}
	r.entries = slices.Insert(r.entries, at, e)
	r.all = slices.Insert(r.all, at, who)
	r.byWho[who] = e
	r.current = nil
	return e
}

// removeIfGone removes the entry of somebody who is present in no process.
func (r *room[W]) removeIfGone(e *entry[W]) {
	if e.local > 0 || e.peers > 0 {
		return
	}
	if at, ok := slices.BinarySearchFunc(r.entries, e, (*entry[W]).compare); ok {
		r.unshare()
		r.entries = slices.Delete(r.entries, at, at+1)
		r.all = slices.Delete(r.all, at, at+1)
	}
	delete(r.byWho, e.who)
	r.current = nil
}

// unshare copies the slices that rosters use, before their elements change.
func (r *room[W]) unshare() {
	if r.shared {
		r.entries, r.all, r.shared = slices.Clone(r.entries), slices.Clone(r.all), false
	}
}

// roster holds the members at one moment. It never changes.
type roster[W comparable] struct {
	list []*entry[W]
	all  []W
}

// difference caches the changes between two rosters, which are the same for many members.
type difference[W comparable] struct {
	before, now  *roster[W]
	joined, left []W
}

// changes returns the members that have joined and left between two rosters. before may be nil for no
// members. The caller holds the mutex.
func (r *room[W]) changes(before, now *roster[W]) (joined, left []W) {
	switch {
	case before == now:
		return nil, nil
	case before == nil:
		return now.all, nil
	case before.extendedBy(now):
		return now.all[len(before.all):], nil
	}
	if d := &r.last; d.before != before || d.now != now {
		d.before, d.now = before, now
		d.joined, d.left = before.changes(now)
	}
	return r.last.joined, r.last.left
}

// extendedBy reports whether now is old with entries appended. It compares no entries: then both share
// an array.
func (old *roster[W]) extendedBy(now *roster[W]) bool {
	n := len(old.list)
	return n == 0 || n <= len(now.list) && &old.list[0] == &now.list[0]
}

// changes compares two rosters.
func (old *roster[W]) changes(now *roster[W]) (joined, left []W) {
	i, j := 0, 0
	for i < len(old.list) || j < len(now.list) {
		switch {
		case j == len(now.list) || i < len(old.list) && old.list[i].before(now.list[j]):
			left = append(left, old.list[i].who)
			i++
		case i == len(old.list) || now.list[j].before(old.list[i]):
			joined = append(joined, now.list[j].who)
			j++
		default:
			i++
			j++
		}
	}
	if len(joined) > 0 && len(left) > 0 { // ignore members that left and joined again
		back := make(map[W]bool, len(left))
		for _, w := range left {
			back[w] = false
		}
		joined = slices.DeleteFunc(joined, func(w W) bool {
			_, was := back[w]
			if was {
				back[w] = true
			}
			return was
		})
		left = slices.DeleteFunc(left, func(w W) bool { return back[w] })
	}
	return joined, left
}
