package measure

import (
	"context"
	"slices"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/process"
	"github.com/sideband-go/sideband/bench/report"
)

// contender is a server with the pages that load it.
type contender struct {
	server  *process.Process
	clients []*client.Client
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

// round sends so many events in all.
func (k *contender) round(ctx context.Context, events int) error {
	each := max(1, events/len(k.clients))
	cpu, err := cost(ctx, k.server, func() error {
		sizes, err := load(ctx, k.clients, "Increment", each)
		k.bytes = widen(k.bytes, sizes)
		return err
	})
	k.cpu = append(k.cpu, milliseconds(cpu)*1000/float64(each*len(k.clients)))
	return err
}

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
	var ratios []float64
	for i := range c.Rounds + 1 {
		turn := []*contender{ours, floor}
		if i%2 == 1 {
			slices.Reverse(turn)
		}
		for _, k := range turn {
			if err := k.round(ctx, c.Events); err != nil {
				return nil, err
			}
		}
		if i == 0 { // the servers, too, begin cold
			ours.cpu, floor.cpu = nil, nil
			ours.bytes, floor.bytes = report.Range{}, report.Range{}
			continue
		}
		ratios = append(ratios, ours.cpu[i-1]/floor.cpu[i-1])
		c.say("events, round %d of %d: ours %.1f ms, floor %.1f ms, %.2f ×", i, c.Rounds, ours.cpu[i-1], floor.cpu[i-1], ratios[i-1])
	}
	return []report.Row{
		{Measure: "counter increment, bytes down", Ours: ours.bytes, Floor: floor.bytes, Goal: 90},
		{
			Measure: "CPU per 1,000 events, " + plural(c.Clients, "client"), Unit: report.Milliseconds,
			Ours: report.One(median(ours.cpu)), Floor: report.One(median(floor.cpu)), Ratio: median(ratios), GoalRatio: 1.4,
		},
	}, nil
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	n := len(list)
	if n == 0 {
		return 0
	}
	return (list[(n-1)/2] + list[n/2]) / 2
}
