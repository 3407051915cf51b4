package measure

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sideband-go/sideband/bench/process"
)

// program is a server to be run.
type program struct {
	file    string
	args    []string
	env     []string
	profile string // the file for a profile of its CPU while it is under load; "" for none
}

// programs are the servers: the demo, the bare server, and one with pages of the benchmark's
// own.
type programs struct{ demo, floor, pages program }

// build compiles the servers of a checkout. The floor is always that of here, without flags.
func (c Config) build(ctx context.Context, dir, checkout string, flags ...string) (p programs, err error) {
	// Every demo has the same secret, so that pages come back to the next one.
	secret := []string{"-secret", rand.Text() + rand.Text()}
	for _, b := range []struct {
		to       *program
		checkout string
		pkg      string
		args     []string
		flags    []string
	}{{&p.demo, checkout, demo, secret, flags}, {&p.pages, checkout, pages, secret, flags}, {&p.floor, "", "bench/floor", nil, nil}} {
		b.to.args = b.args
		if b.to.file, err = c.compile(ctx, dir, b.checkout, b.pkg, b.flags); err != nil {
			return p, err
		}
	}
	return p, nil
}

// The folders of two of the programs.
const (
	demo  = "cmd/demo"
	pages = "bench/pages"
)

// compile builds one program, in a folder of its own: in dir, or where programs stay.
func (c Config) compile(ctx context.Context, dir, checkout, pkg string, flags []string) (string, error) {
	c.say("building %s", strings.Join(append([]string{filepath.Join(checkout, pkg)}, flags...), " "))
	own, err := c.own(dir, checkout, pkg, flags)
	if err != nil {
		return "", err
	}
	return process.Build(ctx, own, process.Source{Checkout: checkout, Package: pkg, Flags: flags})
}

func (c Config) own(dir, checkout, pkg string, flags []string) (string, error) {
	if c.Programs == "" {
		return os.MkdirTemp(dir, "")
	}
	if checkout == "" {
		checkout = "here"
	}
	source := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", checkout, pkg, flags))
	own := filepath.Join(c.Programs, hex.EncodeToString(source[:8]))
	return own, os.MkdirAll(own, 0o700)
}

// start runs a server on a port that is free.
func start(ctx context.Context, p program, env ...string) (*process.Process, error) {
	return startAt(ctx, p, "127.0.0.1:0", env...)
}

// startAt runs a server where another was.
func startAt(ctx context.Context, p program, address string, env ...string) (*process.Process, error) {
	return process.Start(ctx, append(slices.Clip(p.env), env...), p.file, append([]string{"-addr", address}, p.args...)...)
}

func address(p *process.Process) string { return strings.TrimPrefix(p.URL(), "http://") }

// kill ends a server at once and starts another in its place.
func kill(ctx context.Context, old *process.Process, p program) (*process.Process, error) {
	old.Kill()
	return startAt(ctx, p, address(old))
}

// handOver asks a server to end and starts another in its place as soon as it lets go of
// the port, while its pages are still open.
func handOver(ctx context.Context, old *process.Process, p program) (*process.Process, error) {
	ended := make(chan error, 1)
	go func() { ended <- old.Stop() }()
	server, err := startAt(ctx, p, address(old))
	for until := time.Now().Add(patience); err != nil && time.Now().Before(until) && ctx.Err() == nil; {
		time.Sleep(calm)
		server, err = startAt(ctx, p, address(old))
	}
	if e := <-ended; err == nil && e != nil {
		server.Kill()
		return nil, e
	}
	return server, err
}

// patience is how long a port may be taken.
const patience = 10 * time.Second
