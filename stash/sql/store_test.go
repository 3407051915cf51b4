package sqlstash_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
	_ "modernc.org/sqlite"

	"github.com/sideband-go/sideband/stash"
	sqlstash "github.com/sideband-go/sideband/stash/sql"
	"github.com/sideband-go/sideband/stash/stashtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// openSQLite opens a database as each process does.
func openSQLite(t testing.TB, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(20000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func open(t testing.TB, db *sql.DB, c sqlstash.Config) *sqlstash.Store {
	t.Helper()
	store, err := sqlstash.Open(t.Context(), db, c)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// advance lets time pass for the records of a table: its clock is the database's, so they are made older.
func advance(t *testing.T, db *sql.DB, table string, d time.Duration) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), "UPDATE "+table+" SET expires = expires - $1", d.Milliseconds()); err != nil {
		t.Fatal(err)
	}
}

// Case 362.
func TestStoreInSQLite(t *testing.T) {
	stashtest.Run(t, func(t *testing.T) stashtest.Backend {
		file := filepath.Join(t.TempDir(), "stash.db")
		clock := openSQLite(t, file)
		return stashtest.Backend{
			Open:    func(t *testing.T) stash.Store { return open(t, openSQLite(t, file), sqlstash.Config{}) },
			Advance: func(d time.Duration) { advance(t, clock, "sideband_stash", d) },
		}
	})
}

// Case 364: 10,000 records expire, and no call deletes many of them.
func TestRecordsExpireLittleByLittle(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "stash.db"))
	store, ctx := open(t, db, sqlstash.Config{Table: "expiring"}), t.Context()
	count := func() (n int) {
		t.Helper()
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM expiring").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10_000 {
		key := stashtest.Key("s", "i", fmt.Sprint(i))
		if _, err := tx.ExecContext(ctx, "INSERT INTO expiring VALUES ($1, $2, $3, 'f', 'x', $4)", key.Name, key.Session, key.Identity, time.Now().Add(-time.Minute).UnixMilli()); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	calls := 0
	for before := count(); before > 1; calls++ {
		if _, err := store.Take(ctx, stashtest.Key("s", "i", "5000"), stashtest.Fence("a"), time.Hour); !errors.Is(err, stash.ErrNotFound) {
			t.Fatal(err)
		}
		now := count()
		if d := before - now; d < 1 || d > 16 {
			t.Fatalf("a call has deleted %d records", d)
		}
		before = now
	}
	if calls < 625 || calls > 626 {
		t.Errorf("%d calls", calls)
	}
}

// Case 364: a database without room says so.
func TestAFullDatabase(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "stash.db"))
	db.SetMaxOpenConns(1)
	store, ctx := open(t, db, sqlstash.Config{}), t.Context()
	key, fence := stashtest.Key("s", "i", "n"), stashtest.Fence("a")
	if _, err := store.Take(ctx, key, fence, time.Hour); !errors.Is(err, stash.ErrNotFound) {
		t.Fatal(err)
	}
	if err := store.Put(ctx, key, fence, []byte("one"), time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(ctx, "PRAGMA max_page_count = 20"); err != nil {
		t.Fatal(err)
	}
	if err := store.Put(ctx, key, fence, make([]byte, 500<<10), time.Hour); !errors.Is(err, stash.ErrFull) {
		t.Errorf("Put into a full database: %v", err)
	}
	if data, err := store.Get(ctx, key); err != nil || string(data) != "one" {
		t.Errorf("Get: %q, %v", data, err)
	}
}

// A table's name is no way into the statements.
func TestNamesOfTables(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "stash.db"))
	for _, table := range []string{"a b", "a;", `"a"`, "a.b.c", "1a", "a-b", "é"} {
		if _, err := sqlstash.Open(t.Context(), db, sqlstash.Config{Table: table}); err == nil {
			t.Errorf("%q is taken", table)
		}
	}
	open(t, db, sqlstash.Config{Table: "main.A_1"})
	open(t, db, sqlstash.Config{Table: "main.A_1"})
}
