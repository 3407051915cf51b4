package stash_test

import (
	"errors"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/internal/shop"
	"github.com/sideband-go/sideband/stash/stashtest"
	"github.com/sideband-go/sideband/state"
)

// expectBack waits until the page has what it had before.
func expectBack(page *livetest.Page) {
	page.WaitFor("its state", func() bool { return page.Find("#recovery").Text() == "recovered" })
	expectUsed(page, "recovered")
}

// Case 307: a store that is away fails the recovery, and nothing else. Case 461: what it has is not overwritten by a view
// that has not read it, and comes back with the store.
func TestAPageWorksWithoutItsStore(t *testing.T) {
	t.Parallel()
	store := &stashtest.Faulty{Store: new(stash.Memory)}
	c := handlers.Stash{Store: store}
	page := livetest.Open(t, shop.Site(newKit(c)), "/")
	use(page)
	page.AwaitSaved()
	store.Fail(stashtest.ErrAway)
	k := newKit(c)
	page.Site().Restart(shop.Site(k))
	expectNew(page, "failed, with a reason")
	if r, err := page.Recovered(); r != state.RecoveryFailed || !errors.Is(err, stashtest.ErrAway) {
		t.Errorf("%v, %v", r, err)
	}
	page.Button("Back").Click()
	page.Expect("#step", "Step 0")
	if s := k.Stats(); s.StashFailed != 1 || s.StashPending != 1 || s.StashWrites != 0 {
		t.Errorf("%+v", s)
	}
	store.Mend()
	expectBack(page)
	page.AwaitSaved()
	if s := k.Stats(); s.StashFailures == 0 || s.StashPending != 0 || s.StashWrites != 0 || s.StashDropped != 1 || s.StashRecovered != 1 {
		t.Errorf("%+v", s)
	}
	page.Reload()
	expectUsed(page, "recovered")
}

// Case 461: a reload while the store is away.
func TestAReloadWithoutTheStore(t *testing.T) {
	t.Parallel()
	store := &stashtest.Faulty{Store: new(stash.Memory)}
	k := newKit(handlers.Stash{Store: store})
	page := livetest.Open(t, shop.Site(k), "/")
	use(page)
	page.AwaitSaved()
	store.Fail(stashtest.ErrAway)
	page.Reload()
	expectNew(page, "failed, with a reason")
	store.Mend() // nothing was changed: the store is asked all the same
	expectBack(page)
}

// Case 461: a callback that saves says that what could not be read is not needed any more.
func TestSavingWithoutTheStore(t *testing.T) {
	t.Parallel()
	store := &stashtest.Faulty{Store: new(stash.Memory)}
	c := handlers.Stash{Store: store}
	page := livetest.Open(t, shop.Site(newKit(c)), "/")
	use(page)
	page.AwaitSaved()
	store.Fail(stashtest.ErrAway)
	page.Site().Restart(shop.Site(newKit(c)))
	expectNew(page, "failed, with a reason")
	page.Button("Save").Click()
	store.Mend()
	page.AwaitSaved()
	page.Reload()
	expectNew(page, "recovered")
}
