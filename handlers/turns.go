package handlers

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
)

// turns shares a number of slots among requests, fairly: in turn among the routes that
// wait, and within a route in turn among its clients. A client's own requests are served in
// order.
//
// Slow requests never take all slots, so that others don't wait for one of them to end: a
// route starts another one only while it holds less than three times as many slots as
// are free. Of 64 slots a single route holds 48 at most, two routes hold 27 each. What a route may
// hold is shared among its clients by the same rule.
type turns struct {
	most    int // who wait: maxWaiting
	mu      sync.Mutex
	free    int
	routes  map[any]*line
	ring    []*line   // the routes that wait, the next one first
	waiting []*waiter // all, in no order
}

// line is a route, or a client of one.
type line struct {
	key     any
	running int
	waiting int

	clients map[any]*line // of a route
	ring    []*line       // of a route: the clients that wait, the next one first
	queue   []*waiter     // of a client
}

type waiter struct {
	route, client *line
	at            int       // in turns.waiting; -1 when it waits no more
	turn          chan bool // false: there are too many who wait
}

const (
	// maxWaiting bounds the requests that wait for a slot.
	maxWaiting = 8192
	// mostOfFree is how many times as many slots as are free somebody may hold.
	mostOfFree = 3
	// looks is how many who wait are looked at to find one of a long line.
	looks = 8
)

func newTurns(slots int) *turns {
	return &turns{most: maxWaiting, free: slots, routes: map[any]*line{}}
}

// begin waits for a slot, which end gives back. It reports false if ctx is over before, or
// if too many wait.
func (t *turns) begin(ctx context.Context, route, client any) (end func(), ok bool) {
	t.mu.Lock()
	r := lineOf(t.routes, route)
	if r.clients == nil {
		r.clients = map[any]*line{}
	}
	c := lineOf(r.clients, client)
	end = func() { t.end(r, c) }
	if t.mayRun(r, c) { // nobody waits who may
		t.run(r, c)
		t.mu.Unlock()
		return end, true
	}
	w := &waiter{route: r, client: c, turn: make(chan bool, 1)}
	ok = t.wait(w)
	t.mu.Unlock()
	if !ok {
		return nil, false
	}
	select {
	case ok = <-w.turn:
	case <-ctx.Done():
		t.mu.Lock()
		if w.at >= 0 {
			ok = false
			t.leave(w)
			t.tidy(r, c)
		} else {
			ok = <-w.turn // it came at the same moment
		}
		t.mu.Unlock()
	}
	return end, ok
}

// waits is how many wait.
func (t *turns) waits() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.waiting)
}

func lineOf(all map[any]*line, key any) *line {
	l := all[key]
	if l == nil {
		l = &line{key: key}
		all[key] = l
	}
	return l
}

// mayRun reports whether there is a slot for the client. The caller holds the mutex, as in
// all that follows.
func (t *turns) mayRun(r, c *line) bool {
	// As long as running < mostOfFree × free, the route may start another one, so often:
	room := (mostOfFree*t.free - r.running + mostOfFree) / (mostOfFree + 1)
	return room > 0 && c.running < mostOfFree*room
}

func (t *turns) run(r, c *line) {
	t.free--
	r.running++
	c.running++
}

// end gives a slot back, to whose turn it is.
func (t *turns) end(r, c *line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.free++
	r.running--
	c.running--
	t.tidy(r, c)
	for w := t.next(); w != nil; w = t.next() {
		t.leave(w)
		t.run(w.route, w.client)
		w.turn <- true
	}
}

// next finds whose turn it is, and moves their lines to the end; nil if nobody's.
func (t *turns) next() *waiter {
	for i, r := range t.ring {
		for j, c := range r.ring {
			if t.mayRun(r, c) {
				r.ring = append(slices.Delete(r.ring, j, j+1), c)
				t.ring = append(slices.Delete(t.ring, i, i+1), r)
				return c.queue[0]
			}
		}
	}
	return nil
}

// wait adds who waits. If there are too many, one of a longer line has to go, or w itself.
func (t *turns) wait(w *waiter) bool {
	r, c := w.route, w.client
	if len(t.waiting) >= t.most && !t.pushOut(r, c) {
		t.tidy(r, c)
		return false
	}
	if c.waiting == 0 {
		r.ring = append(r.ring, c)
	}
	if r.waiting == 0 {
		t.ring = append(t.ring, r)
	}
	r.waiting++
	c.waiting++
	c.queue = append(c.queue, w)
	w.at = len(t.waiting)
	t.waiting = append(t.waiting, w)
	return true
}

// pushOut sends the last one of a long line away, to make room for one of r and c. Who is
// looked at is chosen by chance, so that long lines are found without a search.
func (t *turns) pushOut(r, c *line) bool {
	longest := t.waiting[rand.IntN(len(t.waiting))]
	for range looks {
		w := t.waiting[rand.IntN(len(t.waiting))]
		if a, b := w.route.waiting, longest.route.waiting; a > b || a == b && w.client.waiting > longest.client.waiting {
			longest = w
		}
	}
	if longest.route != r && longest.route.waiting <= r.waiting+1 || longest.route == r && longest.client.waiting <= c.waiting+1 {
		return false
	}
	q := longest.client.queue
	last := q[len(q)-1]
	t.leave(last)
	t.tidy(last.route, last.client)
	last.turn <- false
	return true
}

// leave takes out who waits.
func (t *turns) leave(w *waiter) {
	r, c := w.route, w.client
	last := len(t.waiting) - 1
	t.waiting[w.at] = t.waiting[last]
	t.waiting[w.at].at = w.at
	t.waiting[last] = nil
	t.waiting = t.waiting[:last]
	w.at = -1
	r.waiting--
	c.waiting--
	without := func(ring []*line, l *line) []*line {
		return slices.DeleteFunc(ring, func(x *line) bool { return x == l })
	}
	c.queue = slices.DeleteFunc(c.queue, func(x *waiter) bool { return x == w })
	if c.waiting == 0 {
		r.ring = without(r.ring, c)
	}
	if r.waiting == 0 {
		t.ring = without(t.ring, r)
	}
}

// tidy forgets lines that nobody is in.
func (t *turns) tidy(r, c *line) {
	if c.running+c.waiting == 0 && r.clients[c.key] == c {
		delete(r.clients, c.key)
	}
	if len(r.clients) == 0 && t.routes[r.key] == r {
		delete(t.routes, r.key)
	}
}
