package measure

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/report"
)

// navigation measures changes of the address of a list with twenty rows, beside an event of the floor.
func navigation(ctx context.Context, c Config, p programs) (rows []report.Row, err error) {
	var html atomic.Int64 // of the rows
	// No page goes to the address where it is: that sends nothing.
	change := func(format string, back bool) act {
		var n atomic.Int64
		return func(ctx context.Context, c *client.Client) (client.Message, error) {
			html.Store(int64(c.Page().Rows))
			return c.Follow(ctx, fmt.Sprintf(format, 10_000+n.Add(1)%80_000), back)
		}
	}
	for _, m := range []struct {
		name       string
		act        act
		bytes, cpu float64
		ratio      float64 // of the bytes, to the rows' HTML
	}{
		{name: "a page of 20 rows", act: change("/shop?page=%d", false), cpu: 0.4, ratio: 1.3},
		{name: "back to a page of 20 rows", act: change("/shop?page=%d", true)},
		{name: "nothing but the address", act: change("/shop?note=%d", false), bytes: 150},
	} {
		ours, floor, err := inTurns(ctx, c, p, m.act)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		bytes := report.Row{Measure: m.name + ", bytes down, the answer's head included", Ours: ours.bytes, Goal: m.bytes}
		if m.ratio > 0 {
			bytes.Measure += " (to the rows' HTML)"
			rows := float64(html.Load())
			bytes.Floor, bytes.Ratio, bytes.GoalRatio = report.One(rows), ours.bytes.High/rows, m.ratio
		}
		rows = append(rows, bytes,
			report.Row{
				Measure: m.name + ", CPU (to the floor's event)", Unit: report.Milliseconds, Goal: m.cpu,
				Ours: report.One(ours.cpu / 1000), Floor: report.One(floor.cpu / 1000), Ratio: ours.cpu / floor.cpu,
			},
			report.Row{Measure: m.name + ", objects", Unit: report.Count, Ours: report.One(ours.made.Objects), Floor: report.One(floor.made.Objects)},
		)
	}
	return rows, nil
}

func inTurns(ctx context.Context, c Config, p programs, a act) (ours, floor *contender, err error) {
	if ours, err = contend(ctx, p.pages, "/shop", c.Clients, a); err != nil {
		return nil, nil, err
	}
	defer ours.end(ctx)
	if floor, err = contend(ctx, p.floor, "/", c.Clients, increment); err != nil {
		return nil, nil, err
	}
	defer floor.end(ctx)
	ours.events, floor.events = c.Events, c.Events
	return ours, floor, c.inTurn(func() error { return ours.run(ctx) }, func() error { return floor.run(ctx) })
}
