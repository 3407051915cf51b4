package pubsub

import (
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
	byWho   map[W]*entry[W]
	orders  uint64
	shown   *roster[W] // nil: somebody has come or left since it was asked for
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

func (e *entry[W]) before(o *entry[W]) bool {
	return e.since < o.since || e.since == o.since && e.order < o.order
}

// roster is who was here at one moment. It is never changed.
type roster[W comparable] struct {
	list []*entry[W]
	all  []W
}

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
		now := &roster[W]{list: slices.Clone(r.entries), all: make([]W, len(r.entries))}
		for i, e := range r.entries {
			now.all[i] = e.who
		}
		r.shown = now
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
	r.entries = slices.Insert(r.entries, at, e)
	r.byWho[who] = e
	r.shown = nil
	return e
}

// drop forgets somebody who is nowhere any more.
func (r *room[W]) drop(e *entry[W]) {
	if e.here > 0 || e.peers > 0 {
		return
	}
	if at := slices.Index(r.entries, e); at >= 0 {
		r.entries = slices.Delete(r.entries, at, at+1)
	}
	delete(r.byWho, e.who)
	r.shown = nil
}
