package stash_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/stashtest"
)

// clock is a clock that a test advances.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestMemory(t *testing.T) {
	stashtest.Run(t, func(*testing.T) stashtest.Backend {
		c := &clock{now: time.Unix(1e9, 0)}
		m := &stash.Memory{Now: c.Now}
		return stashtest.Backend{Open: func(*testing.T) stash.Store { return m }, Advance: c.Advance}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	ctx := context.Background()
	c := &clock{now: time.Unix(1e9, 0)}
	m := &stash.Memory{Now: c.Now, Bytes: 10 << 10}
	const life = time.Minute
	n := 0
	for ; n < 1000; n++ {
		if _, err := m.Take(ctx, stashtest.Key("s", "i", fmt.Sprint(n)), stashtest.Fence("a"), life); errors.Is(err, stash.ErrFull) {
			break
		}
	}
	if n != 20 {
		t.Errorf("%d records fit into 10 KiB, want 20", n)
	}
	if err := m.Put(ctx, stashtest.Key("s", "i", "0"), stashtest.Fence("a"), make([]byte, 1), life); !errors.Is(err, stash.ErrFull) {
		t.Errorf("Put into a full store: %v", err)
	}
	if err := m.Delete(ctx, stashtest.Key("s", "i", "1")); err != nil {
		t.Fatal(err)
	}
	if err := m.Put(ctx, stashtest.Key("s", "i", "0"), stashtest.Fence("a"), make([]byte, 512), life); err != nil {
		t.Errorf("Put after another record was deleted: %v", err)
	}
	c.Advance(life)
	if _, err := m.Take(ctx, stashtest.Key("s", "i", "new"), stashtest.Fence("a"), life); !errors.Is(err, stash.ErrNotFound) {
		t.Errorf("Take after all have expired: %v", err)
	}
}

// TestMemoryExpiresLittleByLittle sees 10,000 records expire with no call that deletes many.
func TestMemoryExpiresLittleByLittle(t *testing.T) {
	ctx := context.Background()
	c := &clock{now: time.Unix(1e9, 0)}
	m := &stash.Memory{Now: c.Now}
	for n := range 10_000 {
		if _, err := m.Take(ctx, stashtest.Key("s", "i", fmt.Sprint(n)), stashtest.Fence("a"), time.Minute); !errors.Is(err, stash.ErrNotFound) {
			t.Fatal(err)
		}
	}
	c.Advance(time.Minute)
	calls := 0
	for before := m.Len(); before > 0; calls++ {
		if _, err := m.Get(ctx, stashtest.Key("s", "i", "5000")); !errors.Is(err, stash.ErrNotFound) {
			t.Fatalf("an expired record: %v", err)
		}
		now := m.Len()
		if d := before - now; d < 1 || d > 8 {
			t.Fatalf("a call has deleted %d records", d)
		}
		before = now
	}
	if calls != 1250 {
		t.Errorf("%d calls", calls)
	}
}
