package e2e_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

// killable is a demo that a test ends and starts again, at one address and with one folder of data.
type killable struct {
	t       *testing.T
	address string
	data    string
	metrics string // address of the metrics
	cmd     *exec.Cmd

	mu   sync.Mutex
	logs bytes.Buffer
}

func newKillable(t *testing.T) *killable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	d := &killable{t: t, address: l.Addr().String(), data: filepath.Join(t.TempDir(), "users.db")}
	check(t, l.Close())
	t.Cleanup(func() { d.end(os.Kill) })
	d.start()
	return d
}

// Write takes a line of the log.
func (d *killable) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.logs.Write(b)
}

var metricsAddress = regexp.MustCompile(`Metrics are at (http://\S+)`)

func (d *killable) start() {
	d.t.Helper()
	dir, err := build()
	check(d.t, err)
	d.cmd = exec.Command(filepath.Join(dir, "demo"), "-addr", d.address, "-secret", strings.Repeat("s", 32), "-data", d.data, "-metrics", "127.0.0.1:0")
	d.cmd.Stderr = d
	stdout, err := d.cmd.StdoutPipe()
	check(d.t, err)
	check(d.t, d.cmd.Start())
	for r := bufio.NewReader(stdout); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			d.t.Fatalf("the demo printed %q: %v\n%s", line, err, d.log())
		}
		if m := metricsAddress.FindStringSubmatch(line); m != nil {
			d.metrics = strings.TrimSuffix(m[1], ",")
			return
		}
	}
}

func (d *killable) log() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.logs.String()
}

func (d *killable) end(signal os.Signal) {
	d.t.Helper()
	if d.cmd == nil {
		return
	}
	check(d.t, d.cmd.Process.Signal(signal))
	err := d.cmd.Wait()
	d.cmd = nil
	if signal == syscall.SIGTERM && err != nil {
		d.t.Errorf("the demo ended with %v\n%s", err, d.log())
	}
	for _, bad := range []string{"DATA RACE", "panic", "level=ERROR"} {
		if strings.Contains(d.log(), bad) {
			d.t.Errorf("the demo logged %q:\n%s", bad, d.log())
		}
	}
}

// restart ends the demo and starts it again.
func (d *killable) restart(signal os.Signal) {
	d.t.Helper()
	d.end(signal)
	d.start()
}

// stored makes a change, and waits until it is stored: the demo writes behind its pages, some time after they show what
// has changed. Each change of durable keys between two restarts is made by it, or one could be taken for the next.
func (d *killable) stored(change func()) {
	d.t.Helper()
	before := d.writes()
	change()
	until(d.t, "the change is stored", func() bool { return d.writes() > before && d.metric("sideband_stash_pending") == 0 })
}

func (d *killable) writes() int { return d.metric("sideband_stash_writes_total") }

// metric returns the value of a metric, of all kits of the demo.
func (d *killable) metric(name string) int {
	d.t.Helper()
	res, err := http.Get(d.metrics)
	check(d.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	check(d.t, err)
	all := regexp.MustCompile(`(?m)^`+name+`\{[^}]*\} (\d+)$`).FindAllSubmatch(body, -1)
	if all == nil {
		d.t.Fatalf("there is no metric %s in\n%s", name, body)
	}
	sum := 0
	for _, m := range all {
		n, err := strconv.Atoi(string(m[1]))
		check(d.t, err)
		sum += n
	}
	return sum
}

// Cases 300 and 301.
func TestACheckoutSurvivesTheDemo(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]os.Signal{"SIGTERM": syscall.SIGTERM, "SIGKILL": os.Kill} {
		t.Run(name, func(t *testing.T) {
			d := newKillable(t)
			p := browser.Open(t, "http://"+d.address+"/checkout")
			p.AllowErrors(lost...)
			live(t, p)
			stay(p)
			click := func(button, selector, text string) {
				t.Helper()
				d.stored(func() {
					p.Click(button)
					p.WaitText(selector, text)
				})
			}
			click("#add-tea", "#total", "Total: 4.50 €")
			click("#add-tea", "#total", "Total: 9.00 €")
			click("#next", "#title", "Step 2 of 3")
			d.stored(func() {
				p.Fill("#to-city", "Reykjavík")
				p.Press("Tab")
			})
			d.restart(signal)
			live(t, p)
			works := func() {
				t.Helper()
				p.WaitText("#title", "Step 2 of 3")
				p.WaitFor(`document.getElementById("to-city").value === "Reykjavík"`)
				click("#back", "#total", "Total: 9.00 €")
				click("#next", "#title", "Step 2 of 3")
			}
			works()
			stayed(t, p)
			p.Reload()
			live(t, p)
			works()
			p.Goto("http://" + d.address + "/components")
			live(t, p)
			click("#colour-red", "#display", "Red")
			d.restart(signal)
			live(t, p)
			p.WaitText("#display", "Red")
			p.Goto("http://" + d.address + "/checkout")
			works()
		})
	}
}
