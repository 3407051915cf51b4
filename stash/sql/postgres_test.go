package sqlstash_test

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/sideband-go/sideband/stash"
	sqlstash "github.com/sideband-go/sideband/stash/sql"
	"github.com/sideband-go/sideband/stash/stashtest"
)

// postgres returns the folder of PostgreSQL's programs, or "".
func postgres() string {
	if list, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb"); len(list) > 0 {
		return filepath.Dir(list[len(list)-1])
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	return ""
}

// startPostgres starts a server of the test's own, at a socket in a folder, and returns how to reach it.
func startPostgres(t *testing.T, bin string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sqlstash") // with a short path, since a socket is in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	attributes := asOther(t, dir)
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(context.Background(), filepath.Join(bin, name), args...)
		cmd.Dir, cmd.SysProcAttr = dir, attributes
		return cmd
	}
	data := filepath.Join(dir, "data")
	if out, err := command("initdb", "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	server := command("postgres", "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt) // ends connections
		_ = server.Wait()
	})
	return "host=" + dir + " user=test dbname=postgres"
}

// asOther returns what a process needs that must not be root's.
func asOther(t *testing.T, dir string) *syscall.SysProcAttr {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.Atoi(account.Uid)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.Atoi(account.Gid)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

func openPostgres(t *testing.T, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for end := time.Now().Add(30 * time.Second); db.PingContext(t.Context()) != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("PostgreSQL does not answer: %v", db.PingContext(t.Context()))
		}
	}
	return db
}

// Case 362: PostgreSQL, where it is installed.
func TestStoreInPostgreSQL(t *testing.T) {
	bin := postgres()
	if bin == "" {
		t.Log("not run: there is no PostgreSQL")
		return
	}
	address := startPostgres(t, bin)
	config := sqlstash.Config{Dialect: sqlstash.PostgreSQL, Table: "app.stash"}
	stashtest.Run(t, func(t *testing.T) stashtest.Backend {
		db := openPostgres(t, address)
		for _, statement := range []string{"DROP SCHEMA IF EXISTS app CASCADE", "CREATE SCHEMA app"} {
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		return stashtest.Backend{
			Open:    func(t *testing.T) stash.Store { return open(t, openPostgres(t, address), config) },
			Advance: func(d time.Duration) { advance(t, db, "app.stash", d) },
		}
	})

	// Processes that start at once create the table once.
	db := openPostgres(t, address)
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			if _, err := sqlstash.Open(t.Context(), db, sqlstash.Config{Dialect: sqlstash.PostgreSQL}); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
}
