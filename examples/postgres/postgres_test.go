package main

import (
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/livetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// programs returns the folder of PostgreSQL's programs, "" if they are not installed.
func programs() string {
	if list, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb"); len(list) > 0 {
		return filepath.Dir(list[len(list)-1])
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	return ""
}

// server starts a PostgreSQL of the test's own, at a socket in a folder, and returns where it is.
func server(t *testing.T) string {
	t.Helper()
	bin := programs()
	if bin == "" {
		t.Skip("PostgreSQL is not installed")
	}
	dir, err := os.MkdirTemp("", "orders") // its path is short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(context.Background(), filepath.Join(bin, name), args...)
		cmd.Dir, cmd.SysProcAttr = dir, notRoot(t, dir)
		return cmd
	}
	data := filepath.Join(dir, "data")
	if out, err := command("initdb", "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	cmd := command("postgres", "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // it ends the connections
		_ = cmd.Wait()
	})
	address := "host=" + dir + " user=test dbname=postgres"
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := pgx.Connect(t.Context(), address)
		if err == nil {
			_ = conn.Close(t.Context())
			return address
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// notRoot is for a process that refuses to be root's.
func notRoot(t *testing.T, dir string) *syscall.SysProcAttr {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.ParseUint(account.Uid, 10, 32)
	gid, _ := strconv.ParseUint(account.Gid, 10, 32)
	if err := os.Chown(dir, int(uid), int(gid)); err != nil {
		t.Fatal(err)
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

// What anybody changes in the database is in all open pages, also after the connection that listens was lost.
func TestPagesFollowTheDatabase(t *testing.T) {
	database := server(t)
	a, err := start(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := a.close(ctx); err != nil {
			t.Error(err)
		}
	})
	site := livetest.Serve(t, a.routes())
	first, second := site.Open("/"), site.Open("/")
	first.Expect("#count", "0 orders, page 1 of 1")

	other, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close(context.Background()) })
	do := func(statement string, args ...any) {
		t.Helper()
		if _, err := other.Exec(t.Context(), statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	do(`INSERT INTO orders (what) SELECT 'kettle ' || n FROM generate_series(1, 12) n`)
	for _, p := range []*livetest.Page{first, second} {
		p.Wait("#count", "12 orders, page 1 of 2")
		p.Wait("#order-12", "kettle 12 Send")
	}
	first.Button("Send kettle 12").Click()
	second.Wait("#order-12", "kettle 12 (sent)")
	second.Button("Next").Click()
	second.Wait("#order-1", "kettle 1 Send")

	// A transaction that is rolled back is not heard; one that is committed is, all of it.
	do(`BEGIN`)
	do(`DELETE FROM orders`)
	do(`ROLLBACK`)
	do(`BEGIN`)
	do(`UPDATE orders SET what = 'mug' WHERE id = 1`)
	do(`DELETE FROM orders WHERE id = 12`)
	do(`COMMIT`)
	second.Wait("#order-1", "mug Send")
	first.Wait("#count", "11 orders, page 1 of 2")

	// The connection that listens breaks, and something changes before there is another one.
	do(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'`)
	do(`UPDATE orders SET what = 'missed' WHERE id = 11`)
	first.Wait("#order-11", "missed Send")
}
