package measure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/report"
)

const (
	// held is the memory limit of the server whose pages are left, and holds the most that
	// their views may hold: a quarter for views that nobody watches, and a quarter of that for
	// those that never were.
	held  = "GOMEMLIMIT=256MiB"
	holds = 256 * 1024 / 16
)

// fairness measures how others fare: beside pages whose Mount is slow, and beside large
// pages that were opened and left.
func fairness(ctx context.Context, c Config, p programs) ([]report.Row, error) {
	alone, err := quickest(ctx, p.pages, 0)
	if err != nil {
		return nil, err
	}
	beside, err := quickest(ctx, p.pages, c.Slow)
	if err != nil {
		return nil, err
	}
	many := 5 * c.Tables
	left, err := c.left(ctx, p.pages, many)
	return []report.Row{
		{Measure: "a quick page, until it is there", Unit: report.Milliseconds, Ours: report.One(alone)},
		{Measure: fmt.Sprintf("a quick page beside %s, until it is there", plural(c.Slow, "slow one")), Unit: report.Milliseconds, Ours: report.One(beside), Goal: 500},
		{Measure: fmt.Sprintf("memory of %s of 1,000 rows that were left, %s", plural(many, "page"), held), Unit: report.Kibibytes, Ours: report.One(left), Goal: 3 * holds},
	}, err
}

// quickest is how long a page takes, in milliseconds, while so many others are asked for
// whose Mount takes half a second.
func quickest(ctx context.Context, p program, others int) (float64, error) {
	server, err := start(ctx, p)
	if err != nil {
		return 0, err
	}
	defer func() { _ = server.Stop() }() // it has done its work
	visit := func(path string) error {
		k, err := client.Visit(ctx, server.URL(), path)
		if err == nil {
			k.Close()
		}
		return err
	}
	if err := visit("/quick"); err != nil {
		return 0, err
	}
	var slow errgroup.Group
	for range others {
		k, err := client.Request(ctx, server.URL(), "/slow")
		if err != nil {
			return 0, errors.Join(err, slow.Wait())
		}
		slow.Go(func() error {
			defer k.Close()
			return k.Load()
		})
	}
	if _, err := settled(ctx, server); err != nil { // until all that were asked for wait
		return 0, errors.Join(err, slow.Wait())
	}
	var times []float64
	for range 5 {
		began := time.Now()
		if err := visit("/quick"); err != nil {
			return 0, errors.Join(err, slow.Wait())
		}
		times = append(times, milliseconds(time.Since(began)))
	}
	return median(times), slow.Wait()
}

// left is the memory, in KiB, that a server holds for large pages that were opened and never connected.
func (c Config) left(ctx context.Context, p program, n int) (float64, error) {
	server, err := start(ctx, p, frugal, held)
	if err != nil {
		return 0, err
	}
	defer func() { _ = server.Stop() }() // it has done its work
	leave := func(k *client.Client) error { k.Close(); return nil }
	if _, err := visit(ctx, server, "/parts", 1, leave); err != nil {
		return 0, err
	}
	return c.growth(ctx, server, func(int) string { return "/labels" }, n, leave)
}
