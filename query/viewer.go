package query

import (
	"context"
	"errors"
	"time"

	"github.com/sideband-go/sideband/views"
)

// slot is a key of one page or component, and who looks at its query for it. It lives as long as they do.
type slot[T any] struct {
	key *Key[T]
	ref views.Ref

	// The key's mutex guards these.
	current *viewer[T] // nil before Keep has succeeded
	latest  *viewer[T] // as the callback under way sees it
	isOpen  bool       // a browser is connected
	isOver  bool
}

// viewer is a page or component that looks at a spot: from one Keep, Turn or Refetch to the next.
type viewer[T any] struct {
	slot  *slot[T]
	live  *Live[T]
	send  func(cause context.Context, _ struct{}) error
	given *loaded[T] // Initial; nil without
	// A callback that shows rows may fail, in the author's code: then onFail says so in the page.
	mayFail bool
	onFail  func()

	// The key's mutex guards these.
	hub       *hub[T]
	spot      *spot[T]      // nil before it has joined, and when it has left
	at        place         // of the spot
	isOver    bool          // it has left
	isWatched bool          // a browser is connected
	isWaiting bool          // for its first rows
	isHeld    bool          // its callback runs, and takes updates itself
	isPending bool          // a message is in the mailbox
	ready     chan struct{} // closed with the first update; nil from then on
	next      *update[T]
	shown     []string    // the ids of the rows that are shown, with ByID
	timer     *time.Timer // sends the message again; nil before the first one
	sent      int         // messages since an update was taken
}

// begin makes v the latest viewer, in a callback that has not succeeded yet.
func (sl *slot[T]) begin(v *viewer[T]) (before *viewer[T]) {
	sl.key.mu.Lock()
	defer sl.key.mu.Unlock()
	before, sl.latest = sl.current, v
	return before
}

// newest returns the latest viewer; nil if the page or component has ended.
func (sl *slot[T]) newest() *viewer[T] {
	sl.key.mu.Lock()
	defer sl.key.mu.Unlock()
	return sl.latest
}

// become makes v the one who looks for the slot: its callback has succeeded.
func (sl *slot[T]) become(v *viewer[T]) {
	then := nothing
	sl.key.mu.Lock()
	over := sl.current
	if sl.isOver {
		over = v
	} else {
		sl.current = v
		then = sl.watch()
	}
	sl.key.mu.Unlock()
	if over != v || sl.isOver {
		over.leave()
	}
	then()
}

// giveUp ends v, whose callback has failed.
func (sl *slot[T]) giveUp(v *viewer[T]) {
	sl.key.mu.Lock()
	sl.latest = sl.current
	sl.key.mu.Unlock()
	v.leave()
}

// goBack ends v, whose callback was rolled back, and has the viewer before it go on; nil if there was none.
func (sl *slot[T]) goBack(v, before *viewer[T]) {
	sl.key.mu.Lock()
	isBack := sl.current == v && !sl.isOver
	if isBack {
		sl.current, sl.latest = before, before
	}
	if isBack && before != nil {
		before.isOver, before.isPending, before.isWatched = false, false, sl.isOpen
	}
	sl.key.mu.Unlock()
	v.leave()
	if isBack && before != nil {
		before.join(context.Background(), before.at, false, true)
	}
}

// watch tells the viewer whether a browser is connected. The caller holds the key's mutex, and calls what it returns
// without.
func (sl *slot[T]) watch() (then func()) {
	v := sl.current
	if v == nil || v.spot == nil || v.isWatched == sl.isOpen {
		return nothing
	}
	v.isWatched = sl.isOpen
	v.spot.isAsked = v.spot.isAsked || v.isWatched && v.isWaiting && v.spot.running == nil
	return v.spot.schedule(time.Now())
}

// end is called when the page or component has ended.
func (sl *slot[T]) end() {
	sl.key.mu.Lock()
	over := sl.isOver
	v := sl.current
	sl.isOver, sl.current, sl.latest = true, nil, nil
	sl.key.mu.Unlock()
	v.leave()
	if !over {
		leave(sl.ref.ViewID())
	}
}

// connection is called when the browser's connection has opened or closed.
func (sl *slot[T]) connection(open bool) {
	sl.key.mu.Lock()
	sl.isOpen = open
	then := sl.watch()
	sl.key.mu.Unlock()
	then()
}

// join has the viewer look at a place, because of a callback; the empty context if there is none. now says that the callback waits for
// the rows; again, that what is loaded already is not good enough.
func (v *viewer[T]) join(cause context.Context, at place, now, again bool) {
	k := v.slot.key
	began := time.Now()
	k.mu.Lock()
	if v.isOver { // its callback was abandoned meanwhile
		k.mu.Unlock()
		return
	}
	if v.hub == nil || v.hub.closed {
		v.hub = k.hubOf(v.slot.ref.Kit(), v.live)
	}
	sp := v.enter(at)
	isFresh := sp.newest != nil && !sp.isDirty && !sp.isMoved && began.Sub(sp.last) < v.hub.settings.AtMost
	switch {
	case v.given != nil && v.next == nil:
		if sp.last.IsZero() {
			sp.last = began
		}
		sp.isGiven = true
	case isFresh && !again && v.isHeld:
		v.note(sp.newest)
	default:
		v.isWaiting = true
		if now || v.isWatched {
			sp.isAsked = sp.isAsked || sp.running == nil
			sp.isDirty = sp.isDirty || again && sp.running != nil
		}
	}
	sp.cause = cause
	then := sp.schedule(began)
	sp.cause = nil
	k.mu.Unlock()
	then()
}

// enter adds the viewer to the spot of a place. The caller holds the key's mutex.
func (v *viewer[T]) enter(at place) *spot[T] {
	sp := v.hub.spots[at]
	if sp == nil {
		sp = &spot[T]{hub: v.hub, at: at, viewers: map[*viewer[T]]struct{}{}}
		v.hub.spots[at] = sp
	}
	sp.viewers[v] = struct{}{}
	v.spot, v.at = sp, at
	return sp
}

// exit removes the viewer from its spot, which ends with the last one. The caller holds the key's mutex.
func (v *viewer[T]) exit() {
	sp := v.spot
	v.spot = nil
	delete(sp.viewers, v)
	if len(sp.viewers) > 0 {
		return
	}
	delete(sp.hub.spots, sp.at)
	if sp.timer != nil {
		sp.timer.Stop()
	}
	if sp.running != nil {
		sp.running.cancel()
		sp.running = nil
	}
}

// leave ends the viewer. Later calls do nothing, like those of a nil viewer.
func (v *viewer[T]) leave() {
	if v == nil {
		return
	}
	then := nothing
	v.slot.key.mu.Lock()
	v.isOver, v.next = true, nil
	if v.timer != nil {
		v.timer.Stop()
	}
	if v.spot != nil {
		v.exit()
		then = v.hub.closeIfEmpty()
	}
	v.slot.key.mu.Unlock()
	then()
}

// move takes the viewer to the place where the rows that it shows are.
func (v *viewer[T]) move(at place, changes uint64) {
	k := v.slot.key
	now := time.Now()
	k.mu.Lock()
	if v.spot == nil || v.spot.at == at {
		k.mu.Unlock()
		return
	}
	from := v.spot
	v.exit()
	sp := v.enter(at)
	if sp.last.IsZero() {
		sp.last, sp.topics = from.last, from.topics
	}
	sp.isDirty = sp.isDirty || v.hub.changes != changes
	then := sp.schedule(now)
	k.mu.Unlock()
	then()
}

// note gives the viewer an update. It reports whether a message has to be sent. The caller holds the key's mutex.
func (v *viewer[T]) note(u *update[T]) bool {
	v.isWaiting = false
	v.next = u
	if v.ready != nil {
		close(v.ready)
		v.ready = nil
	}
	if v.isHeld || v.isPending {
		return false
	}
	v.isPending = true
	return true
}

// deliver sends the message that has the view take the newest update. It is sent again until the view has taken one: a
// hook of the application's may refuse messages. cause is the load's context, or the empty one.
func (v *viewer[T]) deliver(cause context.Context) {
	err := v.send(cause, struct{}{})
	isFull := errors.Is(err, views.ErrFull)
	if err != nil && !isFull {
		v.leave()
		return
	}
	v.slot.key.mu.Lock()
	defer v.slot.key.mu.Unlock()
	if v.spot == nil || !v.isPending {
		return
	}
	wait := redelivery << min(v.sent, 5)
	if isFull {
		wait = redelivery
	} else {
		v.sent++
	}
	if v.timer == nil {
		v.timer = time.AfterFunc(wait, v.redeliver)
	} else {
		v.timer.Reset(wait)
	}
}

// redeliver sends the message again if nothing was taken.
func (v *viewer[T]) redeliver() {
	v.slot.key.mu.Lock()
	isDue := v.spot != nil && v.isPending
	v.slot.key.mu.Unlock()
	if isDue {
		v.deliver(context.Background())
	}
}

// take returns the newest update, nil if there is none. From then on, others are sent.
func (v *viewer[T]) take() *update[T] {
	v.slot.key.mu.Lock()
	defer v.slot.key.mu.Unlock()
	u := v.next
	v.next, v.isPending, v.isHeld, v.sent = nil, false, false, 0
	if v.timer != nil {
		v.timer.Stop()
	}
	return u
}

// failed is called when the page could not be rendered with the newest rows.
func (v *viewer[T]) failed() {
	k := v.slot.key
	k.mu.Lock()
	send := v.spot != nil && v.note(&update[T]{err: errNotShown})
	k.mu.Unlock()
	if send {
		v.deliver(context.Background())
	}
}

// show notes which rows are shown, for ByID.
func (v *viewer[T]) show(ids []string) (before []string) {
	v.slot.key.mu.Lock()
	defer v.slot.key.mu.Unlock()
	before, v.shown = v.shown, ids
	return before
}
