package measure

import (
	"bytes"
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/process"
	"github.com/sideband-go/sideband/bench/report"
)

// gathered is what it costs that many pages enter rooms, in milliseconds of CPU a page.
type gathered struct {
	opened   float64
	returned float64 // after the server was killed
}

// gather opens n pages in rooms of a size, until each page shows all of its room, and then
// once more after the server was replaced.
func gather(ctx context.Context, p program, n, size int) (g gathered, err error) {
	server, err := start(ctx, p)
	if err != nil {
		return g, err
	}
	defer func() { _ = server.Stop() }() // it has done its work
	if err := warm(ctx, server, "/chat/warm"); err != nil {
		return g, err
	}
	clients := make([]*client.Client, n)
	defer func() { closeAll(clients) }()
	g.opened, err = perPage(ctx, server, n, func() error {
		return enter(clients, n, size, func(i int) (err error) {
			if clients[i], err = client.Visit(ctx, server.URL(), fmt.Sprintf("/chat/%d", i/size)); err == nil {
				err = clients[i].Connect()
			}
			return err
		})
	})
	if err != nil {
		return g, err
	}
	var next *process.Process
	if next, err = kill(ctx, server, p); err != nil {
		return g, err
	}
	defer func() { _ = next.Stop() }() // as above
	if err := warm(ctx, next, "/chat/warm"); err != nil {
		return g, err
	}
	g.returned, err = perPage(ctx, next, n, func() error {
		return enter(clients, n, size, func(i int) error { return clients[i].Reconnect(ctx, false) })
	})
	return g, err
}

// enter opens the pages, some at a time, and waits until each shows how many are in its room.
func enter(clients []*client.Client, n, size int, open func(i int) error) error {
	var reading errgroup.Group
	err := each(clients, func(i int) error {
		if err := open(i); err != nil {
			return err
		}
		all := min(size, n-i/size*size)
		reading.Go(func() error { return readUntil(clients[i], fmt.Appendf(nil, "%d here", all)) })
		return nil
	})
	if err != nil {
		closeAll(clients) // so that nobody reads on
		_ = reading.Wait()
		return err
	}
	return reading.Wait()
}

func readUntil(c *client.Client, text []byte) error {
	for {
		m, err := c.Next()
		if err != nil || bytes.Contains(m.Data, text) {
			return err
		}
	}
}

// rooms measures what it costs that a room fills, beside rooms that stay small.
func rooms(ctx context.Context, c Config, p programs) ([]report.Row, error) {
	var floor opened
	var small gathered
	err := c.inTurn(
		func() (err error) { small, err = gather(ctx, p.pages, c.Crowd, inRoom); return err },
		func() error { return floor.open(ctx, p.floor, "/", c.Crowd, false) },
	)
	if err != nil {
		return nil, err
	}
	large, err := gather(ctx, p.pages, c.Crowd, c.Crowd)
	if err != nil {
		return nil, err
	}
	name := plural(c.Crowd, "chat")
	row := func(what string, small, large, floor float64) []report.Row {
		return []report.Row{
			{Measure: fmt.Sprintf("%s in rooms of %d, %s, CPU each", name, inRoom, what), Unit: report.Milliseconds, Ours: report.One(small), Floor: report.One(floor), Ratio: small / floor},
			{Measure: fmt.Sprintf("%s in one room, %s, CPU each (to rooms of %d)", name, what, inRoom), Unit: report.Milliseconds, Ours: report.One(large), Ratio: large / small, GoalRatio: 3},
		}
	}
	return append(row("opened", small.opened, large.opened, floor.page+floor.stream),
		row("back after a restart", small.returned, large.returned, floor.stream)...), nil
}
