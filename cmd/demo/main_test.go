package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(isolated{m}) }

// isolated runs tests with a cache folder of their own.
type isolated struct{ m *testing.M }

func (i isolated) Run() int {
	dir, err := os.MkdirTemp("", "sideband-demo-")
	if err != nil {
		panic(err)
	}
	cacheIn(os.Setenv, dir)
	code := i.m.Run()
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
	return code
}

// cacheIn makes dir the place of the user's cache folder, whatever the system.
func cacheIn(setenv func(key, value string) error, dir string) {
	for _, key := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		if err := setenv(key, dir); err != nil {
			panic(err)
		}
	}
}

// demo runs the program until the test ends it.
type demo struct {
	url  string
	stop context.CancelFunc
	exit chan int
	said *bytes.Buffer // after the first line; to be read after the exit
	logs *bytes.Buffer // to be read after the exit
}

func start(t *testing.T, args ...string) *demo {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	d := &demo{stop: stop, exit: make(chan int, 1), said: &bytes.Buffer{}, logs: &bytes.Buffer{}}
	out, stdout := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, args, stdout, d.logs)
		stdout.Close()
		ended <- code
	}()
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil {
		stop()
		t.Fatalf("nothing was printed; the exit status is %d, the log:\n%s", <-ended, d.logs)
	}
	go func() {
		_, _ = d.said.ReadFrom(lines) // it ends with the program
		d.exit <- <-ended
	}()
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "The demo is at ")
	if !ok {
		t.Errorf("printed %q", line)
	}
	d.url = url
	return d
}

// end ends the program as a signal does.
func (d *demo) end(t *testing.T) {
	t.Helper()
	d.stop()
	if code := <-d.exit; code != 0 {
		t.Errorf("the exit status is %d, the log:\n%s", code, d.logs)
	}
}

func TestServesAtTheAddressThatItPrints(t *testing.T) {
	for _, args := range [][]string{
		{"-addr", "127.0.0.1:0"},
		{"-addr", ":0", "-dev", "-metrics", "127.0.0.1:0", "-traces"},
		{"-addr", "127.0.0.1:0", "-secret", strings.Repeat("s", 32)},
	} {
		d := start(t, args...)
		res, err := http.Get(d.url + "/counter")
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK || !bytes.Contains(page, []byte(`<h1 id="count">Count: 0</h1>`)) {
			t.Errorf("%s: %v %v", args, res.Status, err)
		}
		http.DefaultClient.CloseIdleConnections()
		d.end(t)
	}
}

func TestWrongUse(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-secret", "far too short"}, 2, "-secret has 13 bytes: give at least 32"},
		{[]string{"-secret="}, 2, "-secret has 0 bytes"},
		{[]string{"-port", "80"}, 2, "flag provided but not defined: -port"},
		{[]string{"8080"}, 2, `unexpected argument "8080"`},
		{[]string{"-cert", "cert.pem"}, 2, "-cert and -key go together"},
		{[]string{"-cert", "nowhere.pem", "-key", "nowhere.key"}, 1, "nowhere.pem"},
		{[]string{"-addr", "nonsense"}, 1, "nonsense"},
		{[]string{"-data", filepath.Join("no", "folder", "users.db")}, 1, "demo: the database of users: "},
		{[]string{"-h"}, 0, "-addr"},
		{[]string{"-h"}, 0, "sideband-demo/secret in your cache folder"},
	} {
		var out, log bytes.Buffer
		code := run(t.Context(), c.args, &out, &log)
		if code != c.code || !strings.Contains(log.String(), c.says) || out.Len() > 0 {
			t.Errorf("%q: exit status %d, output %q, log %q; want %d and %q", c.args, code, &out, &log, c.code, c.says)
		}
		if strings.Contains(log.String(), "far too short") {
			t.Errorf("the secret was logged: %q", &log)
		}
	}
}

func TestAnAddressInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var out, log bytes.Buffer
	if code := run(t.Context(), []string{"-addr", l.Addr().String()}, &out, &log); code != 1 || out.Len() > 0 {
		t.Errorf("exit status %d, output %q", code, &out)
	}
	if want := "demo: listen tcp " + l.Addr().String(); !strings.Contains(log.String(), want) {
		t.Errorf("the log is %q, want %q in it", &log, want)
	}
}
