package stashtest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sideband-go/sideband/stash"
)

// Faulty is a store that fails when a test says so, and else does what another store does. Its methods may be called from
// any goroutine.
type Faulty struct {
	Store stash.Store

	mu    sync.Mutex
	err   error
	hangs chan struct{} // closed when calls go on; nil: they do not hang
	loses bool
	calls map[string]int
	open  int // calls of Put under way
	most  int
}

// ErrAway is the error of a store that is away.
var ErrAway = errors.New("stashtest: the store is away")

// Fail lets all calls fail with an error, until Mend.
func (f *Faulty) Fail(err error) { f.set(func() { f.err = err }) }

// Hang lets all calls wait until their context ends, or until Mend.
func (f *Faulty) Hang() { f.set(func() { f.hangs = make(chan struct{}) }) }

// Lose lets Put report success without effect, until Mend.
func (f *Faulty) Lose() { f.set(func() { f.loses = true }) }

// Mend ends all faults. Calls that hang go on.
func (f *Faulty) Mend() {
	f.set(func() {
		if f.hangs != nil {
			close(f.hangs)
		}
		f.err, f.hangs, f.loses = nil, nil, false
	})
}

// Calls returns how often a method was called: "Take", "Put", "Get", "Extend", "Delete".
func (f *Faulty) Calls(method string) (n int) {
	f.set(func() { n = f.calls[method] })
	return n
}

// PutsAtOnce returns how many calls of Put were under way at a time, at most.
func (f *Faulty) PutsAtOnce() (n int) {
	f.set(func() { n = f.most })
	return n
}

func (f *Faulty) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// begin waits or fails, as the test has said.
func (f *Faulty) begin(ctx context.Context, method string) error {
	f.mu.Lock()
	if f.calls == nil {
		f.calls = map[string]int{}
	}
	f.calls[method]++
	hangs := f.hangs
	f.mu.Unlock()
	if hangs != nil {
		select {
		case <-hangs:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// Take is part of stash.Store.
func (f *Faulty) Take(ctx context.Context, key stash.Key, fence stash.Fence, life time.Duration) ([]byte, error) {
	if err := f.begin(ctx, "Take"); err != nil {
		return nil, err
	}
	return f.Store.Take(ctx, key, fence, life)
}

// Put is part of stash.Store.
func (f *Faulty) Put(ctx context.Context, key stash.Key, fence stash.Fence, data []byte, life time.Duration) error {
	f.set(func() {
		f.open++
		f.most = max(f.most, f.open)
	})
	defer f.set(func() { f.open-- })
	err := f.begin(ctx, "Put")
	loses := false
	f.set(func() { loses = f.loses })
	if err != nil || loses {
		return err
	}
	return f.Store.Put(ctx, key, fence, data, life)
}

// Get is part of stash.Store.
func (f *Faulty) Get(ctx context.Context, key stash.Key) ([]byte, error) {
	if err := f.begin(ctx, "Get"); err != nil {
		return nil, err
	}
	return f.Store.Get(ctx, key)
}

// Extend is part of stash.Store.
func (f *Faulty) Extend(ctx context.Context, key stash.Key, life time.Duration) error {
	if err := f.begin(ctx, "Extend"); err != nil {
		return err
	}
	return f.Store.Extend(ctx, key, life)
}

// Delete is part of stash.Store.
func (f *Faulty) Delete(ctx context.Context, key stash.Key) error {
	if err := f.begin(ctx, "Delete"); err != nil {
		return err
	}
	return f.Store.Delete(ctx, key)
}
