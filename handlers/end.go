package handlers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sideband-go/sideband/internal/session"
)

var errShutDown = errors.New("handlers: the kit is shut down")

// Disconnect ends all pages of an identity, as Config.Identity gives it, at once: their connections
// close with nothing more pushed, events under way are dropped, and they load themselves
// anew, through the application's middleware. It returns how many there were. Use it
// when somebody loses a right; the sessions stay. "" is everybody who is not logged in.
func (k *Kit) Disconnect(identity string) int {
	k.disconnects.Add(1)
	n := 0
	for _, v := range k.views.All() {
		if v.Owner().Identity == identity {
			v.Dismiss(0)
			n++
		}
	}
	return n
}

// endSession ends the pages of a session that was destroyed or renewed, when the
// response of the request that did it begins.
func (k *Kit) endSession(ctx context.Context, id session.ID) {
	if g := guardOf(ctx, k); g == nil || !g.takes(id) {
		k.dismissSession(id)
	}
}

func (k *Kit) dismissSession(id session.ID) {
	for _, v := range k.views.OfSession(string(id[:])) {
		v.Dismiss(reloadPause)
	}
}

// reloadPause is how long pages whose session has ended wait before they load themselves
// anew: the request that did it may be one of theirs, on its way to another page.
const reloadPause = 500 * time.Millisecond

// Shutdown sends all pages away, ends their views and waits for events under way, and for
// background tasks, whose contexts end and which are logged if they go on. The
// connections close one after the other within Config.Timeouts.ShutdownSpread, or half the time that
// ctx leaves; their pages connect again at once, so the listener should be closed, or
// belong to the next process: call http.Server.Shutdown first, in a goroutine of its
// own, since it waits for open connections. New ones are answered 503 meanwhile.
// The error says that ctx ended while callbacks, background tasks or connections went on.
func (k *Kit) Shutdown(ctx context.Context) error {
	k.views.Close()
	k.views.Disconnect(ctx, k.config.Timeouts.ShutdownSpread)
	err := k.server.Shutdown(ctx)
	k.views.Drain(ctx)
	if err == nil {
		err = k.views.Wait(ctx)
	}
	if err != nil {
		return fmt.Errorf("handlers: shutdown: %w", err)
	}
	return nil
}
