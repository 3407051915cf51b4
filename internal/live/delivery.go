package live

import (
	"bytes"
	"hash/maphash"

	"github.com/sideband-go/sideband/patch"
)

// delivery is what a view has told the browser, and how far the browser is known to have come.
// Messages are numbered from 1 on; 0 is the page as first served. The worker owns it.
type delivery struct {
	log          messageLog
	seq          uint64   // of the newest message
	sent         uint64   // of the newest one that the open connection took
	acknowledged uint64   // of the newest one that the browser is known to have
	refused      *message // the newest, if the connection had no room for it
	unknown      bool     // what the page shows is not known: it is to be morphed as a whole
	unsettled    bool     // an event told what a control shows, and nothing could be rendered for it
	greeted      bool     // Connect has run
	typed        uint64   // digest of what the last event of a field being typed in has posted, 0: none
}

// number makes a message of ops.
func (d *delivery) number(ops []byte) message {
	d.seq++
	if cap(ops) > 2*len(ops) { // the log keeps it
		ops = bytes.Clone(ops)
	}
	m := message{ID: d.seq, Data: ops[:len(ops):len(ops)]}
	d.log.Add(m.ID, m.Data)
	return m
}

// since is what a browser that has seen message id has missed. It reports false if that is not
// all held.
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
	typed := uint64(0)
	if posted.Typing {
		typed = maphash.String(typedSeed, posted.Source+"?"+posted.Fields.Encode())
		posted.Typing = typed != d.typed
	}
	d.typed = typed
}

// put hands a message to a connection. What a full connection does not take waits until that
// has room again: in the log or, if it is too large for that, in refused.
func (v *View) put(conn Conn, m message) bool {
	if !conn.Send(v.idOf(m.ID), m.Data) {
		increment(v.host.Count.ConnectionsFull)
		if m.ID == v.out.seq {
			newest := m
			v.out.refused = &newest
		}
		return false
	}
	v.out.sent, v.out.refused = m.ID, nil
	v.connection.hasSent.Store(true)
	return true
}

// idOf is what the browser calls a message.
func (v *View) idOf(id uint64) string {
	return Position{epoch: v.epoch, id: id, valid: true}.String()
}

// waits reports whether the connection is behind: what has changed waits with the rest. The
// whole view makes up for it, unless there are items in it that the view has not.
func (v *View) waits() bool {
	return !v.out.isUpToDate() && (!v.out.unknown || v.tree.HasForgotten())
}

// isReachable reports whether the page is known to show all items of streams that the view has
// forgotten, or can be told what it has missed. A page that is sent the whole view has them only
// if so.
func (v *View) isReachable() bool {
	return v.openConn() != nil || v.out.isAcknowledged() || !v.tree.HasForgotten()
}

// resume finds out what a page that connects has seen: everything up to the message id. If that
// is not known, it has to be shown the whole view.
func (v *View) resume(at Position) (id uint64, known bool) {
	known = at.valid && at.epoch == v.epoch && (at.given || v.out.seq == 0)
	switch {
	case known && at.id <= v.out.seq:
		v.out.acknowledged = max(v.out.acknowledged, at.id)
	case v.epoch != "" && v.tree.HasForgotten():
		return 0, true // whatever it shows: a view that was remounted begins with all of it
	}
	return at.id, known && (!v.out.unknown || v.tree.HasForgotten())
}

// catchUp sends what a browser that has seen message id has missed, and then what has changed
// since.
func (v *View) catchUp(gen uint64, conn Conn, id uint64, known bool) {
	missed, held := v.out.since(id)
	if !known || !held {
		v.begin()
		if v.tree.HasForgotten() {
			v.remount(errBehind)
			return
		}
		v.out.unknown = true
		v.show(gen)
		return
	}
	v.out.sent = id
	for _, m := range missed {
		if !v.put(conn, m) {
			return // onDrain goes on
		}
	}
	v.begin()
	v.show(gen)
}

// onDrain is called when a connection that was full has room again.
func (v *View) onDrain() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.once(stepDrain, func(v *View, gen uint64) {
		if conn := v.openConn(); conn != nil && !v.out.isUpToDate() {
			v.catchUp(gen, conn, v.out.sent, true)
		}
	})
}
