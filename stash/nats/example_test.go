package natsstash_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash/internal/shop"
	natsstash "github.com/sideband-go/sideband/stash/nats"
)

// A page's durable keys are there after a restart, here in another kit.
func Example() {
	said := faketest.Run(func(t testing.TB) {
		folder, err := os.MkdirTemp("", "natsstash")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(folder) })
		nc, err := nats.Connect("", nats.InProcessServer(startServer(t, folder)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(nc.Close)
		js, err := jetstream.New(nc)
		if err != nil {
			t.Fatal(err)
		}
		store, err := natsstash.Open(t.Context(), js, natsstash.Config{Replicas: 1})
		if err != nil {
			t.Fatal(err)
		}

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
