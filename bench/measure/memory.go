package measure

import (
	"context"
	"time"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/process"
	"github.com/sideband-go/sideband/bench/report"
)

// frugal makes the garbage collector of a server run whenever a tenth of its memory is
// garbage, instead of half: what it has is then what it needs.
const frugal = "GOGC=10"

// perPage is the memory, in KiB, that a server needs for each of n pages; then is what
// they do once they are there.
func (c Config) perPage(ctx context.Context, p program, path string, n int, then func(*client.Client) error) (float64, error) {
	return c.perPageOf(ctx, p, func(int) string { return path }, n, then)
}

// perPageOf is perPage of pages with paths of their own.
func (c Config) perPageOf(ctx context.Context, p program, path func(i int) string, n int, then func(*client.Client) error) (float64, error) {
	server, err := start(ctx, p, frugal)
	if err != nil {
		return 0, err
	}
	defer func() { _ = server.Stop() }() // it has done its work

	first, err := visitEach(ctx, server, path, min(n, atOnce), then) // so that what all pages share is there
	defer closeAll(first)
	if err != nil {
		return 0, err
	}
	grown, err := c.growth(ctx, server, path, n, then)
	return grown / float64(n), err
}

// growth is the memory, in KiB, that a server has more with n pages than before.
func (c Config) growth(ctx context.Context, server *process.Process, path func(i int) string, n int, then func(*client.Client) error) (float64, error) {
	before, err := c.collected(ctx, server)
	if err != nil {
		return 0, err
	}
	clients, err := visitEach(ctx, server, path, n, then)
	defer closeAll(clients)
	if err != nil {
		return 0, err
	}
	after, err := c.collected(ctx, server)
	return kibibytes(after - before), err
}

// collected is the memory of a server once it has collected its garbage. It is brought to
// that by requests for a page that it does not have, which leave nothing else.
func (c Config) collected(ctx context.Context, server *process.Process) (int64, error) {
	if err := client.Ask(ctx, server.URL(), "/nothing-here", c.Requests); err != nil {
		return 0, err
	}
	// What was collected goes back to the system little by little.
	const steady = 5
	least, err := server.Memory()
	for unchanged := 0; err == nil && unchanged < steady && ctx.Err() == nil; unchanged++ {
		time.Sleep(100 * time.Millisecond)
		var now int64
		if now, err = server.Memory(); now < least {
			least, unchanged = now, 0
		}
	}
	return least, err
}

// memory measures what an open page costs that does nothing.
func memory(ctx context.Context, c Config, p programs) ([]report.Row, error) {
	var ours, floor float64
	err := c.inTurn(
		func() (err error) {
			ours, err = c.perPage(ctx, p.demo, "/counter", c.Idle, (*client.Client).Connect)
			return err
		},
		func() (err error) {
			floor, err = c.perPage(ctx, p.floor, "/", c.Idle, (*client.Client).Connect)
			return err
		},
	)
	if err != nil {
		return nil, err
	}
	hidden, err := c.perPage(ctx, p.demo, "/counter", c.Idle, func(page *client.Client) error {
		defer page.Hide()
		return page.Connect()
	})
	if err != nil {
		return nil, err
	}
	table, err := c.perPage(ctx, p.demo, "/table", c.Tables, func(page *client.Client) error {
		defer page.Rest()
		return create(ctx, page)
	})
	return []report.Row{
		{
			Measure: "memory per idle connected counter", Unit: report.Kibibytes,
			Ours: report.One(ours), Floor: report.One(floor), Ratio: ours / floor, GoalRatio: 1.4,
		},
		{Measure: "memory per hidden counter", Unit: report.Kibibytes, Ours: report.One(hidden)},
		{Measure: "memory per view that shows 1,000 rows", Unit: report.Kibibytes, Ours: report.One(table), Goal: 190},
	}, err
}

// create opens the stream and fills the table.
func create(ctx context.Context, page *client.Client) error {
	if err := page.Connect(); err != nil {
		return err
	}
	rows, err := page.Page().Find(createRows)
	if err == nil {
		_, err = page.Do(ctx, rows)
	}
	return err
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return report.Thousands(int64(n)) + " " + what + "s"
}
