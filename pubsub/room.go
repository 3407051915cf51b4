package pubsub

import (
	"cmp"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/sideband-go/sideband/views"
)

// room is a presence that somebody of this process has joined or watches.
type room[W comparable] struct {
	bus           *Bus
	name, subject string
	users         int // members, also those whose callback has not succeeded yet; the bus's mutex guards it

	mu      sync.Mutex
	closed  bool
	members map[views.Ref]*member[W]
	coming  map[views.Ref]*member[W] // whose callback has not succeeded yet
	entries []*entry[W]              // in the order of arrival
	all     []W                      // who they are
	shared  bool                     // rosters refer to both: they may be appended to, but change in a copy
	byWho   map[W]*entry[W]
	orders  uint64
	shown   *roster[W] // nil: somebody has come or left since it was asked for
	last    difference[W]
	told    time.Time   // when the members were told last
	due     *time.Timer // they are to be told; nil if not
	peers   map[nodeID]*peer[W]
	seq     uint64 // of what the other processes were told
	greeted bool
}

// entry is somebody who is here.
type entry[W comparable] struct {
	who   W
	since int64
	order uint64 // tells apart those who came at once

	here  int             // members of this process
	raw   json.RawMessage // for the other processes
	came  int64           // to this process
	peers int             // other processes that have them
}

func (e *entry[W]) compare(o *entry[W]) int {
	return cmp.Or(cmp.Compare(e.since, o.since), cmp.Compare(e.order, o.order))
}

func (e *entry[W]) before(o *entry[W]) bool { return e.compare(o) < 0 }

func newRoom[W comparable](b *Bus, name string) *room[W] {
	return &room[W]{
		bus: b, name: name, subject: subject(b.prefix(), "presence", name),
		members: map[views.Ref]*member[W]{}, coming: map[views.Ref]*member[W]{}, byWho: map[W]*entry[W]{}, peers: map[nodeID]*peer[W]{},
		// A room that is made again goes on with other numbers.
		seq: uint64(time.Now().UnixMicro()),
	}
}

// existing returns the room, or nil if nobody is there.
func existing[W comparable](b *Bus, name string) *room[W] {
	b.mu.RLock()
	defer b.mu.RUnlock()
	r, _ := b.places[name].(*room[W])
	return r
}

func (r *room[W]) member(ref views.Ref) *member[W] {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.members[ref]; m != nil {
		return m
	}
	return r.coming[ref]
}

// roster is who is here. The caller holds the mutex, as in all that follows.
func (r *room[W]) roster() *roster[W] {
	if r.shown == nil {
		n := len(r.entries)
		r.shown, r.shared = &roster[W]{r.entries[:n:n], r.all[:n:n]}, true
	}
	return r.shown
}

// recount counts the member in or out, and reports whether that changed anything.
func (r *room[W]) recount(m *member[W]) bool {
	want := m.self.known && m.open && !m.over && r.members[m.ref] == m
	if want == m.counted {
		return false
	}
	m.counted = want
	if want {
		r.add(m.self.who, m.self.raw)
	} else {
		r.remove(m.self.who)
	}
	return true
}

// add counts somebody of this process in.
func (r *room[W]) add(who W, raw json.RawMessage) {
	now := time.Now().UnixNano()
	e := r.entry(who, now)
	e.here++
	if e.here == 1 {
		e.raw, e.came = raw, now
		r.say(news{Join: []arrival{{raw, now}}})
	}
}

// remove counts somebody of this process out.
func (r *room[W]) remove(who W) {
	e := r.byWho[who]
	e.here--
	if e.here == 0 {
		r.say(news{Leave: []json.RawMessage{e.raw}})
		r.drop(e)
	}
}

// entry finds somebody, or gives them their place.
func (r *room[W]) entry(who W, since int64) *entry[W] {
	if e := r.byWho[who]; e != nil {
		return e
	}
	r.orders++
	e := &entry[W]{who: who, since: since, order: r.orders}
	at := len(r.entries)
	for at > 0 && e.before(r.entries[at-1]) { // most come last
		at--
	}
	if at < len(r.entries) {
		r.unshare()
	}
	r.entries = slices.Insert(r.entries, at, e)
	r.all = slices.Insert(r.all, at, who)
	r.byWho[who] = e
	r.shown = nil
	return e
}

// drop forgets somebody who is nowhere any more.
func (r *room[W]) drop(e *entry[W]) {
	if e.here > 0 || e.peers > 0 {
		return
	}
	if at, ok := slices.BinarySearchFunc(r.entries, e, (*entry[W]).compare); ok {
		r.unshare()
		r.entries = slices.Delete(r.entries, at, at+1)
		r.all = slices.Delete(r.all, at, at+1)
	}
	delete(r.byWho, e.who)
	r.shown = nil
}

// unshare makes a copy of what rosters refer to, before it changes.
func (r *room[W]) unshare() {
	if r.shared {
		r.entries, r.all, r.shared = slices.Clone(r.entries), slices.Clone(r.all), false
	}
}
