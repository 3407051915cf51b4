package handlers

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/sideband-go/sideband/internal/keep"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/stash"
)

// stashPause is how long it takes at least from one refresh of the state in a page to the next.
const stashPause = time.Second

// pageKeeper keeps the state of a view in its page.
type pageKeeper struct {
	kit  *Kit
	view *live.View

	mu      sync.Mutex
	askable bool // the page was served as one that is asked for its state
	state   []byte
	any     bool // the page has or had some
	sent    time.Time
	timer   *time.Timer // of the next refresh; nil: none is due
	text    string      // what the page was sent last
	refused error       // why state is a refusal; nil once that was noted
	cause   any         // of the state; nil if nobody observes it
}

// Save is part of live.Keeper.
func (pk *pageKeeper) Save(state []byte, _ live.SaveReason) {
	pk.mu.Lock()
	defer pk.mu.Unlock()
	if !pk.askable {
		pk.kit.stashes.types.Store(pk.view.Definition().FullName(), nil)
		pk.kit.once("late "+pk.view.Definition().FullName(), func() {
			pk.kit.log.Warn("sideband: a durable key has its first value after the page was served, which does not keep it then: set it in Mount, with SetDefault",
				"view", pk.view.Definition().Name())
		})
		return
	}
	pk.state, pk.any, pk.cause = state, true, pk.view.SaveCause()
	if pk.timer == nil {
		pk.start(max(0, stashPause-time.Since(pk.sent)))
	}
}

// start has the page refreshed after a pause. The caller holds mu.
func (pk *pageKeeper) start(pause time.Duration) {
	pk.kit.stashes.refreshing.Add(1)
	pk.timer = time.AfterFunc(pause, pk.refresh)
}

// refresh sends the page its state.
func (pk *pageKeeper) refresh() {
	pk.mu.Lock()
	pk.timer, pk.sent = nil, time.Now()
	message := pk.message()
	size, cause, refused := len(pk.state), pk.cause, pk.refused
	pk.cause, pk.refused = nil, nil
	pk.mu.Unlock()
	defer pk.kit.stashes.refreshing.Add(-1)
	if refused != nil {
		pk.Failed(refused)
	}
	write := pk.view.Apart(live.ActivityStashWrite, "", "", cause)
	write.Start(context.Background())
	sent, connected := pk.view.Hint(message), pk.view.Connected()
	if size > 0 {
		size = len(message)
	}
	finishHint(write, size, sent, connected)
	switch {
	case sent:
		increment(&pk.kit.stats.StashWrites)
	case connected: // and slow
		pk.mu.Lock()
		if pk.timer == nil {
			pk.start(stashPause)
		}
		if pk.cause == nil { // nothing newer was saved
			pk.cause = cause
		}
		pk.mu.Unlock()
	}
}

// message returns the message that puts the state into the page. The caller holds mu.
func (pk *pageKeeper) message() []byte {
	if pk.text = ""; len(pk.state) == 0 {
		return protocol.AppendStash(nil, "")
	}
	sealed := pk.seal()
	if len(sealed) > maxPageStash {
		pk.refused = tooLarge(pk.state, len(sealed), maxPageStash, "set Stash.Store, since pages keep no more, or keep less")
		pk.state = keep.Refusal(pk.refused)
		sealed = pk.seal()
	}
	pk.text = sealed
	return protocol.AppendStash(nil, sealed)
}

// seal returns the state as the page has it. The caller holds mu.
func (pk *pageKeeper) seal() string {
	k := pk.kit
	e := keep.Envelope{Saved: time.Now(), Version: k.stashes.Version, Page: pk.view.Definition().FullName(), State: pk.state}
	return base64.RawURLEncoding.EncodeToString(e.Seal(k.stashes.sealer, pageBound(pk.view)))
}

// pageBound is what the state in the page of a view is bound to. Its ticket says whose the view is.
func pageBound(v *live.View) string { return "page " + v.ID() }

// Recover is part of live.Keeper.
func (pk *pageKeeper) Recover() { pk.kit.restartWith(pk.view) }

// Seen is part of live.Keeper.
func (*pageKeeper) Seen() {}

// Failed is part of live.Keeper.
func (pk *pageKeeper) Failed(err error) []byte { return pk.kit.refuseStash(pk.view, err) }

// Kept is part of live.Keeper.
func (pk *pageKeeper) Kept() (inPage *string, ok bool) {
	pk.mu.Lock()
	defer pk.mu.Unlock()
	if !pk.sent.IsZero() {
		text := pk.text
		inPage = &text
	}
	return inPage, pk.timer == nil
}

// Connected is part of live.Keeper. The page gets what it may not have yet, and a new date.
func (pk *pageKeeper) Connected() []byte {
	pk.mu.Lock()
	defer pk.mu.Unlock()
	if !pk.any {
		return nil
	}
	pk.sent = time.Now()
	return pk.message()
}

// Parting is part of live.Keeper. What waits for the next refresh is not sent twice.
func (pk *pageKeeper) Parting() []byte {
	pk.mu.Lock()
	defer pk.mu.Unlock()
	if pk.timer == nil || !pk.timer.Stop() {
		return nil
	}
	pk.timer, pk.sent = nil, time.Now()
	pk.kit.stashes.refreshing.Add(-1)
	return pk.message()
}

// keepInPage has the state of a view kept in its page, and recovers what that has sent.
func (rt Route) keepInPage(v *live.View, r *http.Request, t *ticket) (recovered func()) {
	k := rt.kit
	pk := &pageKeeper{kit: k, view: v}
	v.KeepDurable(pk, k.stashes.Manual)
	if t == nil {
		return nothing
	}
	pk.askable = strings.Contains(t.keeps, keepsState)
	g := guardOf(r.Context(), k)
	e, err := keep.Envelope{}, stash.ErrNotFound
	if g.stash != "" {
		e, err = k.openPageStash(v, g.stash)
	}
	return func() {
		// What is not recovered stays in the page as it is, under its own version, until something is saved.
		pk.state, pk.any = k.recoverStash(r, v, e, err, true)
	}
}

// openPageStash opens what a page has sent of its state.
func (k *Kit) openPageStash(v *live.View, text string) (e keep.Envelope, err error) {
	if len(text) > maxPageStash {
		return e, stash.ErrTooLarge
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return e, errStash
	}
	if e, err = keep.Open(k.stashes.sealer, sealed, pageBound(v)); err != nil {
		return e, err
	}
	if time.Since(e.Saved) > k.config.Security.TicketLife { // as long as the page itself is good
		return e, stash.ErrNotFound
	}
	return e, nil
}
