// Package engines_test drives the demo's main pages in other browsers than Chromium, Firefox and WebKitGTK, if asked to:
// `make browsers` installs both, and asks.
package engines_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/engines"
)

var folder string // of the demo

func TestMain(m *testing.M) {
	os.Exit(func() int {
		if os.Getenv("BROWSERS") == "" {
			return 0
		}
		var err error
		if folder, err = os.MkdirTemp("", "sideband-engines-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(folder) }()
		if out, err := exec.Command("go", "build", "-o", folder, "github.com/sideband-go/sideband/cmd/demo").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "the demo does not build: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// each runs a journey in each engine.
func each(t *testing.T, journey func(t *testing.T, b engines.Browser)) {
	for _, e := range []struct {
		name  string
		start func(context.Context) (engines.Browser, error)
	}{{"Firefox", engines.Firefox}, {"WebKit", engines.WebKit}} {
		t.Run(e.name, func(t *testing.T) {
			b, err := e.start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := b.Close(); err != nil {
					t.Error(err)
				}
			}()
			journey(t, b)
		})
	}
}

// demo is the demo as users run it.
type demo struct {
	t    *testing.T
	data string
	URL  string
	cmd  *exec.Cmd
	logs bytes.Buffer
}

var printedURL = regexp.MustCompile(`http://(\S+)`)

// run starts the demo. It ends with the test.
func run(t *testing.T) *demo {
	d := &demo{t: t, data: filepath.Join(t.TempDir(), "demo.db")}
	d.start("127.0.0.1:0")
	t.Cleanup(func() {
		d.end(os.Interrupt)
		if logs := d.logs.String(); strings.Contains(logs, "level=ERROR") || strings.Contains(logs, "panic") {
			t.Errorf("the demo logged:\n%s", logs)
		}
	})
	return d
}

func (d *demo) start(address string) {
	d.t.Helper()
	d.cmd = exec.Command(filepath.Join(folder, "demo"), "-addr", address, "-dev", "-secret", strings.Repeat("s", 32), "-data", d.data)
	d.cmd.Stderr = &d.logs
	stdout, err := d.cmd.StdoutPipe()
	if err == nil {
		err = d.cmd.Start()
	}
	if err != nil {
		d.t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if d.URL = strings.TrimSuffix(printedURL.FindString(line), "/"); d.URL == "" {
		d.t.Fatalf("the demo printed %q: %v\n%s", line, err, d.logs.String())
	}
	go func() { _, _ = bufio.NewReader(stdout).WriteTo(&discard{}) }() // it ends with the demo
}

type discard struct{}

func (*discard) Write(b []byte) (int, error) { return len(b), nil }

func (d *demo) end(by os.Signal) {
	_ = d.cmd.Process.Signal(by) // it may have ended
	_ = d.cmd.Wait()             // by a signal
}

// restart ends the demo by a signal and starts it again at the same address.
func (d *demo) restart(by syscall.Signal) {
	d.t.Helper()
	d.end(by)
	address := strings.TrimPrefix(d.URL, "http://")
	for range 100 {
		if l, err := listen(address); err == nil { // a connection of the browser may have got the port
			_ = l.Close()
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	d.start(address)
}

// open opens a page of the demo and waits until it is live.
func (d *demo) open(b engines.Browser, path string) *engines.Tab {
	d.t.Helper()
	p := engines.Open(d.t, b, d.URL+path)
	p.AllowErrors(leaving...)
	p.WaitLive(connected)
	p.Eval("(window.stayed = true, null)", nil)
	return p
}

// leaving are errors that htmx logs in Firefox when a page is left, or its server goes away, with an open connection.
var leaving = []string{"htmx:sse:error", "error in input stream"}

// connected is true once htmx reads the page's connection.
const connected = `document.getElementById("sb-stream")?._htmx?.sse?.reader`

// stayed checks that the page was never loaded again.
func stayed(t *testing.T, p *engines.Tab) {
	t.Helper()
	is := false
	if p.Eval("window.stayed === true", &is); !is {
		t.Error("the page was loaded again")
	}
}
