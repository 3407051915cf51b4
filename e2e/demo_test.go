package e2e_test

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
)

// build builds the demo with the race detector, once, and returns the folder that it is in. The detector's
// checks of pointers are not for SQLite, whose C became Go that computes with addresses: they end the process
// now and then (https://github.com/benbjohnson/litestream/issues/1014).
var build = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "sideband-e2e-"); err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-race", "-gcflags=modernc.org/...=-d=checkptr=0", "-o", dir, "github.com/sideband-go/sideband/cmd/demo").CombinedOutput()
	if err != nil {
		_ = os.RemoveAll(dir)
		return "", fmt.Errorf("the demo does not build: %w\n%s", err, out)
	}
	return dir, nil
})

// program is the demo as users run it. It starts when the first test asks for it.
type program struct {
	data    string // the name of its database; default "users.db"
	once    sync.Once
	err     error
	url     string
	cmd     *exec.Cmd
	logs    bytes.Buffer
	printed sync.WaitGroup
	ended   chan error
}

var demo program

// at returns the address of one of the demo's pages.
func (d *program) at(t *testing.T, path string) string {
	t.Helper()
	if d.once.Do(d.start); d.err != nil {
		t.Fatal(d.err)
	}
	return d.url + path
}

// through returns a network of the test's own between browsers and the demo.
func (d *program) through(t *testing.T) *cut.Proxy {
	t.Helper()
	p, err := cut.New(d.at(t, ""))
	check(t, err)
	t.Cleanup(p.Close)
	return p
}

var errNoURL = errors.New("which has no URL")

var printedURL = regexp.MustCompile(`http://\S+`)

func (d *program) start() {
	d.err = func() (err error) {
		dir, err := build()
		if err != nil {
			return err
		}
		cmd := exec.Command(filepath.Join(dir, "demo"), "-addr", "127.0.0.1:0", "-dev", "-secret", strings.Repeat("s", 32), "-data", filepath.Join(dir, cmp.Or(d.data, "users.db")))
		cmd.Stderr = &d.logs
		endWithParent(cmd)
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			return err
		}
		started := make(chan error)
		d.ended = make(chan error, 1)
		go func() {
			runtime.LockOSThread() // on Linux the demo ends with the thread that started it
			defer runtime.UnlockOSThread()
			err := cmd.Start()
			started <- err
			if err == nil {
				d.printed.Wait()
				d.ended <- cmd.Wait()
			}
		}()
		lines := bufio.NewReader(stdout)
		d.printed.Add(1)
		if err := <-started; err != nil {
			return err
		}
		d.cmd = cmd
		line, err := lines.ReadString('\n')
		go func() {
			defer d.printed.Done()
			_, _ = lines.WriteTo(&discard{}) // it ends with the demo
		}()
		if d.url = printedURL.FindString(line); d.url == "" {
			d.cmd = nil
			_ = cmd.Process.Kill()
			return fmt.Errorf("the demo printed %q: %w: %w\n%s", line, errors.Join(err, errNoURL), <-d.ended, d.logs.String())
		}
		return nil
	}()
}

type discard struct{}

func (*discard) Write(b []byte) (int, error) { return len(b), nil }

// end ends the demo, if it runs, and says what went wrong in it.
func (d *program) end() error {
	if d.cmd == nil {
		return nil
	}
	if err := d.cmd.Process.Signal(os.Interrupt); err != nil {
		return fmt.Errorf("the demo had ended before it was told to: %w", err)
	}
	err := <-d.ended
	logs := d.logs.String()
	for _, bad := range []string{"DATA RACE", "panic", "level=ERROR", "goroutine "} {
		if strings.Contains(logs, bad) {
			return errors.Join(fmt.Errorf("the demo logged %q:\n%s", bad, logs), err)
		}
	}
	if err != nil {
		return fmt.Errorf("the demo ended with %w:\n%s", err, logs)
	}
	return nil
}
