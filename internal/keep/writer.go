package keep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/seal"
	"github.com/sideband-go/sideband/stash"
)

// The bounds of a writer.
const (
	workers    = 16                     // calls of the store at a time
	callTime   = 5 * time.Second        // of one call
	spacing    = 200 * time.Millisecond // between the beginnings of two writes of a record
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
	maxPending = 64 << 20 // bytes of states that wait
	maxForgets = 10_000   // deletions that wait
	maxTries   = 10       // of a deletion
)

// Config of a [Writer]. All fields must be set.
type Config struct {
	Store    stash.Store
	Sealer   *seal.Sealer
	Life     time.Duration // of a record since it was written, or was extended
	ReadTime time.Duration // how long reading may take when a view is mounted
	Version  string
	Log      *slog.Logger
	Count    Counters
}

// Counters point to counters, which are incremented atomically.
type Counters struct {
	Writes   *uint64 // that succeeded
	Failures *uint64 // calls of the store that failed, and are tried again
	Fenced   *uint64 // states that were not written, since the record has another owner
	Dropped  *uint64 // states that were given up
}

// Writer writes records. Methods may be called from any goroutine.
type Writer struct {
	Config

	mu       sync.Mutex
	queue    []*Record
	forgets  []deletion
	deleting map[stash.Key]int  // what Forget was told, until it is deleted
	running  int                // workers
	pending  map[string]*Record // whose newest state is not known to be written, by name
	bytes    int                // of these states
	flushing bool
	idle     chan struct{} // is closed when nothing is left to do, while flushing
	broken   bool          // the last call has failed: it was logged
}

// deletion is one that waits.
type deletion struct {
	key   stash.Key
	tries int // that have failed
}

// NewWriter returns a writer.
func NewWriter(c Config) *Writer {
	return &Writer{Config: c, pending: map[string]*Record{}, deleting: map[stash.Key]int{}}
}

// Pending returns how many views have a state that is not written yet.
func (w *Writer) Pending() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.pending)
}

// push queues a record. The caller holds mu.
func (w *Writer) push(r *Record) {
	if r.queued {
		return
	}
	r.queued = true
	w.queue = append(w.queue, r)
	w.start()
}

// start starts a worker, if there may be one more. The caller holds mu.
func (w *Writer) start() {
	if w.running < workers {
		w.running++
		go w.work()
	}
}

func (w *Writer) work() {
	for {
		w.mu.Lock()
		switch {
		case len(w.forgets) > 0:
			d := w.forgets[0]
			w.forgets = w.forgets[1:]
			w.mu.Unlock()
			w.forget(d)
		case len(w.queue) > 0:
			r := w.queue[0]
			w.queue[0] = nil
			w.queue = w.queue[1:]
			w.mu.Unlock()
			r.work()
		default:
			w.queue, w.forgets = nil, nil
			w.running--
			w.signal()
			w.mu.Unlock()
			return
		}
	}
}

// signal tells Flush that nothing is left to do. The caller holds mu.
func (w *Writer) signal() {
	if w.flushing && w.running == 0 && len(w.pending) == 0 && w.idle != nil {
		close(w.idle)
		w.idle = nil
	}
}

// call calls the store, for at most callTime, as guarded does.
func (w *Writer) call(ctx context.Context, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return guarded(func() error { return f(ctx) })
}

// guarded calls the store, with its panics caught. Methods of the error that it returns do not panic.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the store has panicked: %v", p)
		}
	}()
	return fault.Seal(f())
}

// note notes how a call went, and logs when the store begins to fail, and when it is back.
func (w *Writer) note(err error) {
	if err != nil {
		atomic.AddUint64(w.Count.Failures, 1)
	}
	w.mu.Lock()
	changed := w.broken != (err != nil)
	w.broken = err != nil
	w.mu.Unlock()
	switch {
	case changed && err != nil:
		w.Log.Error("sideband: the store of durable state can't be written; it is tried again", "err", err)
	case changed:
		w.Log.Info("sideband: the store of durable state can be written again")
	}
}

// Forget deletes the records of a session or an identity, and what waits to be written of them. It does not
// wait.
func (w *Writer) Forget(key stash.Key) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.pending {
		if key.Session != "" && r.key.Session == key.Session || key.Identity != "" && r.key.Identity == key.Identity {
			r.end()
		}
	}
	if len(w.forgets) < maxForgets {
		w.deleting[key]++
		w.forgets = append(w.forgets, deletion{key: key})
		w.start()
	}
}

// deleted notes that a deletion is over. The caller holds mu.
func (w *Writer) deleted(key stash.Key) {
	if w.deleting[key]--; w.deleting[key] == 0 {
		delete(w.deleting, key)
	}
}

// forget deletes records, and tries again for a while if that fails.
func (w *Writer) forget(d deletion) {
	err := w.call(context.Background(), func(ctx context.Context) error { return w.Store.Delete(ctx, d.key) })
	w.note(err)
	w.mu.Lock()
	defer w.mu.Unlock()
	d.tries++
	switch {
	case err == nil:
		w.deleted(d.key)
		return
	case d.tries == maxTries:
		w.deleted(d.key)
		w.Log.Error("sideband: durable state is not deleted, and is there until it expires", "tries", d.tries, "err", err)
		return
	}
	time.AfterFunc(lastPause, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.forgets) >= maxForgets || w.flushing {
			w.deleted(d.key)
			return
		}
		w.forgets = append(w.forgets, d)
		w.start()
	})
}

// Flush waits until all states are written, and has those that wait for another try written at once.
func (w *Writer) Flush(ctx context.Context) error {
	w.mu.Lock()
	w.flushing = true
	for _, r := range w.pending {
		r.pause = 0
		w.push(r)
	}
	done := make(chan struct{})
	w.idle = done
	w.signal()
	w.mu.Unlock()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the durable state of %d views is not written: %w", w.Pending(), ctx.Err())
	}
}

// isFinal reports whether an error of a store will not go away by itself.
func isFinal(err error) bool { return errors.Is(err, stash.ErrTooLarge) }
