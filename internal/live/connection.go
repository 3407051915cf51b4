package live

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/patch"
)

// Conn is a connection to the browser. No method waits for the client; all are safe for
// concurrent use.
type Conn interface {
	// Send queues a message with an id. It reports false if there is no room, or the connection
	// is over.
	Send(id string, data []byte) bool
	// SendNamed is Send for an event with a name.
	SendNamed(name, id string, data []byte) (bool, error)
	// Ended reports whether the connection is over.
	Ended() bool
	// Finish ends it with a last message, after what waits; FinishNow before that, and Discard
	// drops what waits and takes no more.
	Finish(last []byte)
	FinishNow(last []byte)
	Discard()
	// OnDrain calls f when a connection that was full has room again.
	OnDrain(f func())
}

// connection is the view's connection to the browser. The view's mutex guards it.
type connection struct {
	conn     Conn        // open, nil without one
	position Position    // what it was opened with
	joining  *joining    // the newest one that waits for its turn; nil without one
	age      *time.Timer // ends it
	old      Conn        // is to be ended by stepAge
	opened   time.Time   // when the first one opened
	// brokeOff says that there was one connection so far, it ended at once, and no event came
	// meanwhile.
	brokeOff bool
	hasSent  atomic.Bool // a connection has carried a message of the view; needs no lock
}

// joining is a connection that waits for its turn.
type joining struct {
	conn     Conn
	position Position
	ctx      context.Context // the values of its request
}

// end drops all connections, and returns them.
func (c *connection) end() (open []Conn) {
	if c.conn != nil {
		open = append(open, c.conn)
	}
	if c.joining != nil {
		open = append(open, c.joining.conn)
	}
	c.conn, c.joining, c.old = nil, nil, nil
	if c.age != nil {
		c.age.Stop()
		c.age = nil
	}
	return open
}

// isTaken reports whether a page that says nothing of an earlier connection is a copy of the one
// that the view belongs to: restored HTML, a duplicated tab. Unless the only connection so far
// broke off at once: then the page tries again.
func (c *connection) isTaken() bool { return c.conn != nil || c.hasSent.Load() && !c.brokeOff }

// openConn returns the connection to the browser; nil without one.
func (v *View) openConn() Conn {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.connection.conn
}

// usedConn is openConn for a page that has sent an event: the connection has reached it. Without one
// the view's expiry is postponed.
func (v *View) usedConn() Conn {
	v.mu.Lock()
	conn, entry := v.connection.conn, v.entry
	if conn != nil {
		v.connection.brokeOff = false
	}
	v.mu.Unlock()
	if conn == nil && entry != nil {
		v.host.store.Used(entry, time.Now())
	}
	return conn
}

// Uses postpones the expiry of a view without a connection, for a request that takes longer. Safe for concurrent use.
func (v *View) Uses() {
	v.mu.Lock()
	conn, entry := v.connection.conn, v.entry
	v.mu.Unlock()
	if conn == nil && entry != nil {
		v.host.store.Used(entry, time.Now())
	}
}

// IsCopy reports whether a page that connects at a position is a copy of the one that the view
// belongs to.
func (v *View) IsCopy(at Position) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return !at.given && v.connection.isTaken()
}

// Connect lets a connection wait until it is its turn to be the view's. ctx has the values of its
// request. One waits at most: the newest, by the rules of connect, as if the one before had been
// taken already.
func (v *View) Connect(ctx context.Context, conn Conn, at Position) {
	conn.OnDrain(v.onDrain)
	v.mu.Lock()
	if v.ended.Load() {
		v.mu.Unlock()
		conn.Finish(nil) // the view has just ended: the page connects again
		return
	}
	defer v.endBefore()
	before := v.connection.joining
	if before != nil && before.conn.Ended() {
		before = nil
	}
	var last []byte
	switch {
	case before == nil:
	case !at.given:
		last = v.host.Messages.Reload
	case at.isBehind(before.position, v.epoch):
		last = v.late(at)
	}
	if last != nil {
		v.mu.Unlock()
		conn.Finish(last)
		return
	}
	v.connection.joining = &joining{conn, at, ctx}
	v.once(stepConnect, func(v *View, gen uint64) {
		v.mu.Lock()
		j := v.connection.joining
		v.connection.joining = nil
		v.mu.Unlock()
		if j != nil {
			v.connect(gen, j)
		}
	})
	v.mu.Unlock()
	if before != nil {
		before.conn.Finish(v.host.Messages.OpenElsewhere)
	}
}

// connect makes a connection the view's. What it sends depends on what is known of the page:
//
//	it names no id, and the view has sent messages  a copy: it reloads
//	it names an older id than the open one          a late connection: see late
//	it names an id of this life of the view         what it missed, from the log; if that does
//	                                                not reach back so far, the whole view
//	anything else, or the page is unknown           the whole view
//
// If the view shows streams, whose items it does not have any more, the whole view comes
// after what was missed; and if that is not known, the view is remounted.
func (v *View) connect(gen uint64, j *joining) {
	v.mu.Lock()
	var last []byte
	old := v.connection.conn
	switch {
	case v.ended.Load():
		v.mu.Unlock()
		j.conn.FinishNow(v.last)
		return
	case j.conn.Ended(): // before its turn came
		v.mu.Unlock()
		return
	case !j.position.given && v.connection.isTaken(): // since it was admitted
		last = v.host.Messages.Reload
	case old != nil && j.position.isBehind(v.connection.position, v.epoch):
		last = v.late(j.position)
	}
	if last != nil {
		v.mu.Unlock()
		j.conn.Finish(last)
		return
	}
	v.adopt(j)
	v.mu.Unlock()
	v.notify()
	if old != nil {
		old.Finish(v.host.Messages.OpenElsewhere)
	}
	if j.conn.Ended() {
		v.Disconnected(j.conn)
		return
	}
	j.conn.Send("", protocol.FirstMessage(v.address, v.stamp()))
	v.startWaiting()
	v.delivery.connections++
	v.delivery.element = j.position.element
	t := &turn{request: &noRequest, cause: j.ctx, connects: true}
	if v.observed() != nil {
		t.activity = v.beginTurn(j.ctx, &Activity{Kind: ActivityConnect})
	}
	v.turn.Store(t)
	if !v.runConnect(gen, j.ctx) {
		return
	}
	id, known := v.resume(j.position)
	if v.catchUp(gen, j.conn, id, known); v.isCurrent(gen) {
		v.durable.connected(j.conn)
		v.endTurn(t, 0, nil)
		v.turn.Store(nil)
	}
}

// late returns what a connection is told that was asked for before the view's: by an element that has been replaced since,
// so that nobody hears it. But an answer may have been overtaken by a later one, and its element be in the page now: one
// that connects for the first time is replaced by another, which gets the whole view.
func (v *View) late(at Position) []byte {
	if !at.fresh {
		return v.host.Messages.OpenElsewhere
	}
	address := v.address + protocol.ConnectionQuery + "&" + protocol.AfterParam + "=" + unknownID
	return patch.AppendReplace(nil, protocol.ConnectionID, protocol.ConnectionElement(address, v.stamp(), v.def.KeepsConnection))
}

// adopt makes a connection the view's. The caller holds mu.
func (v *View) adopt(j *joining) {
	c := &v.connection
	c.conn, c.position = j.conn, j.position
	c.brokeOff = c.opened.IsZero()
	if c.brokeOff {
		c.opened = time.Now()
	}
	if c.age != nil {
		c.age.Stop()
	}
	c.age = v.ageTimer(j.conn)
	v.connected.Store(true)
	v.timers.resume(v)
	v.host.store.Connected(v.entry)
}

// ageTimer ends a connection when it is old, so that the application's middleware runs again. What
// the page shows then counts as unknown: the whole view repairs what a script may have changed.
func (v *View) ageTimer(conn Conn) *time.Timer {
	most := v.host.ConnectionAge
	return time.AfterFunc(most*4/5+time.Duration(rand.Int64N(int64(most*2/5)+1)), func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.connection.conn != conn {
			return
		}
		v.connection.old = conn
		v.once(stepAge, func(v *View, _ uint64) {
			if conn := v.oldConn(); conn != nil {
				v.delivery.unknown = true
				conn.Finish(nil)
			}
		})
	})
}

// oldConn returns the connection that has reached its age; nil if it is not open any more.
func (v *View) oldConn() Conn {
	v.mu.Lock()
	defer v.mu.Unlock()
	conn := v.connection.old
	v.connection.old = nil
	if conn != v.connection.conn {
		return nil
	}
	return conn
}

// runConnect runs the page's Connect, once. It reports false if the worker was abandoned.
func (v *View) runConnect(gen uint64, cause context.Context) bool {
	connect := v.def.Connect
	if connect == nil || v.delivery.connectRan {
		return true
	}
	v.delivery.connectRan = true
	call := Call{Name: v.def.Name() + ".Connect", Run: func(cb *Callback) error {
		return cb.Pass(KindConnect, "Connect", func() error { return connect(cb) })
	}}
	if err := v.runTimed(job{call: call, ctx: cause, activity: v.activity}); err != nil {
		if !v.isCurrent(gen) {
			return false
		}
		v.logFailure(err)
	}
	return v.drain(gen)
}

// firstTry is how soon a page's first connection must have ended to count as one that never
// reached it.
const firstTry = 2 * time.Second

// Disconnected notes that a connection is over.
func (v *View) Disconnected(conn Conn) {
	if v.release(conn) {
		v.notify()
		v.left()
		v.postInternal(func(v *View, _ uint64) { v.weigh() })
	}
}

// Follow says that the view's page takes the place of another one's, whose view ends when the page connects: then the
// browser has changed the pages, and the old one does not connect again.
func (v *View) Follow(before *View) {
	v.before.Store(before)
	id := before.id // alone: it would keep the view, and those before that
	v.followed.Store(&id)
}

// HasFollowed reports whether the view's page has taken the place of that of another view. Safe for concurrent use.
func (v *View) HasFollowed(id string) bool {
	before := v.followed.Load()
	return before != nil && *before == id
}

// HasOnlyConnected reports whether the page's first connection opened less than d ago. Safe for concurrent use.
func (v *View) HasOnlyConnected(d time.Duration) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return time.Since(v.connection.opened) < d
}

// SetRedirects says how many redirects in a row have led to the page, before it is mounted.
func (v *View) SetRedirects(n int) { v.redirects = n }

// Redirects returns how many redirects in a row have led to the page.
func (v *View) Redirects() int { return v.redirects }

// endBefore ends the view whose page has made room for this one's.
func (v *View) endBefore() {
	if b := v.before.Swap(nil); b != nil {
		b.host.store.Remove(b.entry)
		b.End(nil)
	}
}

// release drops a connection. It reports whether that was the view's.
func (v *View) release(conn Conn) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	c := &v.connection
	if c.joining != nil && c.joining.conn == conn {
		c.joining = nil
	}
	if c.conn != conn {
		return false
	}
	c.conn = nil
	c.age.Stop()
	c.age = nil // the timer would keep the connection and its request in memory
	c.brokeOff = c.brokeOff && time.Since(c.opened) < firstTry
	v.connected.Store(false)
	v.timers.pause()
	if !v.ended.Load() {
		v.host.store.Parked(v.entry, time.Now())
	}
	return true
}
