package stash_test

import (
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/internal/shop"
)

// Case 322: a callback may forget what is kept, and decide when it is kept.
func TestForgetAndSave(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]func() stash.Store{
		"a store": func() stash.Store { return new(stash.Memory) },
		"a page":  func() stash.Store { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := handlers.Stash{Store: store()}
			page := livetest.Open(t, shop.Site(newKit(c)), "/")
			use(page)
			page.AwaitSaved()
			page.Button("Forget").Click()
			page.Expect("#step", "Step 2")
			page.AwaitSaved()
			page.Site().Restart(shop.Site(newKit(c)))
			expectNew(page, "not found")
			page.Button("Next").Click()
			page.AwaitSaved()
			page.Site().Restart(shop.Site(newKit(c)))
			page.Expect("#step", "Step 2")

			c = handlers.Stash{Store: store(), Manual: true}
			page = livetest.Open(t, shop.Site(newKit(c)), "/")
			use(page)
			page.Button("Save").Click()
			page.Button("Next").Click()
			page.Expect("#step", "Step 3")
			page.AwaitSaved()
			page.Site().Restart(shop.Site(newKit(c)))
			expectUsed(page, "recovered")
			page.Button("Next").Click()
			page.AwaitSaved()
			page.Site().Restart(shop.Site(newKit(c)))
			expectUsed(page, "recovered")
		})
	}
}
