package keep

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/stash"
)

// Record is where the state of one view is kept. Methods may be called from any goroutine, and none but Take
// waits.
type Record struct {
	w     *Writer
	fence stash.Fence
	page  string // the type of the view's page
	view  View
	watch Watcher // nil: nobody

	// The writer's mutex guards what follows.
	key     stash.Key // Name is "" before Bind
	next    *saving   // waits
	now     *saving   // is being written
	extends bool      // the record's life is to be extended
	queued  bool
	busy    bool // a worker has it
	waits   bool // for the next try
	ended   bool // nothing of it is to be written any more
	arrived bool // the page was here
	fenced  bool // another owner has taken it: only the page may take it back
	unread  bool // the store could not be asked for what it has: that is not to be overwritten
	pause   time.Duration
	began   time.Time // the last write

	// Only the worker that has the record uses what follows.
	taken bool
	found bool // it was there, and was not taken
}

// View is the view that a record belongs to. Its methods are called on any goroutine, and must not block.
type View interface {
	// Connected reports whether the page is connected, or was when the view ended.
	Connected() bool
	// Watched reports whether the page is connected to the view, which goes on.
	Watched() bool
	// SaveAgain is called when the record is gone, though its view lives.
	SaveAgain()
	// Restart is called when the store has a state after all that could not be read when the view was mounted.
	Restart()
}

// Reason says why a state is saved.
type Reason struct {
	ByPage bool // the page has caused it, so it is known to be here: it may take the record back from another owner
	Asked  bool // the author has asked for it: it is written though what the store has could not be read
}

// saving is a state to be written.
type saving struct {
	state  []byte
	byPage bool      // the page is known to be here
	since  time.Time // it has waited
	cause  any       // for the watcher
}

// Watcher is told of writes.
type Watcher interface {
	// Writes is told that a state of so many bytes is about to be written, and what has caused it. It returns the context
	// for that, made from ctx, and what is told of the end. It must not block.
	Writes(ctx context.Context, size int, cause any) (context.Context, Watched)
}

// Watched is told how a write has ended.
type Watched interface{ Finish(err error) }

// Watch has a watcher told of the record's writes. It is called before anything is saved.
func (r *Record) Watch(w Watcher) { r.watch = w }

// Open returns a record for a view of a page.
func (w *Writer) Open(page string, v View) *Record {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	return &Record{w: w, fence: stash.Fence(hex.EncodeToString(b[:])), page: page, view: v}
}

// Bind says where the record is. What was saved before is written now.
func (r *Record) Bind(key stash.Key) {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	if r.key = key; r.next != nil {
		r.w.await(r)
		r.w.push(r)
	} else if r.unread {
		r.retry()
	}
}

// Take takes the record over and returns the state that was kept. A state that an earlier view of this process has not
// written yet comes first. The errors are those of the store, and of what can't be opened.
func (r *Record) Take(ctx context.Context, key stash.Key) (Envelope, error) {
	if e, ok := r.inherit(key, false); ok {
		return e, e.check()
	}
	data, err := r.takeOver(ctx, key)
	if r.cannotRead(err) {
		if e, ok := r.inherit(key, true); ok {
			return e, e.check()
		}
	}
	r.Bind(key)
	if err != nil {
		return Envelope{}, err
	}
	return r.open(key, data)
}

func (r *Record) takeOver(ctx context.Context, key stash.Key) (data []byte, err error) {
	err = guarded(func() (err error) { data, err = r.w.Store.Take(ctx, key, r.fence, r.w.Life); return err })
	r.taken = err == nil || errors.Is(err, stash.ErrNotFound) // no worker has it yet
	return data, err
}

// Find is Take, but for a record that is not there: it is taken when there is something to write.
func (r *Record) Find(ctx context.Context, key stash.Key) (Envelope, error) {
	if e, ok := r.inherit(key, false); ok {
		return e, e.check()
	}
	var data []byte
	err := stash.ErrNotFound
	if !r.w.isForgetting(key) {
		data, err = r.get(ctx, key)
	}
	if r.cannotRead(err) || errors.Is(err, stash.ErrNotFound) {
		if e, ok := r.inherit(key, true); ok {
			return e, e.check()
		}
	}
	if err != nil {
		r.Bind(key)
		return Envelope{}, err
	}
	if e, ok := r.inherit(key, false); ok { // it was saved meanwhile
		return e, e.check()
	}
	taken, err := r.takeOver(ctx, key)
	switch {
	case err == nil:
		data = taken
	case errors.Is(err, stash.ErrNotFound): // it has gone meanwhile
	default: // it can be read all the same, and is taken with the first write
		r.found, err = true, nil
	}
	if r.Bind(key); err != nil {
		return Envelope{}, err
	}
	return r.open(key, data)
}

// Peek returns the state that is kept, and leaves the record to its owner.
func (r *Record) Peek(ctx context.Context, key stash.Key) (Envelope, error) {
	data, err := r.get(ctx, key)
	if r.cannotRead(err); err != nil {
		return Envelope{}, err
	}
	r.found = true
	return r.open(key, data)
}

// get asks the store for a record.
func (r *Record) get(ctx context.Context, key stash.Key) (data []byte, err error) {
	err = guarded(func() (err error) { data, err = r.w.Store.Get(ctx, key); return err })
	return data, err
}

// cannotRead notes whether the store could not be asked for what it has.
func (r *Record) cannotRead(err error) bool {
	fails := err != nil && !errors.Is(err, stash.ErrNotFound)
	r.setUnread(fails)
	return fails
}

func (r *Record) setUnread(unread bool) {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	r.unread = unread
}

// isForgetting reports whether a record is about to be deleted: nothing of it is to be found any more.
func (w *Writer) isForgetting(key stash.Key) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.deleting[stash.Key{Session: key.Session}] > 0 || w.deleting[stash.Key{Identity: key.Identity}] > 0
}

// check fails if the state was forgotten.
func (e Envelope) check() error {
	if len(e.State) == 0 {
		return stash.ErrNotFound
	}
	return nil
}

func (r *Record) open(key stash.Key, data []byte) (Envelope, error) {
	return Open(r.w.Sealer, data, key.Name)
}

// inherit takes over the state that an earlier view of this process has yet to write. One that has not read what the store
// has comes last: if the store can't be read again, or has nothing.
func (r *Record) inherit(key stash.Key, last bool) (e Envelope, ok bool) {
	w := r.w
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.pending[key.Name]
	if before == nil || before.ended || before.unread && !last { // it was forgotten while it was being written
		return e, false
	}
	s := before.next
	if s == nil {
		s = before.now
	}
	before.end()
	before.ended = false // its view may live on, in another tab
	r.key = key
	r.next = &saving{s.state, true, s.since, s.cause} // the page is here: it has asked for the new view
	w.await(r)
	w.push(r)
	return Envelope{Saved: time.Now(), Version: w.Version, Page: before.page, State: s.state}, true
}

// Save has a state written, in place of one that waits.
func (r *Record) Save(state []byte, why Reason) { r.SaveFor(nil, state, why) }

// SaveFor is Save, with what the watcher is told of the cause.
func (r *Record) SaveFor(cause any, state []byte, why Reason) {
	w := r.w
	w.mu.Lock()
	defer w.mu.Unlock()
	r.arrived = r.arrived || why.ByPage
	r.unread = r.unread && !why.Asked
	s := &saving{state, why.ByPage, time.Now(), cause}
	size := len(state)
	if old := r.next; old != nil {
		s.byPage, s.since = s.byPage || old.byPage, old.since
		size -= len(old.state)
	}
	if r.ended || w.bytes+size > maxPending {
		atomic.AddUint64(w.Count.Dropped, 1)
		return
	}
	if r.key.Name == "" {
		r.next = s
		return
	}
	r.unqueue()
	r.next = s
	w.await(r)
	r.schedule()
}

// schedule has the next state written: at once, if the last write began long enough ago.
func (r *Record) schedule() {
	switch early := spacing - time.Since(r.began); {
	case r.waits:
	case early > 0 && !r.w.flushing:
		r.wait(early)
	default:
		r.w.push(r)
	}
}

// IsWritten reports whether nothing waits to be written.
func (r *Record) IsWritten() bool {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	return r.next == nil && r.now == nil
}

// Extend is called when the page shows that it is here, or was until now: the record lives on from then.
func (r *Record) Extend() {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	if r.key.Name == "" || r.ended || r.next != nil {
		return
	}
	r.extends = true
	if !r.busy { // else when that is over
		r.w.push(r)
	}
}

// life is how long the record lives from now on. While its page is connected it is extended again and again; if the process
// is killed meanwhile, the page was here until then.
func (r *Record) life() time.Duration {
	if r.view.Watched() {
		return r.w.Life + r.w.Life/2
	}
	return r.w.Life
}

// await notes that the record's next state has yet to be written. An older one of another view, in another tab,
// need not be any more. The caller holds mu, as in the next ones.
func (w *Writer) await(r *Record) {
	if before := w.pending[r.key.Name]; before != nil && before != r {
		before.unqueue()
	}
	w.pending[r.key.Name] = r
	w.bytes += len(r.next.state)
}

// unqueue drops the state that waits.
func (r *Record) unqueue() {
	if r.next != nil && r.key.Name != "" {
		r.w.bytes -= len(r.next.state)
	}
	r.next = nil
}

// settle notes that nothing is left to be written.
func (r *Record) settle() {
	if w := r.w; r.next == nil && r.now == nil && w.pending[r.key.Name] == r {
		delete(w.pending, r.key.Name)
		w.signal()
	}
}

// isNewest reports whether no other view has a newer state of the record.
func (r *Record) isNewest() bool { return !r.ended && r.w.pending[r.key.Name] == r }

// end drops what waits, and has what is being written not tried again.
func (r *Record) end() {
	r.ended = true
	r.unqueue()
	r.settle()
}
