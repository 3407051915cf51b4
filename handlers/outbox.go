package handlers

import (
	"bytes"
	"errors"
	"hash/maphash"
	"html"
	"slices"

	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/sse"
	"github.com/sideband-go/sideband/views"
)

// outbox is what a view has told the browser, and how far the browser is known to
// have followed. Messages are numbered from 1 on; 0 is the page as first served.
type outbox struct {
	log       sse.Log
	seq       uint64       // of the newest message
	sent      uint64       // of the newest one that the open stream took
	confirmed uint64       // of the newest one that the browser is known to have
	lost      bool         // what the page shows is not known: it is to be morphed as a whole
	unsettled bool         // an event told what a control shows, and nothing could be rendered for it
	greeted   bool         // Connect has run
	refused   *sse.Message // the newest, which waits for its stream
	typed     uint64       // digest of what the last event of a field being typed in has posted, 0: none
}

var (
	clearNotice = patch.AppendText(nil, views.NoticeID, "")
	// backMessage is what each stream begins with: that it arrives is the proof.
	backMessage = patch.AppendText(nil, views.LostID, "")
)

// backMessages are backMessage, and what has a page ask for its controls if it shows that an event did not reach the
// server: they may show what nobody was told of.
func (l *live) backMessages() []byte {
	ask := `<hx-partial hx-target=":has(#` + views.FailedID + `>p:first-child)>#` + patch.LeftID + `"><i hx-post="` + html.EscapeString(l.address) + `?` + patch.LeftParam + `=" hx-trigger="load"></i></hx-partial>`
	return append(slices.Clip(backMessage), ask...)
}

// number makes a message of ops.
func (o *outbox) number(ops []byte) sse.Message {
	o.seq++
	if cap(ops) > 2*len(ops) { // the log keeps it
		ops = bytes.Clone(ops)
	}
	m := sse.Message{ID: o.seq, Data: ops[:len(ops):len(ops)]}
	o.log.Add(m.ID, m.Data)
	return m
}

// since is what a browser that has seen message id has missed.
func (o *outbox) since(id uint64) ([]sse.Message, bool) {
	if o.refused != nil && o.refused.ID == id+1 {
		later, held := o.log.Since(o.refused.ID)
		return append([]sse.Message{*o.refused}, later...), held
	}
	return o.log.Since(id)
}

// put hands a message to a stream. What a full stream does not take waits until the
// stream has drained: in the log or, if it is too large for that, beside it.
func (l *live) put(st *sse.Connection, m sse.Message) bool {
	if !st.Send(l.idOf(m.ID), m.Data) {
		increment(&l.kit.stats.ConnectionsFull)
		if m.ID == l.out.seq {
			newest := m
			l.out.refused = &newest
		}
		return false
	}
	l.out.sent, l.out.refused = m.ID, nil
	l.spoken.Store(true)
	return true
}

// idOf is what the browser calls a message.
func (l *live) idOf(id uint64) string {
	return position{epoch: l.epoch, id: id, valid: true}.String()
}

// openStream is the stream to the browser, nil without one.
func (l *live) openStream() *sse.Connection {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stream
}

// used notes that the page has sent an event while its stream was open: it is alive.
func (l *live) used() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.brief = false
}

// show renders what is out of date and sends it, if a browser watches and can take
// it; else it waits. If rendering fails, the view goes back to how the turn began. It
// reports false if the worker was given up.
func (l *live) show(me uint64) bool {
	for range maxRounds {
		st := l.openStream()
		var err error
		switch {
		case st == nil:
		case l.depart():
		case l.waits():
		case l.out.lost:
			err = l.morph(st, nil)
		default:
			err = l.render(st, nil, nil)
		}
		if !l.mine(me) {
			return false
		}
		if l.mustStartOver(err) {
			return true
		}
		if err != nil {
			l.in.Undo()
			l.kit.logMessage(l, err)
		}
		if !l.in.HasInbox() {
			l.depart() // a component may have said so
			return true
		}
		// Components have sent messages while they were rendered.
		l.in.Begin()
		if !l.drain(me) {
			return false
		}
	}
	l.kit.logMessage(l, errRounds)
	return true
}

// waits reports whether the stream is behind: what has changed waits with the rest. The
// whole view makes up for it, unless there are items in it that the view has not.
func (l *live) waits() bool {
	return l.out.sent != l.out.seq && (!l.out.lost || l.in.Keeps())
}

// maxRounds is how often a turn renders because renderings have sent messages.
const maxRounds = 8

var errRounds = errors.New("handlers: components send messages whenever they are rendered")

// render sends what has changed on the stream, and more.
func (l *live) render(st *sse.Connection, posted *views.Posted, more []byte) error {
	if posted == nil && l.out.unsettled {
		posted = &views.Posted{Left: true}
	}
	l.out.unsettled = false
	r, err := l.in.Render(posted)
	if err != nil {
		return err
	}
	l.kit.warn(l, r)
	if ops := append(r.Ops, more...); len(ops) > 0 {
		l.put(st, l.out.number(ops))
	}
	return nil
}

// answer renders after an event and says what its sender is answered: nothing but
// the status while a stream carries the patches; else the patch, and a new stream
// element that goes on from there.
func (l *live) answer(me uint64, posted *views.Posted, failed error) result {
	if !l.mounted.Load() {
		return l.firstPage(me, failed)
	}
	if l.hasEnded() {
		return result{err: errors.Join(views.ErrGone, failed)}
	}
	l.touch()
	if d := l.in.TakeDeparture(); d != nil {
		return result{away: d}
	}
	if failed != nil && posted != nil && posted.Form {
		posted = nil // what was typed is still there to be mended
	}
	st := l.openStream()
	if st != nil {
		l.used()
	}
	var ops []byte
	err := failed
	switch {
	case st != nil && l.waits():
		l.out.unsettled = l.out.unsettled || posted != nil
	case st != nil && l.out.lost:
		err = errors.Join(failed, l.morph(st, posted))
	case st != nil:
		if failed == nil || posted != nil || l.in.Dirty() {
			err = errors.Join(failed, l.render(st, posted, l.noticeGone(failed)))
		}
	case !l.follows():
		// The stream has just closed. What changed waits for the page's next one.
		l.out.unsettled = l.out.unsettled || posted != nil
	case failed == nil || posted != nil || l.in.Dirty() || l.out.confirmed != l.out.seq:
		var renderErr error
		ops, renderErr = l.patch(posted, l.noticeGone(failed))
		err = errors.Join(failed, renderErr)
	}
	if !l.mine(me) {
		return result{}
	}
	if l.mustStartOver(err) {
		if st == nil {
			ops = l.comeAgain()
		}
		return result{ops: ops, err: failed}
	}
	if err != nil && failed == nil {
		l.in.Undo()
	}
	if st == nil {
		l.weigh()
	}
	if l.in.HasInbox() { // components have sent messages while they were rendered
		l.mu.Lock()
		l.once(stepInbox, func(l *live, me uint64) {
			if l.drain(me) {
				l.show(me)
			}
		})
		l.mu.Unlock()
	}
	return result{ops: ops, err: err, away: l.in.TakeDeparture()}
}

// typedSeed is for digests of what was typed: the text itself may be as long as a body.
var typedSeed = maphash.MakeSeed()

// settleTyping finds out that a field is not typed in any more: its change comes with
// the text that its last event had. From then on it shows what the view says.
func (l *live) settleTyping(posted *views.Posted) {
	if posted == nil {
		return
	}
	typed := uint64(0)
	if posted.Typing {
		typed = maphash.String(typedSeed, posted.Source+"?"+posted.Fields.Encode())
		posted.Typing = typed != l.out.typed
	}
	l.out.typed = typed
}

// noticeGone takes the notice of an earlier failure away after a success.
func (l *live) noticeGone(failed error) []byte {
	if failed == nil && l.notice.CompareAndSwap(true, false) {
		return clearNotice
	}
	return nil
}

// patch makes the body that brings a page without a stream up to date. If it is not
// known what the page shows, that is the whole view.
func (l *live) patch(posted *views.Posted, more []byte) ([]byte, error) {
	render := l.in.Render
	if l.out.lost || l.out.confirmed != l.out.seq {
		render = l.in.Whole
	}
	r, err := render(posted)
	if err != nil {
		return nil, err
	}
	l.out.lost = false
	l.kit.warn(l, r)
	ops := append(r.Ops, more...)
	if len(ops) > 0 {
		l.out.number(ops)
	}
	return patch.AppendReplace(ops, views.StreamID, l.streamElement()), nil
}

// streamElement is the one that makes a new connection, which goes on from here. Its
// address says where that is: htmx forgets headers if the first connection breaks off.
func (l *live) streamElement() []byte {
	return views.StreamElement(l.address+streamURL+"&"+afterParam+"="+l.idOf(l.out.seq), l.in.Definition().KeepsConnection())
}

// firstPage renders the page for the request that mounts the view. One that is mounted
// again is rendered when it is shown.
func (l *live) firstPage(me uint64, failed error) result {
	if d := l.in.TakeDeparture(); d != nil || failed != nil {
		return result{err: failed, away: d}
	}
	if l.out.lost {
		l.mounted.Store(true)
		return result{}
	}
	for range maxRounds {
		html, warnings, err := l.in.Page()
		if !l.mine(me) {
			return result{}
		}
		if d := l.in.TakeDeparture(); d != nil { // a component has said so
			return result{away: d}
		}
		l.kit.warn(l, views.Rendering{Warnings: warnings})
		if err != nil || !l.in.HasInbox() {
			l.mounted.Store(true)
			if err == nil {
				l.in.Sent()
				l.bytes.Store(l.size())
			}
			return result{ops: html, err: err}
		}
		// Components have sent messages while they were rendered.
		if !l.drain(me) {
			return result{}
		}
	}
	return result{err: errRounds}
}

// morph sends the whole view, for a browser that may show anything.
func (l *live) morph(st *sse.Connection, posted *views.Posted) error {
	r, err := l.in.Whole(posted)
	if errors.Is(err, views.ErrAbandoned) {
		return err // another worker goes on
	}
	if l.out.lost = err != nil; l.out.lost {
		return err
	}
	l.out.unsettled = false
	l.kit.warn(l, r)
	if m := l.out.number(r.Ops); !l.put(st, m) {
		l.out.sent = m.ID - 1 // nothing before it counts
	}
	return nil
}

// catchUp sends what a browser that has seen message id has missed, and then what
// has changed since.
func (l *live) catchUp(me uint64, st *sse.Connection, id uint64, known bool) {
	missed, held := l.out.since(id)
	if !known || !held {
		l.in.Begin()
		if l.in.Keeps() {
			l.startOver(errBehind)
			return
		}
		l.out.lost = true
		l.show(me)
		return
	}
	l.out.sent = id
	for _, m := range missed {
		if !l.put(st, m) {
			return // drained will go on
		}
	}
	l.in.Begin()
	l.show(me)
}

// drained is called when a stream that was full has room again.
func (l *live) drained() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.once(stepDrain, func(l *live, me uint64) {
		if st := l.openStream(); st != nil && l.out.sent != l.out.seq {
			l.catchUp(me, st, l.out.sent, true)
		}
	})
}
