package stash_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/internal/shop"
)

// Case 317: the state of a page that is connected does not expire. That of one that is not, a hidden tab, does in a store.
func TestLife(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]func() stash.Store{
		"a store": func() stash.Store { return new(stash.Memory) },
		"a page":  func() stash.Store { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := handlers.Stash{Store: store(), Life: time.Hour}
				page := livetest.Open(t, shop.Site(newKit(c)), "/")
				page.Button("Next").Click()
				page.AwaitSaved()
				time.Sleep(5 * time.Hour)
				page.Site().Restart(shop.Site(newKit(c)))
				page.Expect("#recovery", "recovered")
				page.Expect("#step", "Step 2")
				time.Sleep(time.Minute)
				page.CutConnection()
				page.Site().Restart(shop.Site(newKit(c)))
				time.Sleep(90 * time.Minute)
				page.Restore()
				if c.Store == nil {
					page.Expect("#recovery", "recovered")
					page.Expect("#step", "Step 2")
				} else {
					page.Expect("#recovery", "not found")
					page.Expect("#step", "Step 1")
				}
			})
		})
	}
}
