package query

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/sideband-go/sideband/pubsub"
)

// hub is a query with its subscriptions: of one page, or shared by those with the same hubID. The mutex of its key
// guards all fields but those of the subscribing.
type hub[T any] struct {
	key *Key[T]
	id  hubID // zero: not shared
	// settings are those of the first viewer: topics and times.
	settings *Live[T]

	spots   map[place]*spot[T]
	changes uint64 // messages of topics so far
	closed  bool   // nobody is left

	subscribing sync.Mutex // held while the bus and its broker are called
	topics      map[pubsub.AnyTopic]func()
}

// hubID tells shared queries apart.
type hubID struct {
	kit    any // the kit of the views: programs in one process share nothing
	text   string
	size   int
	keyset bool
}

// hubOf returns the hub for a query; that of others, if it is shared and they have one. The caller holds the key's mutex.
func (k *Key[T]) hubOf(kit any, q *Live[T]) *hub[T] {
	var id hubID
	if q.Shared != "" {
		id = hubID{kit, q.Shared, q.Page.Size, q.Cursor != nil}
		if h := k.hubs[id]; h != nil {
			return h
		}
	}
	h := &hub[T]{key: k, id: id, settings: q, spots: map[place]*spot[T]{}, topics: map[pubsub.AnyTopic]func(){}}
	if q.Shared != "" {
		if k.hubs == nil {
			k.hubs = map[hubID]*hub[T]{}
		}
		k.hubs[id] = h
	}
	return h
}

// closeIfEmpty closes a hub that nobody looks at. The caller holds the key's mutex, and calls what it returns without.
func (h *hub[T]) closeIfEmpty() (then func()) {
	if h.closed || len(h.spots) > 0 {
		return func() {}
	}
	h.closed = true
	if h.key.hubs[h.id] == h {
		delete(h.key.hubs, h.id)
	}
	return h.unsubscribe
}

// unsubscribe ends the subscriptions of a closed hub. It never waits: a subscribe that is under way ends them itself.
func (h *hub[T]) unsubscribe() {
	if !h.subscribing.TryLock() {
		return
	}
	defer h.subscribing.Unlock()
	h.dropTopics(nil)
}

// dropTopics ends the subscriptions to all topics but these. The caller holds subscribing.
func (h *hub[T]) dropTopics(but map[pubsub.AnyTopic]bool) {
	for t, stop := range h.topics {
		if !but[t] {
			stop()
			delete(h.topics, t)
		}
	}
}

// topicID is what topics count as the same by, though they are not equal: such as pointers that are made at each load.
type topicID struct {
	kind reflect.Type
	name string
}

func idOf(t pubsub.AnyTopic) topicID { return topicID{reflect.TypeOf(t), t.Name()} }

// subscribe subscribes to the topics of the settings and of all spots, and ends other subscriptions. It reports whether
// some of the spot that asks are new. Other spots with new ones load again: their rows are older.
func (h *hub[T]) subscribe(ctx context.Context, by *spot[T]) (added bool, err error) {
	var then []func()
	defer func() {
		h.key.mu.Lock()
		closed := h.closed
		h.key.mu.Unlock()
		if closed { // meanwhile: who has closed it may have found it subscribing
			h.unsubscribe()
		}
		for _, f := range then {
			f()
		}
	}()
	h.subscribing.Lock()
	defer h.subscribing.Unlock()
	fresh, err := h.listen(ctx)
	if len(fresh) == 0 {
		return false, err
	}
	now := time.Now()
	h.key.mu.Lock()
	defer h.key.mu.Unlock()
	for _, sp := range h.spots {
		switch isNew := slices.ContainsFunc(sp.topics, func(t pubsub.AnyTopic) bool { return fresh[idOf(t)] }); {
		case !isNew:
		case sp == by:
			added = true
		default:
			sp.isMoved = true
			then = append(then, sp.schedule(now))
		}
	}
	return added, err
}

// listen makes the subscriptions those that are wanted. It returns the topics that have no predecessor of the same type and
// name, whose messages were heard all the time. The caller holds subscribing.
func (h *hub[T]) listen(ctx context.Context) (fresh map[topicID]bool, err error) {
	want := h.wanted()
	defer h.dropTopics(want)
	heard := map[topicID]bool{}
	for t := range h.topics {
		heard[idOf(t)] = true
	}
	fresh = map[topicID]bool{}
	for t := range want {
		if h.topics[t] != nil {
			continue
		}
		stop, err := t.Listen(ctx, h.changed)
		if err != nil {
			return fresh, fmt.Errorf("query: subscribe to %s: %w", t.Name(), err)
		}
		h.topics[t] = stop
		if id := idOf(t); !heard[id] {
			fresh[id] = true
		}
	}
	return fresh, nil
}

// wanted returns the topics of the settings and of all spots.
func (h *hub[T]) wanted() map[pubsub.AnyTopic]bool {
	h.key.mu.Lock()
	defer h.key.mu.Unlock()
	want := map[pubsub.AnyTopic]bool{}
	for _, t := range h.settings.Refetch {
		want[t] = true
	}
	for _, sp := range h.spots {
		for _, t := range sp.topics {
			want[t] = true
		}
	}
	return want
}

// changed is called for each message of a topic, by whoever publishes it.
func (h *hub[T]) changed() {
	now := time.Now()
	var then []func()
	h.key.mu.Lock()
	h.changes++
	for _, sp := range h.spots {
		sp.isDirty = true
		then = append(then, sp.schedule(now))
	}
	h.key.mu.Unlock()
	for _, f := range then {
		f()
	}
}

// watchers lists who looks at a spot, those with a browser first: a load runs as a task of one of them.
func (sp *spot[T]) watchers() []*viewer[T] {
	list := make([]*viewer[T], 0, len(sp.viewers))
	for _, watched := range []bool{true, false} {
		for v := range sp.viewers {
			if v.isWatched == watched {
				list = append(list, v)
			}
		}
	}
	return list
}
