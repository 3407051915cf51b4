package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// demo runs the program until the test ends it.
type demo struct {
	url  string
	stop context.CancelFunc
	exit chan int
	logs *bytes.Buffer // to be read after the exit
}

func start(t *testing.T, args ...string) *demo {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	d := &demo{stop: stop, exit: make(chan int, 1), logs: &bytes.Buffer{}}
	out, stdout := io.Pipe()
	go func() {
		code := run(ctx, args, stdout, d.logs)
		stdout.Close()
		d.exit <- code
	}()
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil {
		stop()
		t.Fatalf("nothing was printed; the exit status is %d, the log:\n%s", <-d.exit, d.logs)
	}
	go func() { _, _ = lines.WriteTo(io.Discard) }() // it ends with the program
	text, url, _ := strings.Cut(strings.TrimSpace(line), "http://")
	if text != "The demo is at " {
		t.Errorf("printed %q", line)
	}
	d.url = "http://" + url
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
		{"-addr", ":0", "-dev"},
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

// A page that is open has a stream, which http.Server waits for.
func TestEndsInGoodOrderWhileAPageIsOpen(t *testing.T) {
	d := start(t, "-addr", "127.0.0.1:0")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	res, err := client.Get(d.url + "/counter")
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(res.Body)
	res.Body.Close()
	ticket := regexp.MustCompile(`Sideband-Ticket&#34;:&#34;([\w-]+)`).FindSubmatch(page)
	if err != nil || ticket == nil {
		t.Fatalf("no ticket (%v) in %s", err, page)
	}

	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.url+"/counter?sideband=stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sideband-Ticket", string(ticket[1]))
	stream, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	lines := bufio.NewReader(stream.Body)
	if line, err := lines.ReadString('\n'); line != "id: 0\n" {
		t.Fatalf("the stream begins with %q (%v)", line, err)
	}
	d.end(t)
	if rest, _ := io.ReadAll(lines); bytes.Contains(rest, []byte("refresh")) {
		t.Errorf("the page is told to reload from a server that has gone: %s", rest)
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
		{[]string{"-addr", "nonsense"}, 1, "nonsense"},
		{[]string{"-h"}, 0, "-addr"},
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
