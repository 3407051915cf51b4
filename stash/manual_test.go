package stash_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/internal/shop"
)

// watched is a store that knows which record was written last.
type watched struct {
	stash.Store

	last atomic.Pointer[stash.Key]
}

func (w *watched) Put(ctx context.Context, k stash.Key, f stash.Fence, data []byte, life time.Duration) error {
	w.last.Store(&k)
	return w.Store.Put(ctx, k, f, data, life)
}

// What a callback has saved is written again when the store has lost it, and nothing that was not saved.
func TestALostRecordThatWasSavedByACallback(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &watched{Store: new(stash.Memory)}
		c := handlers.Stash{Store: store, Manual: true, Life: time.Hour}
		page := livetest.Open(t, shop.Site(newKit(c)), "/")
		lose := func() {
			page.AwaitSaved()
			if err := store.Delete(t.Context(), *store.last.Load()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
			page.AwaitSaved()
		}
		use(page)
		page.Button("Save").Click()
		page.Button("Next").Click()
		lose()
		page.Site().Restart(shop.Site(newKit(c)))
		expectUsed(page, "recovered")
		lose() // what was recovered
		page.Site().Restart(shop.Site(newKit(c)))
		expectUsed(page, "recovered")
		page.Button("Forget").Click()
		lose()
		page.Site().Restart(shop.Site(newKit(c)))
		expectNew(page, "not found")
	})
}
