package measure

import (
	"context"

	"github.com/sideband-go/sideband/bench/report"
)

// queries measures what a change costs that pages show by a query which they share, beside the same change sent to each as a
// message.
func queries(ctx context.Context, c Config, p programs) ([]report.Row, error) {
	c.say("opening %s of a query", plural(c.Listeners, "page"))
	a, err := contend(ctx, p.pages, "/stock", c.Listeners, nil)
	if err != nil {
		return nil, err
	}
	defer a.end(ctx)
	b, err := contend(ctx, p.pages, "/told", c.Listeners, nil)
	if err != nil {
		return nil, err
	}
	defer b.end(ctx)
	asked, told := &hall{contender: a, times: c.Broadcasts}, &hall{contender: b, times: c.Broadcasts}
	if err := c.inTurn(func() error { return asked.run(ctx) }, func() error { return told.run(ctx) }); err != nil {
		return nil, err
	}
	name := "a change to " + plural(c.Listeners, "view") + " of one query"
	return []report.Row{
		{Measure: name + ", bytes each", Ours: asked.bytes, Floor: told.bytes},
		{
			Measure: name + ", CPU each (to a broadcast)", Unit: report.Microseconds,
			Ours: report.One(asked.cpu), Floor: report.One(told.cpu), Ratio: asked.cpu / told.cpu, GoalRatio: 1.05,
		},
		{Measure: name + ", until the last has it", Unit: report.Milliseconds, Ours: report.One(median(asked.until)), Floor: report.One(median(told.until))},
	}, nil
}
