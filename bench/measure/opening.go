package measure

import (
	"context"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/process"
	"github.com/sideband-go/sideband/bench/report"
)

// opened is what the beginnings of a page cost, in milliseconds of CPU.
type opened struct {
	page    float64 // its HTML, for a browser that comes for the first time
	stream  float64 // its first stream
	again   float64 // a stream after the first, to a view that the server still has
	mounted float64 // the same to one that the server no longer has
}

// open measures them with n pages. The floor has nothing to remount.
func (o *opened) open(ctx context.Context, p program, path string, n int, mounts bool) error {
	server, err := start(ctx, p)
	if err != nil {
		return err
	}
	defer func() { _ = server.Stop() }() // it has done its work
	if err := warm(ctx, server, path); err != nil {
		return err
	}
	var clients []*client.Client
	defer func() { closeAll(clients) }()
	nothing := func(*client.Client) error { return nil }
	o.page, err = perPage(ctx, server, n, func() (err error) {
		clients, err = visit(ctx, server, path, n, nothing)
		return err
	})
	if err != nil {
		return err
	}
	o.stream, err = perPage(ctx, server, n, func() error {
		return each(clients, func(i int) error { return clients[i].Connect() })
	})
	if err != nil || !mounts {
		return err
	}
	for _, k := range clients {
		k.Hide()
	}
	o.again, err = perPage(ctx, server, n, func() error { return reconnect(ctx, clients, false) })
	if err != nil {
		return err
	}
	next, err := kill(ctx, server, p)
	if err != nil {
		return err
	}
	defer func() { _ = next.Stop() }() // as above
	if err := warm(ctx, next, path); err != nil {
		return err
	}
	o.mounted, err = perPage(ctx, next, n, func() error { return reconnect(ctx, clients, true) })
	return err
}

// warm opens some pages: what is done first takes longer.
func warm(ctx context.Context, server *process.Process, path string) error {
	clients, err := open(ctx, server, path, 2*atOnce)
	closeAll(clients)
	return err
}

func reconnect(ctx context.Context, clients []*client.Client, whole bool) error {
	return each(clients, func(i int) error { return clients[i].Reconnect(ctx, whole) })
}

// perPage is what do costs the server for each of n pages.
func perPage(ctx context.Context, server *process.Process, n int, do func() error) (float64, error) {
	cpu, err := cost(ctx, server, do)
	return milliseconds(cpu) / float64(n), err
}

// opening measures what it costs to open a page and its stream, for the first time and
// again.
func opening(ctx context.Context, c Config, p programs) (rows []report.Row, err error) {
	var counter, table, floor opened
	err = c.inTurn(
		func() error { return counter.open(ctx, p.demo, "/counter", c.Returning, true) },
		func() error { return floor.open(ctx, p.floor, "/", c.Returning, false) },
	)
	if err != nil {
		return nil, err
	}
	if err = table.open(ctx, p.pages, "/labels", c.Tables, true); err != nil {
		return nil, err
	}
	rows = append(rows, counter.report("open a counter", floor)...)
	return append(rows, table.report("open 1,000 rows", opened{})...), nil // the floor has no rows
}

func (o opened) report(name string, floor opened) (rows []report.Row) {
	for _, m := range []struct {
		what        string
		ours, floor float64
	}{
		{"the page", o.page, floor.page},
		{"its stream", o.stream, floor.stream},
		{"its stream again", o.again, floor.stream},
		{"its stream again, remounted", o.mounted, floor.stream},
	} {
		r := report.Row{Measure: name + ": " + m.what + ", CPU", Unit: report.Milliseconds, Ours: report.One(m.ours), Floor: report.One(m.floor)}
		if m.floor > 0 {
			r.Ratio = m.ours / m.floor
		}
		rows = append(rows, r)
	}
	return rows
}
