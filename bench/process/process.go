// Package process builds and runs the servers that are measured, as processes of their
// own, and reads what they use.
package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/sideband-go/sideband/bench/probe"
)

// Process is a running server. Make one with [Start]. Its methods may be called from any
// goroutine.
type Process struct {
	url    string
	socket string // of the probe
	pid    int
	kill   func() error
	cancel context.CancelFunc
	done   chan struct{} // closed when it has ended
	err    error         // set before done is closed
	output tail
}

// grace is how long a server may take to end after it was asked to: more than the demo
// takes at most.
const grace = 15 * time.Second

var address = regexp.MustCompile(`http://[^\s"]+`)

// Start runs a program that prints its URL, and waits until it has. env is added to the
// environment. The program ends with ctx, with [Process.Stop], and on Linux with this
// process, however that ends.
func Start(ctx context.Context, env []string, program string, args ...string) (*Process, error) {
	socket, err := newSocket()
	if err != nil {
		return nil, fmt.Errorf("process: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	p := &Process{socket: socket, cancel: cancel, done: make(chan struct{})}
	found := make(chan string, 1)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(append(os.Environ(), probe.Socket+"="+socket), env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = grace
	endWithParent(cmd)

	started := make(chan error, 1)
	go p.run(cmd, started, found)
	if err := <-started; err != nil {
		cancel()
		return nil, fmt.Errorf("process: %w", err)
	}
	p.pid, p.kill = cmd.Process.Pid, cmd.Process.Kill
	select {
	case p.url = <-found:
		return p, nil
	case <-p.done:
		cancel()
		return nil, fmt.Errorf("process: %s ended before it printed a URL: %w\n%s", program, errors.Join(p.err, ctx.Err()), p.output.String())
	}
}

// run starts the program and stays until it has ended. It keeps its thread for so long,
// because a program that is to end with its parent ends with the thread that started it.
func (p *Process) run(cmd *exec.Cmd, started chan<- error, found chan<- string) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.done)
	defer func() { _ = os.Remove(p.socket) }() // a program without a probe has made none
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		started <- err
		return
	}
	started <- nil
	read := make(chan struct{})
	go func() {
		defer close(read)
		p.read(r, found)
	}()
	p.err = cmd.Wait()
	_ = w.Close() // of a pipe in memory
	<-read
}

// read passes on the first URL that is printed and keeps the end of the rest.
func (p *Process) read(r *io.PipeReader, found chan<- string) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		p.output.add(lines.Text())
		if u := address.FindString(lines.Text()); u != "" && found != nil {
			found <- strings.TrimRight(u, "/.")
			found = nil
		}
	}
	r.CloseWithError(lines.Err())
}

// URL is where the server listens, without a slash at the end.
func (p *Process) URL() string { return p.url }

// Done is closed when the server has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Stop asks the server to end and waits until it has; one that does not is killed. It
// returns what went wrong with the server, and the same again when called again.
func (p *Process) Stop() error {
	p.cancel()
	<-p.done
	exit, failed := errors.AsType[*exec.ExitError](p.err)
	switch {
	case failed && exit.ExitCode() < 0: // by a signal: it was not waited for to end by itself
		return nil
	case p.err == nil, errors.Is(p.err, context.Canceled), errors.Is(p.err, context.DeadlineExceeded):
		return nil
	}
	return fmt.Errorf("process: %w\n%s", p.err, p.output.String())
}

// Kill ends the server without asking it, and waits until it has ended.
func (p *Process) Kill() {
	_ = p.kill() // it may have ended by itself
	<-p.done
	p.cancel()
}

// tail is the end of what a server has printed.
type tail struct {
	mu    sync.Mutex
	lines []string
}

func (t *tail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lines = append(t.lines, line); len(t.lines) > 20 {
		t.lines = t.lines[1:]
	}
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "\n")
}
