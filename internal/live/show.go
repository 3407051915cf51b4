package live

import (
	"errors"
	"hash/maphash"
	"strconv"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/patch"
)

// maxRounds is how often a turn renders because renderings have sent messages.
const maxRounds = 8

var (
	errRounds = errors.New("views: components send messages whenever they are rendered")
	errBehind = errors.New("views: the page has missed items of a stream that are not retained")

	emptyNotice = protocol.AppendNotice(nil, "")
)

// show renders what is out of date and sends it, if a browser is connected and can take it. If the
// rendering fails, it rolls the view back. It reports false if the worker was abandoned.
func (v *View) show(gen uint64) bool {
	for range maxRounds {
		conn := v.openConn()
		var err error
		switch {
		case conn == nil:
		case v.sendDeparture():
		case v.lags():
		default:
			err = v.send(conn, nil, nil)
		}
		if !v.isCurrent(gen) {
			return false
		}
		if v.remountIf(err) {
			return true
		}
		if err != nil {
			v.rollback()
			v.logFailure(err)
		}
		if !v.hasInbox() {
			v.sendDeparture() // a component may have redirected
			return true
		}
		// Components have sent messages while they were rendered.
		v.begin()
		if !v.drain(gen) {
			return false
		}
	}
	v.logFailure(errRounds)
	return true
}

// sendChanges sends what has changed, and more: as a patch or, if what the page shows is not known, as
// the whole view.
func (v *View) sendChanges(conn Conn, posted *patch.Posted, more []byte) error {
	v.tree.RetainItems(false)
	if posted == nil && v.delivery.unsettled {
		posted = &patch.Posted{Left: true}
	}
	if v.delivery.unknown {
		return v.sendWhole(conn, posted)
	}
	v.delivery.unsettled = false
	if posted != nil {
		posted.InSteps = true
	}
	r, err := v.tree.Render(posted)
	if err != nil {
		return err
	}
	v.host.Warn(v, r)
	v.noteRendered(false, len(r.First)+len(r.Ops))
	if len(r.First) > 0 && !v.put(conn, v.delivery.number(r.First)) {
		v.delivery.number(append(r.Ops, more...)) // onDrain goes on
		return nil
	}
	ops := v.appendMove(append(r.Ops, more...))
	at := v.Place()
	isMarked := v.def.HandleParams != nil && v.delivery.place != at // by an id alone, if there is nothing else
	v.delivery.place = at
	if len(ops) == 0 && !isMarked {
		return nil
	}
	isSent := v.put(conn, v.delivery.number(ops))
	if after := patch.AppendFocused(nil, ops); len(after) > 0 {
		if m := v.delivery.number(after); isSent {
			v.put(conn, m)
		}
	}
	return nil
}

// sendWhole sends the whole view, for a browser that may show anything, once its forms are recovered.
func (v *View) sendWhole(conn Conn, posted *patch.Posted) error {
	ops, asks, err := v.whole(conn, posted, false)
	if err != nil {
		return err
	}
	v.delivery.unknown = asks
	v.delivery.unsettled = asks && posted != nil
	if len(ops) == 0 {
		return nil
	}
	if !asks {
		v.noteRendered(false, len(ops))
	}
	if m := v.delivery.number(ops); !v.put(conn, m) {
		v.delivery.sent = m.ID - 1 // nothing before it counts
	}
	return nil
}

// sendDeparture redirects the page by its connection, if a callback has asked for it. It reports
// whether it has. The view lives on, in case the page does not get there.
func (v *View) sendDeparture() bool {
	conn := v.openConn()
	if conn == nil || !v.delivery.isUpToDate() && !v.delivery.unknown {
		return false // what the page has missed comes first
	}
	d := v.takeDeparture()
	if d == nil {
		return false
	}
	v.put(conn, v.delivery.number(v.host.Leave(v, d)))
	return true
}

// answer renders after an event and returns its outcome: only the error while a connection carries
// the patches; else the patch, and an element that connects from there on.
func (v *View) answer(gen uint64, t *turn) Outcome {
	posted, failed := t.posted, t.failed
	if !v.mounted.Load() {
		return v.firstPage(gen, failed)
	}
	if v.HasEnded() {
		return Outcome{Err: errors.Join(fault.ErrGone, failed)}
	}
	if t.unscripted {
		v.usedUnscripted()
	}
	conn := v.usedConn()
	if d := v.takeDeparture(); d != nil {
		return Outcome{Departure: d}
	}
	var moved *Move
	if v.reply == nil || t.unscripted { // an answer with a reply says nothing of the address: the page asks for it
		moved = v.takeMove(t.unscripted)
	}
	if t.served != nil {
		return v.serve(gen, t)
	}
	if failed != nil && posted != nil && posted.Form {
		posted = nil // the user may still correct what was typed
	}
	v.mayLack(conn, posted)
	var ops []byte
	var unshown error
	switch {
	case t.unscripted:
		unshown = v.renderUnscripted()
	case conn != nil && v.lags(), conn == nil && (!v.isReachable() || t.answer.apart):
		// What changed waits until the browser reads on, or for the page's next connection.
		v.delivery.unsettled = v.delivery.unsettled || posted != nil
	case conn != nil && (v.delivery.unknown || failed == nil || posted != nil || v.tree.IsDirty() || len(v.pushed) > 0):
		var clear []byte
		if !v.delivery.unknown {
			clear = v.clearNotice(failed)
		}
		unshown = v.send(conn, posted, clear)
	case conn == nil && (failed == nil || posted != nil || v.tree.IsDirty() || !v.delivery.isAcknowledged()):
		ops, unshown = v.patch(t, posted, v.clearNotice(failed))
	}
	err := errors.Join(failed, unshown)
	if !v.isCurrent(gen) {
		return Outcome{}
	}
	if v.remountIf(err) {
		if conn == nil {
			ops = patch.AppendReplace(nil, protocol.ConnectionID, v.connectionElement())
		}
		return Outcome{Ops: ops, Err: failed}
	}
	if unshown != nil {
		v.rollback()
		moved = nil
	}
	if conn == nil {
		v.weigh()
	}
	if v.hasInbox() { // components have sent messages while they were rendered
		v.mu.Lock()
		v.once(stepInbox, func(v *View, gen uint64) {
			if v.drain(gen) {
				v.show(gen)
			}
		})
		v.mu.Unlock()
	}
	return Outcome{Ops: ops, Err: err, Departure: v.takeDeparture(), Move: moved}
}

// clearNotice returns what clears the notice of an earlier failure, after a success.
func (v *View) clearNotice(failed error) []byte {
	if failed == nil && v.notice.CompareAndSwap(true, false) {
		return emptyNotice
	}
	return nil
}

// patch returns the operations that bring a page without a connection up to date: the whole view, if
// it is not known what the page shows, once its forms are recovered. Items of streams stay with the
// view, since nobody knows whether they arrive.
func (v *View) patch(t *turn, posted *patch.Posted, more []byte) (ops []byte, err error) {
	v.tree.RetainItems(true)
	asks := false
	if v.delivery.unknown {
		ops, asks, err = v.whole(nil, posted, t.answer.key != "")
	} else {
		var r render.Rendering
		if v.delivery.isAcknowledged() {
			r, err = v.tree.Render(posted)
		} else {
			r, err = v.tree.Unsure(posted, t.told)
		}
		if err == nil {
			v.host.Warn(v, r)
		}
		ops = r.Ops
	}
	if err != nil {
		return nil, err
	}
	if v.delivery.unknown = asks; asks && len(ops) == 0 {
		return more, nil // the page has still to answer
	}
	if !asks {
		v.noteRendered(false, len(ops))
	}
	if ops = v.appendMove(append(ops, more...)); len(ops) > 0 {
		v.delivery.number(ops)
	}
	return patch.AppendReplace(ops, protocol.ConnectionID, v.connectionElement()), nil
}

// connectionElement returns the element that connects again from the newest message on. The id is
// part of its address, since htmx forgets headers if the first connection breaks off.
func (v *View) connectionElement() []byte {
	v.delivery.elements++
	return protocol.ConnectionElement(v.connectionAddress()+"."+strconv.FormatUint(v.delivery.elements, 10), v.stamp(), v.def.KeepsConnection)
}

// FirstConnectionAddress returns the address of the first connection of the view's page, which hardly any other page has.
func (v *View) FirstConnectionAddress() string {
	tab := strconv.FormatUint(maphash.String(tabSeed, v.id)&0xffffff, 36)
	return v.address + protocol.ConnectionQuery + "&" + protocol.TabParam + "=" + tab
}

var tabSeed = maphash.MakeSeed()

// connectionAddress returns the address of a connection that goes on from the newest message.
func (v *View) connectionAddress() string {
	return v.address + protocol.ConnectionQuery + "&" + protocol.AfterParam + "=" + v.idOf(v.delivery.seq)
}

// firstPage renders the page for the request that mounts the view. One that is remounted is
// rendered when it is shown.
func (v *View) firstPage(gen uint64, failed error) Outcome {
	if d := v.takeDeparture(); d != nil || failed != nil {
		return Outcome{Err: failed, Departure: d}
	}
	if !v.delivery.unknown {
		if m := v.endMove(); m != nil && m.Address != m.from.Address() {
			return Outcome{Move: m}
		}
	}
	if v.delivery.unknown {
		v.mounted.Store(true)
		return Outcome{}
	}
	for range maxRounds {
		html, warnings, err := v.tree.Page()
		if !v.isCurrent(gen) {
			return Outcome{}
		}
		if d := v.takeDeparture(); d != nil { // a component has redirected
			return Outcome{Departure: d}
		}
		v.host.Warn(v, render.Rendering{Warnings: warnings})
		if err != nil || !v.hasInbox() {
			v.mounted.Store(true)
			if err == nil {
				if v.Unscripted() == (render.Unscripted{}) {
					v.tree.Sent()
				} else { // which streams keep until the page connects: without JavaScript it is served again
					v.tree.Served()
				}
				v.bytes.Store(v.size())
				v.noteRendered(true, len(html))
			}
			return Outcome{Ops: html, Err: err}
		}
		// Components have sent messages while they were rendered.
		if !v.drain(gen) {
			return Outcome{}
		}
	}
	return Outcome{Err: errRounds}
}

// upToDate renders the view before an event of a component, if there are changes that were not
// rendered because no browser is connected, or it is slow: the event runs only if the component
// still exists. A view that was remounted renders its components here. If the worker was abandoned,
// another one answers.
func (v *View) upToDate(gen uint64, c Call) error {
	if c.address == "" || v.tree.IsRendered() && !v.tree.IsDirty() {
		return nil
	}
	for range maxRounds {
		if err := v.renderNow(); err != nil || !v.isCurrent(gen) {
			return err
		}
		v.begin() // a rollback of the event does not include this rendering
		if !v.hasInbox() {
			return nil
		}
		// Components have sent messages while they were rendered.
		if !v.drain(gen) {
			return nil
		}
	}
	return errRounds
}

// renderNow renders what has changed. It sends that if the browser can take it; else it logs it for
// the next connection or the answer to the event.
func (v *View) renderNow() error {
	conn := v.openConn()
	switch {
	case !v.tree.IsRendered():
		_, _, err := v.tree.Page()
		return err
	case conn != nil && !v.lags():
		if err := v.send(conn, nil, nil); err != nil || !v.delivery.unknown {
			return err
		}
		// The page has still to answer.
	}
	v.tree.RetainItems(true)
	r, err := v.tree.Render(nil)
	if err != nil {
		return err
	}
	v.host.Warn(v, r)
	if len(r.Ops) == 0 || v.delivery.unknown && v.tree.IsUnsent() {
		return nil
	}
	v.noteRendered(false, len(r.Ops))
	m := v.delivery.number(r.Ops)
	if conn != nil && v.delivery.unknown {
		v.put(conn, m)
	}
	return nil
}
