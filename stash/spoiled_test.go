package stash_test

import (
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/internal/shop"
)

// Case 323: a state with which Mount panics costs one failure, and not the page.
func TestAStateThatMountPanicsWith(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]stash.Store{"a store": new(stash.Memory), "a page": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := handlers.Stash{Store: store}
			s := livetest.Serve(t, shop.Site(newKit(c)))
			s.Skip(livetest.Failures)
			page := s.Open("/")
			page.Button("Next").Click()
			page.Find("#write").Fill("poison")
			page.AwaitSaved()
			k := newKit(c)
			s.Restart(shop.Site(k))
			page.Expect("#recovery", "failed, with a reason")
			page.Expect("#step", "Step 1")
			page.Button("Next").Click()
			page.Expect("#step", "Step 2")
			if st := k.Stats(); st.Remounts != 2 || st.StashFailed != 1 {
				t.Errorf("%+v", st)
			}
			if store == nil {
				return
			}
			page.Find("#write").Fill("poison")
			page.AwaitSaved()
			page.Reload() // an error page
			page.Reload()
			page.Expect("#recovery", "failed, with a reason")
		})
	}
}
