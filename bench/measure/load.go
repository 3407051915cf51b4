package measure

import (
	"context"
	"math"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/process"
	"github.com/sideband-go/sideband/bench/report"
)

// atOnce is how many pages are opened at a time.
const atOnce = 16

// each does the same with each page, with some of them at a time.
func each(clients []*client.Client, do func(i int) error) error {
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i := range clients {
		g.Go(func() error { return do(i) })
	}
	return g.Wait()
}

// visit opens n pages; then is what they do next.
func visit(ctx context.Context, server *process.Process, path string, n int, then func(*client.Client) error) ([]*client.Client, error) {
	return visitEach(ctx, server, func(int) string { return path }, n, then)
}

// visitEach is visit of pages with paths of their own.
func visitEach(ctx context.Context, server *process.Process, path func(i int) string, n int, then func(*client.Client) error) ([]*client.Client, error) {
	clients := make([]*client.Client, n)
	err := each(clients, func(i int) (err error) {
		if clients[i], err = client.Visit(ctx, server.URL(), path(i)); err == nil {
			err = then(clients[i])
		}
		return err
	})
	if err == nil {
		_, err = settled(ctx, server)
	}
	if err != nil {
		closeAll(clients)
		return nil, err
	}
	return clients, nil
}

// open opens n pages with their streams, and waits until the server has taken note of them:
// it does so just after it has given the first id.
func open(ctx context.Context, server *process.Process, path string, n int) ([]*client.Client, error) {
	return visit(ctx, server, path, n, (*client.Client).Connect)
}

func closeAll(clients []*client.Client) {
	for _, c := range clients {
		if c != nil {
			c.Close()
		}
	}
}

// act is what a client does again and again.
type act func(ctx context.Context, c *client.Client) (client.Message, error)

// increment does the event of the counter's button.
func increment(ctx context.Context, c *client.Client) (m client.Message, err error) {
	event, err := c.Page().Find(incrementButton)
	if err != nil {
		return m, err
	}
	return c.Do(ctx, event)
}

// incrementButton is the name of the counter's button, in the demo and the floor.
const incrementButton = "Increment"

// load lets each client act again and again, each as soon as its last message has come, and returns the sizes
// of the messages.
func load(ctx context.Context, clients []*client.Client, a act, times int) (report.Range, error) {
	sizes := make([]report.Range, len(clients))
	var g errgroup.Group
	for i, c := range clients {
		g.Go(func() error {
			for range times {
				m, err := a(ctx, c)
				if err != nil {
					return err
				}
				sizes[i] = widen(sizes[i], report.One(float64(m.Size)))
			}
			return nil
		})
	}
	err := g.Wait()
	var all report.Range
	for _, s := range sizes {
		all = widen(all, s)
	}
	return all, err
}

// widen is the range that holds both; an empty one holds nothing.
func widen(a, b report.Range) report.Range {
	switch {
	case a == report.Range{}:
		return b
	case b == report.Range{}:
		return a
	}
	return report.Range{Low: math.Min(a.Low, b.Low), High: math.Max(a.High, b.High)}
}

const (
	calm      = 2 * time.Millisecond   // how long a server that has nothing to do shows it
	nothing   = 20 * time.Microsecond  // what such a server may use in that time
	neverCalm = 200 * time.Millisecond // after which it is taken as it is
)

// settled waits until the server has done what was asked of it, which may be a little
// after the client has its answer, and returns the CPU time that it has used so far.
func settled(ctx context.Context, server *process.Process) (time.Duration, error) {
	last, err := server.CPU()
	for until := time.Now().Add(neverCalm); err == nil && time.Now().Before(until) && ctx.Err() == nil; {
		time.Sleep(calm)
		var now time.Duration
		if now, err = server.CPU(); now-last < nothing {
			return now, err
		}
		last = now
	}
	return last, err
}

// cost is the CPU time that do takes the server.
func cost(ctx context.Context, server *process.Process, do func() error) (time.Duration, error) {
	before, err := settled(ctx, server)
	if err != nil {
		return 0, err
	}
	if err := do(); err != nil {
		return 0, err
	}
	after, err := settled(ctx, server)
	return after - before, err
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
