package stash_test

import (
	"log/slog"
	"net/http"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/internal/shop"
)

// Case 462: what somebody's sessions have kept is deleted by a log-out everywhere, not by the end of one of them.
func TestOneOfSeveralSessionsEnds(t *testing.T) {
	t.Parallel()
	memory := new(stash.Memory)
	k := handlers.New(handlers.Config{
		Stash: handlers.Stash{Store: memory}, Security: handlers.Security{Secrets: secrets}, Logger: slog.New(slog.DiscardHandler),
		Identity: func(*http.Request) string { return "ann" },
	})
	phone := livetest.Open(t, shop.Site(k), "/")
	desk := phone.Site().Open("/") // another browser
	for _, page := range []*livetest.Page{phone, desk} {
		use(page)
		page.AwaitSaved()
	}
	phone.EndSession()
	phone.WaitFor("the record to go", func() bool { return memory.Len() == 1 })
	desk.Reload()
	expectUsed(desk, "recovered")
	mounts := k.Stats().Mounts
	if n := k.Reload("ann"); n < 1 {
		t.Errorf("%d pages", n)
	}
	desk.WaitFor("the page to load", func() bool { return k.Stats().Mounts > mounts })
	expectUsed(desk, "recovered")
	k.Disconnect("ann")
	desk.WaitFor("the record to go", func() bool { return memory.Len() == 0 })
	desk.Wait("#recovery", "new")
	expectNew(desk, "new")
}
