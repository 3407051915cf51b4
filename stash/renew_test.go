package stash_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/views"
)

// renewing is a page whose Mount renews the session when a test says so.
type renewing struct {
	plain
	kit    *handlers.Kit
	renews *atomic.Bool
}

func (p renewing) Mount(s *views.Socket, n views.NoParams) error {
	if p.renews.Load() {
		if err := p.kit.Sessions().RenewToken(s); err != nil {
			return err
		}
	}
	return p.plain.Mount(s, n)
}

// Case 316: a page whose Mount renews the session is kept under the new one.
func TestMountRenewsTheSession(t *testing.T) {
	t.Parallel()
	for _, changes := range []bool{false, true} {
		t.Run(fmt.Sprint(changes), func(t *testing.T) {
			t.Parallel()
			memory, renews := new(stash.Memory), new(atomic.Bool)
			k := newKit(handlers.Stash{Store: memory})
			r := chi.NewRouter()
			r.Use(k.Middleware)
			r.Mount(k.AssetsPath(), k.Assets())
			r.Handle("/", handlers.View(k, renewing{kit: k, renews: renews}))
			page := livetest.Open(t, http.Handler(r), "/")
			set := func(step int) {
				t.Helper()
				if err := views.Send(page.View(), renewing.Set, step); err != nil {
					t.Fatal(err)
				}
				page.Expect("#step", fmt.Sprintf("Step %d", step))
				page.AwaitSaved()
			}
			set(2)
			renews.Store(true)
			page.Reload()
			page.Expect("#recovery", "recovered")
			step := "Step 2"
			page.WaitFor("the state to be saved again", func() bool { return k.Stats().StashWrites == 2 })
			if changes {
				set(3)
				step = "Step 3"
			}
			renews.Store(false)
			page.Reload()
			page.Expect("#recovery", "recovered")
			page.Expect("#step", step)
			if n := memory.Len(); n != 1 {
				t.Errorf("%d records", n)
			}
		})
	}
}
