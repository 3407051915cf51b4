package measure

import (
	"context"
	"slices"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/report"
)

// slices of a round's events: so often the servers take turns, since what is looked for is small.
const turns = 6

// checks is how often an event of bench/pages takes from a limit.
const checks = 1000

// observed measures what telemetry costs an event, with OpenTelemetry's SDK and an exporter in memory, and with a Config
// without providers; what the SDK alone costs, if it does for each event what telemetry has it do; and what a check of a rate
// limit costs. In the rows a server without telemetry, or an event without checks, stands in the place of the floor.
func observed(ctx context.Context, c Config, p programs) ([]report.Row, error) {
	var all [4]*contender
	for i, with := range []string{"none", "off", "on", "sdk"} {
		program := p.pages
		program.args = append(slices.Clip(program.args), "-telemetry", with)
		k, err := contend(ctx, program, "/kept", c.Clients, press("Flee"))
		if err != nil {
			return nil, err
		}
		defer k.end(ctx)
		all[i] = k
	}
	cpu, err := c.alternate(ctx, all[:]...)
	if err != nil {
		return nil, err
	}
	check, err := c.limitCheck(ctx, p)
	row := func(measure string, i int, goal float64) report.Row {
		return report.Row{
			Measure: measure, Unit: report.Milliseconds,
			Ours: report.One(cpu[i]), Floor: report.One(cpu[0]), Ratio: cpu[i] / cpu[0], GoalRatio: goal,
		}
	}
	return []report.Row{
		row("CPU per 1,000 events with spans and metrics (to none)", 2, 1.25),
		row("CPU per 1,000 events with telemetry off (to none)", 1, 1.01),
		row("CPU per 1,000 events with the SDK's part alone (to none)", 3, 0),
		{Measure: "a check of a rate limit with 100,000 keys", Unit: report.Microseconds, Ours: report.One(check), Goal: 1},
	}, err
}

// limitCheck returns the microseconds of a check: what an event with many takes more than one with none.
func (c Config) limitCheck(ctx context.Context, p programs) (float64, error) {
	var both [2]*contender
	for i, button := range []string{"Check", "Skip"} {
		k, err := contend(ctx, p.pages, "/limited", 1, press(button))
		if err != nil {
			return 0, err
		}
		defer k.end(ctx)
		both[i] = k
	}
	c.Events = max(1, c.Events/50)
	cpu, err := c.alternate(ctx, both[:]...)
	if err != nil {
		return 0, err
	}
	return (cpu[0] - cpu[1]) / checks, nil // milliseconds for 1,000 events are microseconds for one
}

// alternate has contenders do a round's events in turns, and returns the CPU of 1,000 of each, in milliseconds.
func (c Config) alternate(ctx context.Context, all ...*contender) ([]float64, error) {
	cpu := make([]float64, len(all))
	for turn := range turns {
		for n := range all {
			at := (n + turn + c.round) % len(all)
			all[at].events = max(1, c.Events/turns)
			if err := all[at].run(ctx); err != nil {
				return nil, err
			}
			cpu[at] += all[at].cpu / turns
		}
	}
	return cpu, nil
}

// press clicks a button.
func press(button string) act {
	return func(ctx context.Context, c *client.Client) (m client.Message, err error) {
		event, err := c.Page().Find(button)
		if err != nil {
			return m, err
		}
		return c.Do(ctx, event)
	}
}
