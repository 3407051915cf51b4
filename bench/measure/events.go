package measure

import (
	"context"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/process"
	"github.com/sideband-go/sideband/bench/report"
)

// contender is a server with the pages that load it.
type contender struct {
	server   *process.Process
	profiled bool
	clients  []*client.Client
	act      act
	events   int // of all clients
	bytes    report.Range
	cpu      float64           // of 1,000 events, in milliseconds
	made     process.Allocated // for each event
	memory   int64             // of the server afterwards
}

func contend(ctx context.Context, p program, path string, clients int, a act) (*contender, error) {
	server, err := start(ctx, p)
	if err != nil {
		return nil, err
	}
	k := &contender{server: server, act: a}
	if k.clients, err = open(ctx, server, path, clients); err == nil && p.profile != "" {
		k.profiled = true
		err = server.StartProfile(ctx, p.profile)
	}
	if err != nil {
		k.end(ctx)
		return nil, err
	}
	return k, nil
}

func (k *contender) end(ctx context.Context) {
	if k.profiled {
		_ = k.server.StopProfile(ctx) // an incomplete profile fails the build that it is for
	}
	closeAll(k.clients)
	_ = k.server.Stop() // it has done its work
}

// run lets the clients do their events.
func (k *contender) run(ctx context.Context) error {
	each := max(1, k.events/len(k.clients))
	do := func(times int) (err error) {
		k.bytes, err = load(ctx, k.clients, k.act, times)
		return err
	}
	if err := do(1 + each/10); err != nil { // the server begins cold
		return err
	}
	before, err := k.server.Allocated(ctx)
	if err != nil {
		return err
	}
	cpu, err := cost(ctx, k.server, func() error { return do(each) })
	if err != nil {
		return err
	}
	after, err := k.server.Allocated(ctx)
	if err != nil {
		return err
	}
	n := float64(each * len(k.clients))
	k.cpu = milliseconds(cpu) * 1000 / n
	k.made = process.Allocated{Objects: (after.Objects - before.Objects) / n, Bytes: (after.Bytes - before.Bytes) / n}
	k.memory, err = k.server.Memory()
	return err
}

// events measures what a click on the counter costs.
func events(ctx context.Context, c Config, p programs) ([]report.Row, error) {
	ours, err := contend(ctx, p.demo, "/counter", c.Clients, increment)
	if err != nil {
		return nil, err
	}
	defer ours.end(ctx)
	floor, err := contend(ctx, p.floor, "/", c.Clients, increment)
	if err != nil {
		return nil, err
	}
	defer floor.end(ctx)
	ours.events, floor.events = c.Events, c.Events
	err = c.inTurn(func() error { return ours.run(ctx) }, func() error { return floor.run(ctx) })
	row := func(measure string, unit report.Unit, ours, floor float64) report.Row {
		return report.Row{Measure: measure, Unit: unit, Ours: report.One(ours), Floor: report.One(floor), Ratio: ours / floor}
	}
	cpu := row("CPU per 1,000 events, "+plural(c.Clients, "client"), report.Milliseconds, ours.cpu, floor.cpu)
	cpu.GoalRatio = 1.65
	objects := row("allocated per event, objects", report.Count, ours.made.Objects, floor.made.Objects)
	objects.Goal = 100
	bytes := row("allocated per event, bytes", report.Count, ours.made.Bytes, floor.made.Bytes)
	bytes.Goal = 8_000
	return []report.Row{
		{Measure: "counter increment, bytes down", Ours: ours.bytes, Floor: floor.bytes, Goal: 82},
		cpu, objects, bytes,
		row("memory of the server after them", report.Kibibytes, kibibytes(ours.memory), kibibytes(floor.memory)),
	}, err
}

func kibibytes(n int64) float64 { return float64(n) / 1024 }
