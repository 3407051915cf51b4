package stash_test

import (
	"net/http"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/internal/shop"
)

// Case 527. A state of its own that a tab has over a reload, and over a restart: the page's path names it.
func TestTabsWithAPathEach(t *testing.T) {
	t.Parallel()
	store := new(stash.Memory)
	site := func() http.Handler {
		k := newKit(handlers.Stash{Store: store})
		r := chi.NewRouter()
		r.Use(k.Middleware)
		r.Mount(k.AssetsPath(), k.Assets())
		r.Handle("/shop/{basket}", handlers.View(k, shop.Page{}))
		return r
	}
	one := livetest.Open(t, site(), "/shop/a")
	two := one.NewTab("/shop/b")
	one.Button("Next").Click()
	one.AwaitSaved()
	two.Button("Tea").Click()
	two.AwaitSaved()
	shows := func(when string) {
		t.Helper()
		for page, want := range map[*livetest.Page][2]string{one: {"Step 2", "map[]"}, two: {"Step 1", "map[tea:1]"}} {
			if step, basket := page.Find("#step").Text(), page.Find("#basket").Text(); step != want[0] || basket != want[1] {
				t.Errorf("%s: %s, %s, want %s", when, step, basket, want)
			}
			page.Expect("#recovery", "recovered")
		}
	}
	one.Reload()
	two.Reload()
	shows("after a reload")
	one.Site().Restart(site())
	shows("after a restart")
	other := one.Site().Person().Open("/shop/a") // an address is no permission
	other.Expect("#step", "Step 1")
	other.Expect("#recovery", "new")
}
