package measure

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/sideband-go/sideband/bench/process"
)

// module is where the programs are.
const module = "github.com/sideband-go/sideband"

// program is a server to be run.
type program struct {
	file string
	args []string
}

// programs are the servers: the demo, the bare server, and one with pages of the benchmark's
// own.
type programs struct{ demo, floor, pages program }

func (c Config) build(ctx context.Context, dir string) (p programs, err error) {
	// Every demo has the same secret, so that pages come back to the next one.
	secret := []string{"-secret", rand.Text() + rand.Text()}
	for _, b := range []struct {
		to   *program
		pkg  string
		args []string
	}{{&p.demo, "/cmd/demo", secret}, {&p.floor, "/bench/floor", nil}, {&p.pages, "/bench/pages", secret}} {
		c.say("building .%s", b.pkg)
		b.to.args = b.args
		if b.to.file, err = process.Build(ctx, dir, module+b.pkg); err != nil {
			return p, err
		}
	}
	return p, nil
}

// start runs a server on a port that is free.
func start(ctx context.Context, p program, env ...string) (*process.Process, error) {
	return startAt(ctx, p, "127.0.0.1:0", env...)
}

// startAt runs a server where another was.
func startAt(ctx context.Context, p program, address string, env ...string) (*process.Process, error) {
	return process.Start(ctx, env, p.file, append([]string{"-addr", address}, p.args...)...)
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
