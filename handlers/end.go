package handlers

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/sideband-go/sideband/state"
)

var errShutDown = errors.New("handlers: the kit is shut down")

// Disconnect ends all pages of an identity, as Config.Identity gives it, at once: their streams
// close with nothing more pushed, events under way are dropped, and they load themselves
// anew, through the application's middleware. It returns how many there were. Use it
// when somebody loses a right; the sessions stay. "" is everybody who is not logged in.
func (k *Kit) Disconnect(identity string) int {
	k.ends.Add(1)
	n := 0
	for _, e := range k.store.All() {
		if e.Value.(*live).identity == identity {
			k.dismiss(e, 0)
			n++
		}
	}
	return n
}

// endSession ends the pages of a session that was destroyed or renewed, when the
// response of the request that did it begins.
func (k *Kit) endSession(ctx context.Context, session [16]byte) {
	if g := guardOf(ctx, k); g == nil || !g.takes(session) {
		k.dismissSession(session)
	}
}

func (k *Kit) dismissSession(session [16]byte) {
	for _, e := range k.store.Session(string(session[:])) {
		k.dismiss(e, reloadPause)
	}
}

// reloadPause is how long pages whose session has ended wait before they load themselves
// anew: the request that did it may be one of theirs, on its way to another page.
const reloadPause = 500 * time.Millisecond

// dismiss ends a view whose page has to go through the application's middleware before
// it may have another one.
func (k *Kit) dismiss(e *state.Entry, pause time.Duration) {
	e.Value.(*live).endWith(reloadMessage, pause)
	k.store.Remove(e)
}

// Shutdown sends all pages away, ends their views and waits for events under way, and for
// functions beside them, whose contexts end and which are logged if they go on. The
// streams close one after the other within Config.Timeouts.ShutdownSpread, or half the time that
// ctx leaves; their pages connect again at once, so the listener should be closed, or
// belong to the next process: call http.Server.Shutdown first, in a goroutine of its
// own, since it waits for open streams. New streams are answered 503 meanwhile.
// The error says that ctx ended while callbacks, functions or streams went on.
func (k *Kit) Shutdown(ctx context.Context) error {
	k.mu.Lock()
	k.closed = true
	k.mu.Unlock()
	k.sendAway(ctx)
	err := k.streams.Shutdown(ctx)
	k.finishEvents(ctx)
	k.store.Close()
	k.runners.end()
	if err != nil {
		return fmt.Errorf("handlers: shutdown: %w", err)
	}
	done := make(chan struct{})
	go func() { k.workers.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		k.functions.warn(k.log)
		return fmt.Errorf("handlers: shutdown: callbacks or functions beside them still run: %w", ctx.Err())
	}
}

// apart is how far from one another streams end, on average, if there is time.
const apart = 5 * time.Millisecond

// sendAway ends the streams in random order, spread over time, so that the pages do
// not all come back at once.
func (k *Kit) sendAway(ctx context.Context) {
	var open []*live
	for _, e := range k.store.All() {
		if l := e.Value.(*live); l.openStream() != nil {
			open = append(open, l)
		}
	}
	rand.Shuffle(len(open), func(i, j int) { open[i], open[j] = open[j], open[i] })
	spread := min(k.config.Timeouts.ShutdownSpread, apart*time.Duration(len(open)))
	if end, ok := ctx.Deadline(); ok {
		spread = min(spread, time.Until(end)/2)
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	began := time.Now()
	for i, l := range open {
		if wait := time.Until(began.Add(spread * time.Duration(i) / time.Duration(len(open)))); wait > time.Millisecond {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return
			}
		}
		if st := l.openStream(); st != nil {
			st.Finish(nil)
		}
	}
}

// finishEvents waits until the views have done what waits for them.
func (k *Kit) finishEvents(ctx context.Context) {
	for _, e := range k.store.All() {
		done := make(chan struct{})
		if !e.Value.(*live).must(func(*live, uint64) { close(done) }) {
			continue
		}
		select {
		case <-done:
		case <-ctx.Done():
			return
		}
	}
}

func (k *Kit) isClosed() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.closed
}
