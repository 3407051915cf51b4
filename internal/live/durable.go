package live

import (
	"errors"
	"fmt"
	"hash/maphash"
	"sync/atomic"

	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/state"
)

// Keeper keeps the state of one view's durable keys. The view's worker calls it; no method blocks.
type Keeper interface {
	// Save takes the state as it is after a turn.
	Save(state []byte, why SaveReason)
	// Recover has the view remounted with what was offered to it.
	Recover()
	// Seen is told that the page has shown that it is here, or was until now, with nothing to save.
	Seen()
	// Failed is told why the state can't be stored. It returns what is to be saved in its place, so that what was saved
	// before is not taken for it.
	Failed(err error) (instead []byte)
	// Kept reports whether what was saved is kept, and what of it the page was sent, for tests; nil: nothing.
	Kept() (inPage *string, ok bool)
	// Connected returns the message that a connection of the page begins with; nil: none.
	Connected() []byte
	// Parting returns the message that a connection ends with, so that the page has what was saved; nil: it has it.
	Parting() []byte
}

// SaveReason says why a state is saved.
type SaveReason struct {
	ByPage bool // the page has asked for the turn, so that it is known to be here
	Asked  bool // a callback has asked for it
}

// durable is what a view knows of its durable keys. The worker owns it. It is nil if nobody keeps them.
type durable struct {
	keeper   Keeper
	has      atomic.Bool // a durable key has or had a value. Everybody may read it
	recovery state.Recovery
	err      error  // of RecoveryFailed
	saved    uint64 // digest of what is kept
	kept     []byte // what is kept, if manual
	begun    bool   // Mount's turn is over
	differs  bool   // a durable key was set since, by something else than the Mount of a component in the first rendering
	again    bool   // what is kept is lost
	changed  bool   // a durable key was set since the last Save
	byPage   bool   // an event of the page was in the turn
	manual   bool
	wish     wish
	offered  []byte // what is kept, and neither recovered nor given up yet
	encoding bool   // the keys are being encoded; still so later if that has not returned in time
	cause    any    // of the next Save; nil if nobody observes it
}

// KeepDurable has the state of the view's durable keys kept, before it is mounted. manual says that it is when a callback
// asks for it, and otherwise after each turn that has changed it.
func (v *View) KeepDurable(k Keeper, manual bool) { v.durable = &durable{keeper: k, manual: manual} }

// wish is what a callback wants to be done with the durable keys.
type wish uint8

const (
	wishSave wish = iota + 1
	wishForget
	wishRecover
)

// RecoverDurable recovers what was offered to the view: in the page's Mount at once, later by a remount.
func (cb *Callback) RecoverDurable() (state.Recovery, error) {
	cb.Check()
	v := cb.view
	switch d := v.durable; {
	case d == nil || d.offered == nil:
	case v.mounted.Load() || !cb.Component().IsPage():
		cb.wish = wishRecover
	default:
		offered := d.offered
		if d.offered = nil; v.Recover(offered) != nil {
			d.recovery, d.err = state.RecoveryFailed, errOffered
		}
	}
	return cb.Recovery()
}

var errEncoding = errors.New("live: the encoding of the durable keys does not return")

var errOffered = errors.New("live: the state that was kept is damaged")

// SaveDurable has the durable keys saved at the end of the turn, if the callback succeeds.
func (cb *Callback) SaveDurable() {
	cb.Check()
	cb.wish = wishSave
}

// ForgetDurable has what is kept of the durable keys deleted at the end of the turn, if the callback succeeds.
func (cb *Callback) ForgetDurable() {
	cb.Check()
	cb.wish = wishForget
}

// HasDurableState reports whether a durable key of the view has or had a value. Safe for concurrent use once the view is
// mounted.
func (v *View) HasDurableState() bool { return v.durable != nil && v.durable.has.Load() }

// HasDurable reports whether the program has a durable key.
func HasDurable() bool { return scope.HasDurable() }

// Keeper returns what KeepDurable was given; nil without it.
func (v *View) Keeper() Keeper {
	if v.durable == nil {
		return nil
	}
	return v.durable.keeper
}

// Recover gives the view the state that was kept of an earlier one, before it is mounted.
func (v *View) Recover(kept []byte) error {
	err := v.tree.Recover(kept)
	if err == nil {
		v.durable.has.Store(true)
		v.durable.recovery = state.Recovered
		v.durable.remember(kept)
	}
	return err
}

// Offer has what was kept of an earlier view recovered when a callback asks for it. Nothing takes its place before that, or
// before a callback has it saved or forgotten.
func (v *View) Offer(kept []byte) {
	v.durable.has.Store(true)
	v.durable.offered, v.durable.recovery = kept, state.RecoveryOffered
}

// NotRecovered says why the view has nothing of an earlier one, before it is mounted.
func (v *View) NotRecovered(r state.Recovery, err error) {
	v.durable.recovery, v.durable.err = r, err
}

// Recovery returns what became of the state of an earlier view of the page.
func (cb *Callback) Recovery() (state.Recovery, error) { return cb.view.Recovery() }

// Recovery returns what became of the state of an earlier view of the page, once the view is mounted.
func (v *View) Recovery() (state.Recovery, error) {
	d := v.durable
	if d == nil {
		return state.RecoveryNew, nil
	}
	return d.recovery, d.err
}

// note notes that a callback has set a durable key.
func (d *durable) note(cb *Callback) {
	if d == nil {
		return
	}
	d.byPage = d.byPage || cb.isEvent // what the event has sent may set the key
	if cb.tx.SetsDurable() || cb.wish != 0 {
		d.has.Store(d.has.Load() || cb.tx.SetsDurable())
		d.changed = true
		d.differs = d.differs || d.begun && (cb.view.tree.IsRendered() || !cb.rendering)
		d.wish = max(d.wish, cb.wish)
	}
}

// connected sends a connection what it begins with.
func (d *durable) connected(conn Conn) {
	if d == nil {
		return
	}
	if m := d.keeper.Connected(); m != nil {
		conn.Send("", m)
	}
}

// left tells the keeper that the page was connected until now.
func (v *View) left() {
	if v.durable != nil {
		v.durable.keeper.Seen()
	}
}

// parting returns the message that a connection which has begun ends with.
func (v *View) parting() []byte {
	if v.durable == nil {
		return nil
	}
	return v.durable.keeper.Parting()
}

// Hint sends the page something that needs no answer and no place among the messages, if it is connected and has
// room. It reports whether it did.
func (v *View) Hint(message []byte) bool {
	conn := v.openConn()
	return conn != nil && conn.Send("", message)
}

// saveDurable has the durable keys saved if they have changed in the turn. It reports false if the worker
// was abandoned.
func (v *View) saveDurable(gen uint64) bool {
	d := v.durable
	if d == nil {
		return true
	}
	defer func() {
		if v.isCurrent(gen) { // else another worker has it
			d.cause = nil
		}
	}()
	isMount := !d.begun
	d.begun = true
	if d.encoding {
		d.encoding = false
		instead := d.keeper.Failed(errEncoding)
		d.remember(instead)
		d.keeper.Save(instead, SaveReason{})
	}
	if d.manual && d.again && d.wish == 0 && d.kept != nil {
		d.again = false
		d.keeper.Save(d.kept, SaveReason{})
	}
	if d.wish == wishRecover {
		d.wish = 0
		d.keeper.Recover()
		return true
	}
	if d.offered != nil && d.wish == 0 {
		return true
	}
	d.offered = nil
	if !d.changed || d.manual && d.wish == 0 && !isMount {
		if d.byPage && !v.Connected() {
			d.keeper.Seen()
		}
		d.byPage = false
		return true
	}
	wish, why := d.wish, SaveReason{d.byPage, d.wish != 0}
	d.changed, d.byPage, d.wish = false, false, 0
	now, ok := v.encodeDurable(gen)
	if !ok {
		return false
	}
	before := d.saved
	d.saved = digest(now)
	switch {
	case wish == wishForget:
		d.kept = nil
		d.keeper.Save(nil, why)
	case d.saved == before && !d.again && wish == 0:
	case !d.differs && d.recovery != state.Recovered: // the next Mount makes the same, and its first rendering
	default:
		d.again = false
		d.remember(now)
		d.keeper.Save(now, why)
	}
	return true
}

// SaveCause returns what has caused the Save under way, for View.Apart. Only the Keeper's Save may call it.
func (v *View) SaveCause() any { return v.durable.cause }

// remember notes what is kept.
func (d *durable) remember(kept []byte) {
	if d.saved = digest(kept); d.manual {
		d.kept = kept
	}
}

// SaveAgain has the state saved though it has not changed, because what was kept is lost.
func (v *View) SaveAgain() {
	v.postInternal(func(v *View, _ uint64) {
		if d := v.durable; d != nil {
			d.changed, d.again = true, true
		}
	})
}

var digestSeed = maphash.MakeSeed()

func digest(b []byte) uint64 { return maphash.Bytes(digestSeed, b) }

// encodeDurable encodes the durable keys. What may run code of the application's is done as a callback. It reports false if
// the worker was abandoned.
func (v *View) encodeDurable(gen uint64) (now []byte, ok bool) {
	all := v.tree.Durable()
	v.durable.encoding = true
	var err error
	if all.IsPlain() {
		err = encodePlain(all)
	} else {
		err = v.runTimed(job{call: Call{Name: "encoding of durable keys", isApart: true, Run: func(*Callback) error { return all.Encode() }}})
	}
	if !v.isCurrent(gen) {
		return nil, false
	}
	v.durable.encoding = false
	if err != nil {
		return v.durable.keeper.Failed(err), true
	}
	return all.State(), true
}

// encodePlain encodes values of types that need no code of the application's. It may panic all the same, for a value that is
// changed meanwhile.
func encodePlain(all *render.Durables) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("encoding has panicked: %v", p)
		}
	}()
	return all.Encode()
}
