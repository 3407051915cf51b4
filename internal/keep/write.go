package keep

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/stash"
)

// work does what waits for a record: one write, or that its life is extended.
func (r *Record) work() {
	w := r.w
	w.mu.Lock()
	r.queued = false
	if r.busy { // another worker has it, and looks again
		w.mu.Unlock()
		return
	}
	if r.unread && !r.ended {
		r.busy = true
		w.mu.Unlock()
		r.readAgain()
		return
	}
	s, extends, fenced := r.next, r.extends, r.fenced
	r.busy, r.extends, r.next, r.now = true, false, nil, s
	if s != nil {
		r.began = time.Now()
	}
	w.mu.Unlock()
	var err error
	if s != nil {
		err = r.watchedWrite(s, fenced)
		r.takeBack(s)
	} else if extends {
		r.extend()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	r.busy, r.now = false, nil
	if s != nil {
		w.bytes -= len(s.state)
		r.written(s, err)
	}
	if r.next != nil {
		r.schedule()
	} else if r.extends {
		w.push(r)
	}
	r.settle()
}

// readAgain asks the store for what it could not be asked for when the view was mounted. What it has comes before what the
// view has made without it: then the view is to begin again, with that. The store may take as long as when the view is
// mounted, and no longer: else the view that begins again could not read it either, and so on.
func (r *Record) readAgain() {
	w := r.w
	ctx, cancel := context.WithTimeout(context.Background(), w.ReadTime)
	defer cancel()
	var data []byte
	err := w.call(ctx, func(ctx context.Context) (err error) {
		data, err = w.Store.Get(ctx, r.key)
		return err
	})
	there := err == nil
	if e, failed := r.open(r.key, data); failed == nil && e.Refused() != nil {
		there = false // nothing that the view could begin again with
	}
	if errors.Is(err, stash.ErrNotFound) {
		err = nil
	}
	w.note(err)
	if r.wasRead(there, err) {
		r.view.Restart()
	}
}

// wasRead notes what the store has said, and reports whether the view is to begin again.
func (r *Record) wasRead(there bool, err error) (restarts bool) {
	w := r.w
	w.mu.Lock()
	defer w.mu.Unlock()
	r.busy = false
	switch {
	case r.ended: // it was forgotten meanwhile
		return false
	case !r.unread: // the author has decided meanwhile
	case err != nil:
		if r.next != nil || r.view.Watched() { // else nobody waits for it
			r.retry()
		}
		return false
	case there:
		if r.next != nil {
			atomic.AddUint64(w.Count.Dropped, 1)
		}
		r.end()
		return true
	}
	r.unread = false
	if r.next != nil {
		r.schedule()
	}
	return false
}

// written notes how the write of a state went.
func (r *Record) written(s *saving, err error) {
	w := r.w
	r.fenced = errors.Is(err, stash.ErrFenced)
	switch {
	case err == nil:
		r.pause = 0
		atomic.AddUint64(w.Count.Writes, 1)
	case r.fenced:
		atomic.AddUint64(w.Count.Fenced, 1)
	case isFinal(err), time.Since(s.since) > w.Life:
		r.giveUp(s, err)
	case !r.isNewest():
	default:
		if r.next == nil {
			r.next = s
			w.bytes += len(s.state)
		} else {
			r.next.byPage, r.next.since = r.next.byPage || s.byPage, s.since
		}
		r.next.byPage = r.next.byPage && !r.hasLeft()
		r.retry()
	}
}

// giveUp drops a state. If the store does not take it, a refusal is written in its place.
func (r *Record) giveUp(s *saving, err error) {
	w := r.w
	if (Envelope{State: s.state}).Refused() != nil {
		return // which was noted
	}
	atomic.AddUint64(w.Count.Dropped, 1)
	w.Log.Error("sideband: durable state is not stored", "view", r.page, "bytes", len(s.state), "err", err)
	if isFinal(err) && r.next == nil && r.isNewest() {
		r.next = &saving{Refusal(err), s.byPage, time.Now(), s.cause}
		w.bytes += len(r.next.state)
	}
}

// hasLeft reports whether the page was here and is not any more: perhaps another process has it, whose state is newer.
func (r *Record) hasLeft() bool {
	here := r.view.Connected()
	r.arrived = r.arrived || here
	return r.arrived && !here
}

// retry has the next state written after a pause.
func (r *Record) retry() {
	w := r.w
	r.pause = min(max(2*r.pause, firstPause), lastPause)
	if w.flushing {
		r.pause = firstPause
	}
	r.wait(r.pause)
}

// wait has the next state written after a pause.
func (r *Record) wait(pause time.Duration) {
	r.waits = true
	time.AfterFunc(pause, func() {
		r.w.mu.Lock()
		defer r.w.mu.Unlock()
		if r.waits = false; r.next != nil || r.unread {
			r.w.push(r)
		}
	})
}

// watchedWrite writes a state, and tells the watcher.
func (r *Record) watchedWrite(s *saving, isFenced bool) error {
	ctx := context.Background()
	if r.watch == nil {
		return r.write(ctx, s, isFenced)
	}
	ctx, end := r.watch.Writes(ctx, len(s.state), s.cause)
	err := r.write(ctx, s, isFenced)
	end.Finish(err)
	return err
}

// write writes a state. If another owner has the record, the page takes it back.
func (r *Record) write(ctx context.Context, s *saving, isFenced bool) error {
	w := r.w
	if isFenced && !s.byPage {
		return stash.ErrFenced
	}
	sealed := Envelope{time.Now(), w.Version, r.page, s.state}.Seal(w.Sealer, r.key.Name)
	if len(s.state) == 0 {
		sealed = nil
	}
	if !r.taken && !s.byPage {
		if err := r.checkUnused(ctx); err != nil {
			return err
		}
	}
	for try := 0; ; try++ {
		if !r.taken || isFenced {
			err := w.call(ctx, func(ctx context.Context) error {
				_, err := w.Store.Take(ctx, r.key, r.fence, r.life())
				return err
			})
			if err != nil && !errors.Is(err, stash.ErrNotFound) {
				w.note(err)
				return err
			}
			r.taken, isFenced = true, false
		}
		err := w.call(ctx, func(ctx context.Context) error { return w.Store.Put(ctx, r.key, r.fence, sealed, r.life()) })
		if errors.Is(err, stash.ErrFenced) && s.byPage && try == 0 && r.mayTakeBack() {
			r.taken = false
			continue
		}
		if !errors.Is(err, stash.ErrFenced) && !isFinal(err) {
			w.note(err)
		}
		return err
	}
}

// takeBack empties the record if it was forgotten while a state was written: that may have come after the deletion.
func (r *Record) takeBack(s *saving) {
	if len(s.state) == 0 || !r.hasEnded() {
		return
	}
	w := r.w
	err := w.call(context.Background(), func(ctx context.Context) error { return w.Store.Put(ctx, r.key, r.fence, nil, r.life()) })
	if err != nil && !errors.Is(err, stash.ErrFenced) {
		w.note(err)
		w.Log.Error("sideband: durable state may not be deleted, and is there until it expires", "err", err)
	}
}

// checkUnused fails if the record is there, though this process has never taken it: it is another one's, and newer.
func (r *Record) checkUnused(ctx context.Context) error {
	err := r.w.call(ctx, func(ctx context.Context) error {
		_, err := r.w.Store.Get(ctx, r.key)
		return err
	})
	switch {
	case err == nil:
		return stash.ErrFenced
	case errors.Is(err, stash.ErrNotFound):
		return nil
	}
	r.w.note(err)
	return err
}

func (r *Record) mayTakeBack() bool {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	return r.isNewest()
}

func (r *Record) hasEnded() bool {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	return r.ended
}

// extend extends the life of the record.
func (r *Record) extend() {
	w := r.w
	if !r.taken && !r.found {
		return
	}
	err := w.call(context.Background(), func(ctx context.Context) error { return w.Store.Extend(ctx, r.key, r.life()) })
	if errors.Is(err, stash.ErrNotFound) { // deleted, or the store has lost it
		if !r.hasEnded() && r.view.Watched() { // else nothing is to come back that may have been forgotten
			r.taken, r.found = false, false
			r.view.SaveAgain()
		}
		return
	}
	w.note(err)
}
