package stash_test

import (
	"bytes"
	"io"
	"log/slog"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/internal/shop"
)

var secrets = [][]byte{bytes.Repeat([]byte{7}, 32)}

// newKit returns a kit as each process of a site has one.
func newKit(c handlers.Stash) *handlers.Kit {
	return handlers.New(handlers.Config{
		Stash: c, Security: handlers.Security{Secrets: secrets}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
}

// use changes what the page keeps.
func use(page *livetest.Page) {
	page.Button("Next").Click()
	page.Button("Tea").Click()
	page.Button("Tea").Click()
	page.Button("Look").Click()
	page.Button("Grow b").Click()
}

func expectUsed(page *livetest.Page, recovery string) {
	page.Expect("#recovery", recovery)
	page.Expect("#step", "Step 2")
	page.Expect("#basket", "map[tea:2]")
	page.Expect("#seen", "0")
	page.Expect("#a-size", "10")
	page.Expect("#b-size", "11")
}

func expectNew(page *livetest.Page, recovery string) {
	page.Expect("#recovery", recovery)
	page.Expect("#step", "Step 1")
	page.Expect("#basket", "map[]")
	page.Expect("#b-size", "10")
}

func TestStateInAStore(t *testing.T) {
	t.Parallel()
	c := handlers.Stash{Store: new(stash.Memory)}
	page := livetest.Open(t, shop.Site(newKit(c)), "/")
	page.Expect("#recovery", "new")
	use(page)
	page.AwaitSaved()
	page.Site().Restart(shop.Site(newKit(c)))
	expectUsed(page, "recovered")
	page.Button("Next").Click()
	page.Expect("#step", "Step 3")
	page.Button("Back").Click()
	page.Reload()
	expectUsed(page, "recovered")
	expectNew(page.Site().Open("/"), "new") // somebody else
}

func TestStateInThePage(t *testing.T) {
	t.Parallel()
	page := livetest.Open(t, shop.Site(newKit(handlers.Stash{})), "/")
	use(page)
	page.AwaitSaved()
	page.Site().Restart(shop.Site(newKit(handlers.Stash{})))
	expectUsed(page, "recovered")
	page.Button("Next").Click()
	page.Expect("#step", "Step 3")
	page.Reload()
	expectNew(page, "new")
	page.Site().Restart(shop.Site(newKit(handlers.Stash{})))
	expectNew(page, "not found")
}

// Case 550: a page that has changed nothing keeps nothing, also if it is remounted, and its components with the first
// rendering after that. What is changed then is kept as ever.
func TestDefaultsAreNotKept(t *testing.T) {
	t.Parallel()
	memory := new(stash.Memory)
	k := newKit(handlers.Stash{Store: memory})
	page := livetest.Open(t, shop.Site(k), "/")
	page.Site().Restart(shop.Site(newKit(handlers.Stash{Store: memory})))
	expectNew(page, "not found")
	page.AwaitSaved()
	page.Button("Look").Click()
	page.AwaitSaved()
	if n := memory.Len(); n != 0 {
		t.Errorf("%d records", n)
	}
	page.Button("Grow b").Click()
	page.AwaitSaved()
	if n := memory.Len(); n != 1 {
		t.Errorf("%d records", n)
	}
	page.Site().Restart(shop.Site(newKit(handlers.Stash{Store: memory})))
	page.Expect("#b-size", "11")
}
