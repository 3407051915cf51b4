package measure

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/process"
	"github.com/sideband-go/sideband/bench/report"
)

// replacement is how a server is replaced under its pages.
type replacement struct {
	name    string
	replace func(ctx context.Context, old *process.Process, p program) (*process.Process, error)
}

// comeback is how pages came back to a server that was replaced.
type comeback struct {
	all      report.Range // in seconds: from the end of the old server until all pages were live
	gap      report.Range // in seconds: how long one page was without a stream
	cpu      float64      // of the new server from its start, in milliseconds
	reloaded atomic.Int32
	first    act // what each page does before; nil: nothing
}

// mostPatient is how long pages may take to come back.
const mostPatient = 2 * time.Minute

// run replaces a server under n pages.
func (b *comeback) run(ctx context.Context, r replacement, p program, path string, n int, whole bool) error {
	old, err := start(ctx, p)
	if err != nil {
		return err
	}
	defer func() { _ = old.Stop() }() // it has done its work
	clients, err := open(ctx, old, path, n)
	defer closeAll(clients)
	if err != nil {
		return err
	}
	if b.first != nil {
		if _, err := load(ctx, clients, b.first, 1); err != nil {
			return err
		}
		if _, err := settled(ctx, old); err != nil { // what is written behind them is
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, mostPatient)
	defer cancel()
	returns := make([]client.Return, n)
	var g errgroup.Group
	for i, k := range clients {
		g.Go(func() (err error) {
			if returns[i], err = k.ComeBack(ctx, whole); errors.Is(err, client.ErrReload) {
				b.reloaded.Add(1)
				return nil
			}
			return err
		})
	}
	began := time.Now()
	server, err := r.replace(ctx, old, p)
	if err != nil {
		cancel()
		return errors.Join(err, g.Wait())
	}
	defer func() { _ = server.Stop() }() // as above
	if err := g.Wait(); err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	cpu, err := settled(ctx, server)
	b.cpu = milliseconds(cpu)
	b.note(began, returns)
	return err
}

// note takes the times of the pages that came back without a reload.
func (b *comeback) note(began time.Time, returns []client.Return) {
	last := began
	for _, r := range returns {
		if r.Live.IsZero() {
			continue
		}
		b.gap = widen(b.gap, report.One(r.Live.Sub(r.Left).Seconds()))
		if r.Live.After(last) {
			last = r.Live
		}
	}
	b.all = widen(b.all, report.One(last.Sub(began).Seconds()))
}

// restarts measures how pages come back when their server is replaced: when it was
// killed, beside the floor, and when it was asked to end and hands its port over, which
// the floor does not know how to do.
func restarts(ctx context.Context, c Config, p programs) (rows []report.Row, err error) {
	killed, handed := replacement{"killed", kill}, replacement{"handed over", handOver}
	var ours, floor, over comeback
	err = c.inTurn(
		func() error { return ours.run(ctx, killed, p.demo, "/counter", c.Returning, true) },
		func() error { return floor.run(ctx, killed, p.floor, "/", c.Returning, false) },
	)
	if err == nil {
		err = over.run(ctx, handed, p.demo, "/counter", c.Returning, true)
	}
	if err != nil {
		return nil, err
	}
	name := plural(c.Returning, "page") + ", server "
	return append(ours.report(name+killed.name, &floor), over.report(name+handed.name, &comeback{})...), nil
}

func (b *comeback) report(name string, floor *comeback) []report.Row {
	cpu := report.Row{Measure: name + ": CPU", Unit: report.Milliseconds, Ours: report.One(b.cpu), Floor: report.One(floor.cpu)}
	if floor.cpu > 0 {
		cpu.Ratio = b.cpu / floor.cpu
	}
	return []report.Row{
		{Measure: name + ": all are live after", Unit: report.Seconds, Ours: b.all, Floor: floor.all},
		{Measure: name + ": one is not live for", Unit: report.Seconds, Ours: b.gap, Floor: floor.gap},
		cpu,
		{Measure: name + ": reloads", Unit: report.Failures, Ours: report.One(float64(b.reloaded.Load()))},
	}
}
