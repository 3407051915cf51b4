package redisstash_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash/internal/shop"
	redisstash "github.com/sideband-go/sideband/stash/redis"
)

// A page's durable keys are there after a restart, here in another kit.
func Example() {
	said := faketest.Run(func(t testing.TB) {
		server, err := miniredis.Run()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Close)
		client := redis.NewClient(&redis.Options{Addr: server.Addr(), ContextTimeoutEnabled: true})
		t.Cleanup(func() { _ = client.Close() })
		store := &redisstash.Store{Client: client}

		process := func() *handlers.Kit {
			return handlers.New(handlers.Config{
				Security: handlers.Security{Secrets: [][]byte{bytes.Repeat([]byte{7}, 32)}}, // all processes have the same
				Stash:    handlers.Stash{Store: store},
				Logger:   slog.New(slog.DiscardHandler),
			})
		}
		page := livetest.Open(t, shop.Site(process()), "/")
		page.Button("Next").Click()
		page.AwaitSaved()
		page.Site().Restart(shop.Site(process()))
		fmt.Println(page.Find("#step").Text())
		page.Reload()
		fmt.Println(page.Find("#step").Text())
	})
	fmt.Print(said)
	// Output:
	// Step 2
	// Step 2
}
