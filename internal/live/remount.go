package live

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
)

// remounting is the remount of a view, for requests that wait for it.
type remounting struct {
	done    chan struct{} // closed when the view is mounted, or can't be
	failure error         // set before done is closed
	waiting atomic.Int64
}

// Restore returns a view with the id of an open page, to be remounted. It adds the view to the store
// before it is mounted, so that concurrent requests share one Mount. If mount is true the caller
// mounts the view and calls Restored; otherwise the store has the view already. The view is nil if
// the host is closed.
func (h *Host) Restore(def *Definition, id string, o Owner) (v *View, mount bool, err error) {
	v = h.newView(def, id)
	if v == nil {
		return nil, false, nil
	}
	v.epoch, v.delivery.unknown = newEpoch(), true
	v.mounts = &remounting{done: make(chan struct{})}
	v.own(o)
	taken, err := h.store.Restore(v.entry, time.Now())
	if taken != nil || err != nil {
		v.End(nil)
	}
	if taken != nil {
		return taken.Value.(*View), false, nil
	}
	return v, err == nil, err
}

// Restored ends the wait of other requests for the view, with an error if it could not be mounted.
func (v *View) Restored(failure error) {
	if v.mounts.failure = failure; failure != nil {
		v.host.store.Remove(v.entry)
	}
	close(v.mounts.done)
}

// Await waits until another request has remounted the view. It returns the error that was given to
// Restored, fault.ErrFull if too many wait, or the context's error. The Mount has a deadline.
func (v *View) Await(ctx context.Context) error {
	m := v.mounts
	if m == nil {
		return nil
	}
	select {
	case <-m.done:
		return m.failure
	default:
	}
	if m.waiting.Add(1) > int64(v.host.Queue) {
		m.waiting.Add(-1)
		increment(v.host.Count.QueueFull)
		return fault.ErrFull
	}
	defer m.waiting.Add(-1)
	select {
	case <-m.done:
		return m.failure
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Restart ends the view, so that its page remounts it; the session is not charged for that. It does
// not wait.
func (v *View) Restart() {
	v.mu.Lock()
	defer v.mu.Unlock()
	// It comes first: waiting callbacks would run in a view whose state is wrong; events run in the
	// next one.
	if !v.ended.Load() && v.mailbox.steps&stepRestart == 0 {
		v.mailbox.steps |= stepRestart
		v.enqueueFirst(job{run: func(v *View, _ uint64) {
			v.host.Excuse(v.id)
			v.restart()
		}, step: stepRestart})
	}
}

// restart drops the view. Its page remounts it by its ticket.
func (v *View) restart() {
	v.End(nil) // before the store ends it with another last message
	v.mu.Lock()
	e := v.entry
	v.mu.Unlock()
	if e != nil { // else the page is being served, and Keep finds out
		v.host.store.Remove(e)
	}
}

// remount drops the view, whose page can't be brought up to date: the page remounts it.
func (v *View) remount(why error) {
	v.host.Log.Info("sideband: view is remounted", "view", v.def.Name(), "err", why)
	v.restart()
}

// remountIf drops the view if err asks for a remount, and reports that.
func (v *View) remountIf(err error) bool {
	again := errors.Is(err, fault.ErrRemount)
	if again {
		v.remount(err)
	}
	return again
}
