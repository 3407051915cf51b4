package handlers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sideband-go/sideband/internal/session"
	"github.com/sideband-go/sideband/stash"
)

var errShutDown = errors.New("handlers: the kit is shut down")

// Disconnect ends all pages of an identity, as Config.Identity gives it, at once: their connections
// close with nothing more pushed, events under way are dropped, and they load themselves
// anew, through the application's middleware. It returns how many there were. Use it
// when somebody loses a right, or logs out everywhere; the sessions stay. What is stored of the identity's durable keys
// is deleted, in all sessions: use Reload if one of several has ended. "" is everybody who is not logged in.
//
// With Config.Bus it ends those of other processes as well, which are not in the number, as soon as they
// hear of it. It does not wait for them.
func (k *Kit) Disconnect(identity string) int {
	n := k.disconnect(identity)
	k.relay.tellIdentity(identity, false)
	return n
}

// Reload ends all pages of an identity as [Kit.Disconnect] does, but deletes nothing of its durable keys, and the pages
// wait for half a second before they reload: the request that calls it may be one of theirs, on its way
// to another page. Use it when one of somebody's sessions has ended, or when what somebody may do has changed: who may
// still see a page finds it as it was.
func (k *Kit) Reload(identity string) int {
	n := k.dismiss(identity, reloadPause)
	k.relay.tellIdentity(identity, true)
	return n
}

// disconnect ends the pages of an identity in this process.
func (k *Kit) disconnect(identity string) int {
	k.forgetStashes(stash.Key{Identity: identityHash(identity)})
	n := k.dismiss(identity, 0)
	k.forgetStashes(stash.Key{Identity: identityHash(identity)}) // and what events under way have saved meanwhile
	return n
}

func (k *Kit) dismiss(identity string, pause time.Duration) int {
	k.disconnects.Add(1)
	n := 0
	for _, v := range k.views.All() {
		if v.Owner().Identity == identity {
			v.Dismiss(pause)
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
	k.relay.tellSession(id)
}

func (k *Kit) dismissSession(id session.ID) {
	k.forgetStashes(stash.Key{Session: sessionHash(id)})
	for _, v := range k.views.OfSession(string(id[:])) {
		v.Dismiss(reloadPause)
	}
	k.forgetStashes(stash.Key{Session: sessionHash(id)}) // and what events under way have saved meanwhile
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
// Durable state that waits to be written is written last. The error says that ctx ended while callbacks, background tasks or connections went on.
func (k *Kit) Shutdown(ctx context.Context) error {
	k.relay.close()
	k.views.Close()
	k.views.Disconnect(ctx, k.config.Timeouts.ShutdownSpread)
	err := k.server.Shutdown(ctx)
	k.views.Drain(ctx)
	if w := k.stashes.writer; w != nil {
		err = errors.Join(err, w.Flush(ctx))
	}
	still := k.views.Wait(ctx) // and log what goes on, even if something else has taken all the time
	if err == nil {
		err = still
	}
	if err != nil {
		return fmt.Errorf("handlers: shutdown: %w", err)
	}
	return nil
}
