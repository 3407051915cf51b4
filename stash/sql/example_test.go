package sqlstash_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"log/slog"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash/internal/shop"
	sqlstash "github.com/sideband-go/sideband/stash/sql"
)

// A page's durable keys are there after a restart, here in another kit.
func Example() {
	said := faketest.Run(func(t testing.TB) {
		db, err := sql.Open("sqlite", "file:example?mode=memory&cache=shared&_pragma=busy_timeout(5000)")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		db.SetMaxOpenConns(1) // the database is in memory
		store, err := sqlstash.Open(t.Context(), db, sqlstash.Config{Dialect: sqlstash.SQLite})
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
