package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/keep"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/session"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/state"
)

// recordKeeper keeps the state of a view in the kit's store.
type recordKeeper struct {
	kit    *Kit
	view   *live.View
	record atomic.Pointer[keep.Record] // another one if Mount has renewed the session
	bound  bool
	path   string
	name   string // of the record, once it is known
}

// open returns a record of the view.
func (rk *recordKeeper) open() *keep.Record {
	r := rk.kit.stashes.writer.Open(rk.view.Definition().FullName(), rk.view)
	r.Watch(rk)
	return r
}

// Save is part of live.Keeper.
func (rk *recordKeeper) Save(state []byte, why live.SaveReason) {
	if most := rk.kit.stashes.Size; len(state) > most {
		state = rk.Failed(tooLarge(state, len(state), most, "raise Stash.Size, or keep less"))
	}
	rk.record.Load().SaveFor(rk.view.SaveCause(), state, keep.Reason(why))
}

// Failed is part of live.Keeper.
func (rk *recordKeeper) Failed(err error) []byte { return rk.kit.refuseStash(rk.view, err) }

// Kept is part of live.Keeper.
func (rk *recordKeeper) Kept() (*string, bool) { return nil, rk.record.Load().IsWritten() }

// Recover is part of live.Keeper.
func (rk *recordKeeper) Recover() { rk.kit.restartWith(rk.view) }

// Seen is part of live.Keeper.
func (rk *recordKeeper) Seen() { rk.record.Load().Extend() }

// Connected is part of live.Keeper.
func (rk *recordKeeper) Connected() []byte {
	rk.record.Load().Extend()
	return nil
}

// Parting is part of live.Keeper.
func (rk *recordKeeper) Parting() []byte { return nil }

// keepDurable has the durable keys of a view kept, before it is mounted, and fetches what was kept of an earlier one, which
// recovered gives the view. Fetching may wait for the store, so it comes before the turn to mount; what recovers runs
// code of the application's, so it comes after. t is nil if the page is opened.
func (rt Route) keepDurable(v *live.View, r *http.Request, t *ticket) (recovered func()) {
	if rt.def.Static || !live.HasDurable() {
		return nothing
	}
	if rt.kit.stashes.writer == nil {
		return rt.keepInPage(v, r, t)
	}
	k := rt.kit
	rk := &recordKeeper{kit: k, view: v, path: sentPath(r)}
	rk.record.Store(rk.open())
	v.KeepDurable(rk, k.stashes.Manual)
	id, ok := k.sessions.Current(r.Context())
	if !ok || t == nil && k.stashes.PerTab {
		return nothing // there is nothing yet
	}
	key := k.stashKey(v, live.Owner{Identity: k.identity(r), Session: id}, rk.path)
	rk.name = key.Name
	ctx, cancel := context.WithTimeout(r.Context(), stashWait)
	defer cancel()
	read := v.Apart(live.ActivityStashRead, pattern(r), "", nil)
	ctx = read.Start(ctx)
	var e keep.Envelope
	var err error
	switch {
	case t == nil && !isSeen(r): // perhaps nobody ever looks at it
		e, err = rk.record.Load().Peek(ctx, key)
	default:
		rk.bound = true
		e, err = rk.record.Load().Find(ctx, key)
	}
	finishRead(read, e, err)
	return func() { k.recoverStash(r, v, e, err, t != nil) }
}

func nothing() {}

// errSpoiled says that Mount has panicked with the state before.
var errSpoiled = errors.New("the page's Mount has panicked with this state, so the view begins without")

// spoilStash has the next Mount of a view begin with its defaults if this one has panicked with what was recovered.
func (k *Kit) spoilStash(v *live.View, err error) {
	if v.Keeper() == nil {
		return
	}
	_, panicked := errors.AsType[*fault.Panic](err)
	if r, _ := v.Recovery(); panicked && r == state.Recovered {
		k.stashes.spoiled.Grant(nameOf(v), time.Now())
	}
}

// nameOf tells the state of a view from others.
func nameOf(v *live.View) string {
	if rk, ok := v.Keeper().(*recordKeeper); ok {
		return rk.name
	}
	return v.ID()
}

// recoverStash gives a view what was kept, if it can be used, and returns that as values of this version.
func (k *Kit) recoverStash(r *http.Request, v *live.View, e keep.Envelope, err error, remounted bool) (saved []byte, ok bool) {
	found := err == nil
	if found {
		recovery := v.Apart(live.ActivityRecover, pattern(r), "", nil)
		recovery.Start(r.Context())
		recovery.Count(len(e.State), 1)
		defer func() { recovery.Finish(err) }()
	}
	if refused := e.Refused(); found && refused != nil {
		found, err = false, refused
	}
	if found && k.stashes.spoiled.Use(nameOf(v), time.Now()) {
		found, err = false, errSpoiled
	}
	if errors.Is(err, stash.ErrNotFound) {
		err = nil
	}
	if found {
		saved, found, err = k.stashes.upgrade(e, v.Definition().FullName())
	}
	if err == nil && found && k.stashes.ManualRecovery && !k.stashes.wanted.Use(nameOf(v), time.Now()) {
		v.Offer(saved)
		return saved, true
	}
	if err == nil && found {
		if err = v.Recover(saved); err == nil {
			increment(&k.stats.StashRecovered)
			return saved, true
		}
	}
	switch {
	case err != nil:
		increment(&k.stats.StashFailed)
		k.log.Error("sideband: durable state is not recovered", "view", v.Definition().Name(), "err", err)
		v.NotRecovered(state.RecoveryFailed, err)
	case remounted:
		v.NotRecovered(state.RecoveryNotFound, nil)
	}
	return nil, false
}

// restartWith has a view begin again, with what is kept of it.
func (k *Kit) restartWith(v *live.View) {
	k.stashes.wanted.Grant(nameOf(v), time.Now())
	v.Restart()
}

// bindStash says whose the state of a view that was opened is, once that is known. It may be another session's than before
// Mount, which has renewed it: what was kept goes with the one before, so it is saved again.
func (k *Kit) bindStash(v *live.View, o live.Owner) {
	rk, ok := v.Keeper().(*recordKeeper)
	if !ok {
		return
	}
	key := k.stashKey(v, o, rk.path)
	if rk.bound && key.Name == rk.name {
		return
	}
	renewed := rk.name != "" && key.Name != rk.name
	if renewed {
		rk.record.Store(rk.open())
	}
	rk.bound, rk.name = true, key.Name
	rk.record.Load().Bind(key)
	if r, _ := v.Recovery(); renewed && r == state.Recovered {
		v.SaveAgain()
	}
}

// stashKey is the key of the record of a view.
func (k *Kit) stashKey(v *live.View, o live.Owner, path string) stash.Key {
	d := v.Definition()
	key := stash.Key{Session: sessionHash(o.Session), Identity: identityHash(o.Identity)}
	switch {
	case k.stashes.PerTab:
		key.Name = hashOf("view", key.Session, key.Identity, v.ID())
	case d.HandleParams != nil: // whose view lives on at other paths
		key.Name = hashOf("type", key.Session, key.Identity, d.FullName())
	default:
		key.Name = hashOf("page", key.Session, key.Identity, d.FullName(), path)
	}
	return key
}

func sessionHash(id session.ID) string { return hashOf("session", string(id[:])) }

func identityHash(identity string) string { return hashOf("identity", identity) }

// hashOf returns a hash of texts, as stores get to see it.
func hashOf(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		var size [4]byte
		n := len(t)
		size[0], size[1], size[2], size[3] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
		_, _ = h.Write(size[:]) // it never fails
		_, _ = h.Write([]byte(t))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// forgetStashes forgets the state of a session or an identity.
func (k *Kit) forgetStashes(key stash.Key) {
	if w := k.stashes.writer; w != nil && live.HasDurable() {
		w.Forget(key)
	}
}

// extending is when the records of connected views were extended last.
type extending struct {
	mu   sync.Mutex
	last time.Time
}

// extendStashes lets the records of connected views live on.
func (k *Kit) extendStashes(now time.Time) {
	if k.stashes.writer == nil || !live.HasDurable() {
		return
	}
	k.extending.mu.Lock()
	due := now.Sub(k.extending.last) >= k.stashes.Life/4
	if due {
		k.extending.last = now
	}
	k.extending.mu.Unlock()
	if !due {
		return
	}
	for _, v := range k.views.All() {
		if !v.Connected() { // and perhaps not mounted yet
			continue
		}
		if rk, ok := v.Keeper().(*recordKeeper); ok {
			rk.record.Load().Extend()
		}
	}
}
