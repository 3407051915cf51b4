package live

import (
	"bytes"
	"hash/maphash"

	"github.com/sideband-go/sideband/patch"
)

// delivery is what a view has sent to the browser, and what the browser has acknowledged.
// Messages are numbered from 1 on; 0 is the page as first served. The worker owns it.
type delivery struct {
	log          messageLog
	seq          uint64   // of the newest message
	sent         uint64   // of the newest one that the open connection took
	acknowledged uint64   // of the newest one that the browser is known to have
	refused      *message // the newest, if the connection had no room for it
	unknown      bool     // it is not known what the page shows: it needs the whole view
	unsettled    bool     // an event has posted its controls, and nothing was rendered for it yet
	connectRan   bool     // the page's Connect has run
	connections  uint64   // so far
	elements     uint64   // connection elements in answers, so far
	element      uint64   // which of them has asked for the connection, 0 none
	overtaken    bool     // a connection that the newest did not ask for has taken messages: that answer may come on top of them
	recovery     *recovery
	place        *Place // of the page, as the newest message's id says
	typed        uint64 // digest of what the last event of a field being typed in has posted, 0: none
	settled      bool   // that event was the second with this text: the field had lost the focus
}

// number gives ops the next message id, and logs them.
func (d *delivery) number(ops []byte) message {
	d.seq++
	if cap(ops) > 2*len(ops) { // the log keeps it
		ops = bytes.Clone(ops)
	}
	m := message{ID: d.seq, Data: ops[:len(ops):len(ops)]}
	d.log.add(m)
	return m
}

// since returns the messages after id. It reports false if some are not held any more.
func (d *delivery) since(id uint64) ([]message, bool) {
	if d.refused != nil && d.refused.ID == id+1 {
		later, held := d.log.Since(d.refused.ID)
		return append([]message{*d.refused}, later...), held
	}
	return d.log.Since(id)
}

// isUpToDate reports whether the open connection took all there is.
func (d *delivery) isUpToDate() bool { return d.sent == d.seq }

// isAcknowledged reports whether the browser is known to have all there is.
func (d *delivery) isAcknowledged() bool { return d.acknowledged == d.seq }

// typedSeed is for digests of what was typed: the text itself may be as long as a body.
var typedSeed = maphash.MakeSeed()

// settleTyping finds out that a field is not typed in any more: its change comes with
// the text that its last event had. From then on it shows what the view says.
func (d *delivery) settleTyping(posted *patch.Posted) {
	if posted == nil {
		return
	}
	typed, again := uint64(0), false
	if posted.Typing {
		typed = digestOfTyped(posted)
		again = typed == d.typed
		posted.Typing = !again
	}
	d.typed, d.settled = typed, again && !d.settled
}

// hasTyped reports whether an event brings what the last event of a field that still has the focus has brought.
func (d *delivery) hasTyped(posted *patch.Posted) bool {
	return posted.Typing && !d.settled && digestOfTyped(posted) == d.typed
}

func digestOfTyped(posted *patch.Posted) uint64 {
	return maphash.String(typedSeed, posted.Source+"?"+posted.Fields.Encode())
}

// put queues a message at a connection. What a full connection does not take waits until it has
// room again: in the log or, if it is too large for the log, in refused.
func (v *View) put(conn Conn, m message) bool {
	if !v.give(conn, m) {
		increment(v.host.Count.ConnectionsFull)
		if m.ID == v.delivery.seq {
			newest := m
			v.delivery.refused = &newest
		}
		return false
	}
	v.delivery.sent, v.delivery.refused = m.ID, nil
	v.delivery.overtaken = v.delivery.overtaken || v.delivery.element != v.delivery.elements
	v.connection.hasSent.Store(true)
	return true
}

// idOf returns the id of a message as the browser knows it.
func (v *View) idOf(id uint64) string {
	p := Position{epoch: v.epoch, id: id, valid: true}
	if v.def.HandleParams != nil {
		p.mark = v.Place().Mark()
	}
	return p.String()
}

// lags reports whether the connection is behind, so that changes have to wait. If the page needs
// the whole view anyway it does not count as behind, unless that would lack items of streams.
func (v *View) lags() bool {
	return !v.delivery.isUpToDate() && (!v.delivery.unknown || v.tree.HasForgotten())
}

// isReachable reports whether the page shows all items of streams that the view has forgotten, or
// can still be sent what it has missed. Otherwise the whole view would lack them.
func (v *View) isReachable() bool {
	return v.openConn() != nil || v.delivery.isAcknowledged() || !v.tree.HasForgotten()
}

// resume returns the id of the newest message that a connecting page has. Unless that is known, the
// page needs the whole view.
func (v *View) resume(at Position) (id uint64, known bool) {
	known = at.valid && at.epoch == v.epoch && (at.given || v.delivery.seq == 0) && !(at.fresh && v.delivery.overtaken)
	id = at.id
	if !known {
		v.delivery.overtaken = false
		v.delivery.forgetPage() // it may be another page than the one that was asked
		id = v.delivery.seq     // and has missed nothing of this one
	}
	switch {
	case known && at.id <= v.delivery.seq:
		v.delivery.acknowledged = max(v.delivery.acknowledged, at.id)
	case v.epoch != "" && v.tree.HasForgotten():
		return 0, true // whatever it shows: a view that was remounted begins with all of it
	}
	return id, known && (!v.delivery.unknown || v.tree.HasForgotten())
}

// catchUp sends what a browser that has seen message id has missed, and then what has changed
// since.
func (v *View) catchUp(gen uint64, conn Conn, id uint64, known bool) {
	missed, held := v.delivery.since(id)
	if !known || !held {
		v.pushAgain(id)
		v.begin()
		if v.tree.HasForgotten() {
			v.remount(errBehind)
			return
		}
		v.delivery.unknown = true
		v.show(gen)
		return
	}
	v.delivery.sent = id
	for _, m := range missed {
		if !v.put(conn, m) {
			return // onDrain goes on
		}
	}
	if id == 0 && !v.tree.IsDirty() { // the page shows what it was served, and all that came since
		v.tree.Sent()
	}
	v.begin()
	v.show(gen)
}

// onDrain is called when a connection that was full has room again.
func (v *View) onDrain() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.once(stepDrain, func(v *View, gen uint64) {
		if conn := v.openConn(); conn != nil && !v.delivery.isUpToDate() {
			v.catchUp(gen, conn, v.delivery.sent, true)
		}
	})
}
