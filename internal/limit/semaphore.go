package limit

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
)

// Semaphore shares a number of slots fairly. The groups that wait take turns, and so do the clients
// of a group. A client's own requests are served in order.
//
// No group takes all slots, so that requests of other groups need not wait for a slow one to end: a
// group gets another slot only while it holds fewer than three times the free slots. Of 64 slots a
// single group holds 48 at most, two groups hold 27 each. The clients of a group share its slots by
// the same rule.
//
// golang.org/x/sync/semaphore serves in order of arrival: 700 requests for one slow page delayed
// all other pages by seconds. Fairness among clients alone would let the many clients of one slow
// group take all slots.
type Semaphore struct {
	mu      sync.Mutex
	free    int
	groups  map[any]*group
	ring    []*group  // the groups that wait, the next one first
	waiting []*waiter // all, in no order
}

// share counts the slots and requests of a group, or of a client.
type share struct {
	key     any
	running int
	waiting int
}

type group struct {
	share
	clients map[any]*client
	ring    []*client // the clients that wait, the next one first
}

type client struct {
	share
	group *group
	queue []*waiter
}

type waiter struct {
	client *client
	at     int       // its index in Semaphore.waiting; -1 if it does not wait
	turn   chan bool // gets true with a slot, false if too many wait
}

const (
	// maxWaiting bounds the requests that wait for a slot.
	maxWaiting = 8192
	// maxOfFree bounds the slots of a group or client, as a multiple of the free ones.
	maxOfFree = 3
	// samples is how many waiting requests are drawn to find a long queue.
	samples = 8
)

// NewSemaphore returns a semaphore with a number of slots.
func NewSemaphore(slots int) *Semaphore { return &Semaphore{free: slots, groups: map[any]*group{}} }

// Acquire waits for a slot; release returns it. Acquire reports false if ctx ends first, or if too
// many requests wait. The keys of groups and clients must be comparable.
func (s *Semaphore) Acquire(ctx context.Context, groupKey, clientKey any) (release func(), ok bool) {
	s.mu.Lock()
	c := s.client(groupKey, clientKey)
	release = func() { s.release(c) }
	if s.mayRun(c) { // so nobody waits who may run
		s.run(c)
		s.mu.Unlock()
		return release, true
	}
	w := &waiter{client: c, turn: make(chan bool, 1)}
	ok = s.enqueue(w)
	s.mu.Unlock()
	if !ok {
		return nil, false
	}
	select {
	case ok = <-w.turn:
	case <-ctx.Done():
		s.mu.Lock()
		if w.at >= 0 {
			ok = false
			s.remove(w)
			s.forget(c)
		} else {
			ok = <-w.turn // its turn came at the same moment
		}
		s.mu.Unlock()
	}
	return release, ok
}

// Waiting returns how many requests wait.
func (s *Semaphore) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting)
}

// client returns the client of the keys, a new one if there is none. The caller holds the mutex, as
// for all methods below but release.
func (s *Semaphore) client(groupKey, clientKey any) *client {
	g := s.groups[groupKey]
	if g == nil {
		g = &group{share: share{key: groupKey}, clients: map[any]*client{}}
		s.groups[groupKey] = g
	}
	c := g.clients[clientKey]
	if c == nil {
		c = &client{share: share{key: clientKey}, group: g}
		g.clients[clientKey] = c
	}
	return c
}

// mayRun reports whether there is a slot for the client.
func (s *Semaphore) mayRun(c *client) bool {
	// The number of slots that the group may still get, one at a time, while
	// running < maxOfFree × free:
	room := (maxOfFree*s.free - c.group.running + maxOfFree) / (maxOfFree + 1)
	return room > 0 && c.running < maxOfFree*room
}

func (s *Semaphore) run(c *client) {
	s.free--
	c.group.running++
	c.running++
}

// release returns a slot, and hands it to the next request.
func (s *Semaphore) release(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free++
	c.group.running--
	c.running--
	s.forget(c)
	for w := s.next(); w != nil; w = s.next() {
		s.remove(w)
		s.run(w.client)
		w.turn <- true
	}
}

// next returns the request whose turn it is, and moves its group and client to the end of their
// rings. It returns nil if none may run.
func (s *Semaphore) next() *waiter {
	for i, g := range s.ring {
		for j, c := range g.ring {
			if s.mayRun(c) {
				g.ring = append(slices.Delete(g.ring, j, j+1), c)
				s.ring = append(slices.Delete(s.ring, i, i+1), g)
				return c.queue[0]
			}
		}
	}
	return nil
}

// enqueue adds a waiting request. If too many wait, it refuses one of a longer queue, or w itself.
func (s *Semaphore) enqueue(w *waiter) bool {
	c := w.client
	g := c.group
	if len(s.waiting) >= maxWaiting && !s.pushOut(c) {
		s.forget(c)
		return false
	}
	if c.waiting == 0 {
		g.ring = append(g.ring, c)
	}
	if g.waiting == 0 {
		s.ring = append(s.ring, g)
	}
	g.waiting++
	c.waiting++
	c.queue = append(c.queue, w)
	w.at = len(s.waiting)
	s.waiting = append(s.waiting, w)
	return true
}

// pushOut refuses the last request of a queue that is longer than the client's, to make room for one
// of the client's. It draws samples at random, which finds long queues without a search.
func (s *Semaphore) pushOut(c *client) bool {
	longest := s.waiting[rand.IntN(len(s.waiting))].client
	for range samples {
		o := s.waiting[rand.IntN(len(s.waiting))].client
		if a, b := o.group.waiting, longest.group.waiting; a > b || a == b && o.waiting > longest.waiting {
			longest = o
		}
	}
	g := c.group
	if longest.group != g && longest.group.waiting <= g.waiting+1 || longest.group == g && longest.waiting <= c.waiting+1 {
		return false
	}
	last := longest.queue[len(longest.queue)-1]
	s.remove(last)
	s.forget(longest)
	last.turn <- false
	return true
}

// remove removes a request from those that wait.
func (s *Semaphore) remove(w *waiter) {
	c := w.client
	g := c.group
	last := len(s.waiting) - 1
	s.waiting[w.at] = s.waiting[last]
	s.waiting[w.at].at = w.at
	s.waiting[last] = nil
	s.waiting = s.waiting[:last]
	w.at = -1
	g.waiting--
	c.waiting--
	c.queue = without(c.queue, w)
	if c.waiting == 0 {
		g.ring = without(g.ring, c)
	}
	if g.waiting == 0 {
		s.ring = without(s.ring, g)
	}
}

func without[T comparable](list []T, v T) []T {
	return slices.DeleteFunc(list, func(x T) bool { return x == v })
}

// forget removes a client without requests, and its group if that has no other clients.
func (s *Semaphore) forget(c *client) {
	g := c.group
	if c.running+c.waiting == 0 && g.clients[c.key] == c {
		delete(g.clients, c.key)
	}
	if len(g.clients) == 0 && s.groups[g.key] == g {
		delete(s.groups, g.key)
	}
}
