package measure

import (
	"context"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/process"
	"github.com/sideband-go/sideband/bench/report"
)

// contender is a server with the pages that load it.
type contender struct {
	server  *process.Process
	clients []*client.Client
	events  int // of all clients, in a round
	bytes   report.Range
	cpu     []float64 // for each round, of 1,000 events
}

func contend(ctx context.Context, p program, path string, clients int) (*contender, error) {
	server, err := start(ctx, p)
	if err != nil {
		return nil, err
	}
	k := &contender{server: server}
	if k.clients, err = open(ctx, server, path, clients); err != nil {
		k.end()
		return nil, err
	}
	return k, nil
}

func (k *contender) end() {
	closeAll(k.clients)
	_ = k.server.Stop() // it has done its work
}

func (k *contender) round(ctx context.Context) error {
	each := max(1, k.events/len(k.clients))
	cpu, err := cost(ctx, k.server, func() error {
		sizes, err := load(ctx, k.clients, "Increment", each)
		k.bytes = widen(k.bytes, sizes)
		return err
	})
	k.cpu = append(k.cpu, milliseconds(cpu)*1000/float64(each*len(k.clients)))
	return err
}

func (k *contender) costs() []float64 { return k.cpu }

func (k *contender) reset() { k.cpu, k.bytes = nil, report.Range{} }

// events measures what a click on the counter costs.
func events(ctx context.Context, c Config, p programs) ([]report.Row, error) {
	ours, err := contend(ctx, p.demo, "/counter", c.Clients)
	if err != nil {
		return nil, err
	}
	defer ours.end()
	floor, err := contend(ctx, p.floor, "/", c.Clients)
	if err != nil {
		return nil, err
	}
	defer floor.end()
	ours.events, floor.events = c.Events, c.Events
	cpu, err := c.interleave(ctx, "events", ours, floor, report.Row{
		Measure: "CPU per 1,000 events, " + plural(c.Clients, "client"), Unit: report.Milliseconds, GoalRatio: 1.4,
	})
	return []report.Row{{Measure: "counter increment, bytes down", Ours: ours.bytes, Floor: floor.bytes, Goal: 90}, cpu}, err
}
