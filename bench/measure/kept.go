package measure

import (
	"context"
	"os"
	"slices"

	"github.com/sideband-go/sideband/bench/report"
)

// kept measures durable keys with files: an event that changes one beside an event that does not, and pages that come back
// with what they had beside pages that had nothing. In the rows the latter stand in the place of the floor.
func kept(ctx context.Context, c Config, p programs) (rows []report.Row, err error) {
	dir, err := os.MkdirTemp("", "sideband-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system clears its folder for such things anyway
	p.pages.args = append(slices.Clip(p.pages.args), "-stashes", dir)
	lasting, err := contend(ctx, p.pages, "/kept", c.Clients, press("Last"))
	if err != nil {
		return nil, err
	}
	defer lasting.end(ctx)
	fleeting, err := contend(ctx, p.pages, "/kept", c.Clients, press("Flee"))
	if err != nil {
		return nil, err
	}
	defer fleeting.end(ctx)
	lasting.events, fleeting.events = c.Events, c.Events
	if err = c.inTurn(func() error { return lasting.run(ctx) }, func() error { return fleeting.run(ctx) }); err != nil {
		return nil, err
	}
	rows = append(rows, report.Row{
		Measure: "CPU per 1,000 events that change a durable key (to others)", Unit: report.Milliseconds,
		Ours: report.One(lasting.cpu), Floor: report.One(fleeting.cpu), Ratio: lasting.cpu / fleeting.cpu, GoalRatio: 1.15,
	}, report.Row{
		Measure: "objects for such an event", Unit: report.Count,
		Ours: report.One(lasting.made.Objects), Floor: report.One(fleeting.made.Objects),
	})

	killed := replacement{"killed", kill}
	var with, without comeback
	with.first, without.first = press("Last"), press("Flee")
	err = c.inTurn(
		func() error { return with.run(ctx, killed, p.pages, "/kept", c.Returning, true) },
		func() error { return without.run(ctx, killed, p.pages, "/kept", c.Returning, true) },
	)
	if err != nil {
		return nil, err
	}
	all := with.report(plural(c.Returning, "page")+" with durable state, server killed", &without)
	all[0].Ratio, all[0].GoalRatio = with.all.High/without.all.High, 1.3
	return append(rows, all...), nil
}
