package keep_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/stash"
)

// readOnly is a store that can be read only.
type readOnly struct{ stash.Store }

var errReadOnly = errors.New("read only")

func (readOnly) Take(context.Context, stash.Key, stash.Fence, time.Duration) ([]byte, error) {
	return nil, errReadOnly
}

// slow is a store that takes a while for each reading.
type slow struct {
	stash.Store
	delay time.Duration
}

func (s slow) Get(ctx context.Context, key stash.Key) ([]byte, error) {
	select {
	case <-time.After(s.delay):
		return s.Store.Get(ctx, key)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// newKept returns a process whose store has a state, of another process.
func newKept(t *testing.T) *process {
	records := &stash.Memory{}
	before := newProcess(records).open()
	take(t, before, "")
	before.Save([]byte("old"), byPage)
	written()
	return newProcess(records)
}

// Case 461: a view begins with what can be read, though it can't be taken, and does not begin again.
func TestAStateThatCanOnlyBeRead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p, v := newKept(t), &page{}
		p.Store = readOnly{p.store}
		r := p.Open("page", v)
		if e, err := r.Find(t.Context(), key); err != nil || string(e.State) != "old" {
			t.Errorf("found %q, %v", e.State, err)
		}
		time.Sleep(time.Minute)
		if n := v.restarted.Load(); n != 0 {
			t.Errorf("the view is restarted %d times", n)
		}
	})
}

// Case 461: a store that is too slow for a view to be mounted with what it has does not have the view begin again.
func TestAStoreThatIsTooSlow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p, v := newKept(t), &page{}
		p.Store = slow{p.store, readTime + time.Second}
		r := p.Open("page", v)
		ctx, cancel := context.WithTimeout(t.Context(), readTime)
		defer cancel()
		if e, err := r.Find(ctx, key); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("found %q, %v", e.State, err)
		}
		time.Sleep(time.Minute)
		if n := v.restarted.Load(); n != 0 {
			t.Errorf("the view is restarted %d times", n)
		}
		v.isAway.Store(true) // so that nobody asks any more
		time.Sleep(time.Minute)
	})
}

// Case 460: what was found and not taken lives on while the page is connected.
func TestTheLifeOfWhatWasNotTaken(t *testing.T) {
	for name, asks := range map[string]bool{"read ahead": false, "not to be taken": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				p := newKept(t)
				if asks {
					p.Store = readOnly{p.store}
				}
				r := p.open()
				find := r.Peek
				if asks {
					find = r.Find
				}
				if e, err := find(t.Context(), key); err != nil || string(e.State) != "old" {
					t.Fatalf("found %q, %v", e.State, err)
				}
				r.Bind(key)
				for range 20 { // as the kit does
					time.Sleep(15 * time.Minute)
					r.Extend()
					synctest.Wait()
				}
				kept(t, p, "old")
			})
		})
	}
}
