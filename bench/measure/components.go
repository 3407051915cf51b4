package measure

import (
	"context"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/report"
)

// oneComponent is another one each time: which of them it is must not matter.
var oneComponent = operation{name: "an event in one of 1,000 components", bytes: 84, cpu: 0.1, empty: true, event: func(t *table, i int) (string, error) {
	return t.control(middle+i, "button")
}}

// components measures a page that has a thousand of them.
func components(ctx context.Context, c Config, p programs) ([]report.Row, error) {
	floor, err := alone(ctx, c, p.floor, "/", oneEvent, "")
	if err != nil {
		return nil, err
	}
	k, err := alone(ctx, c, p.pages, "/parts", oneComponent, "")
	if err != nil {
		return nil, err
	}
	memory, err := c.perPage(ctx, p.pages, "/parts", c.Tables, (*client.Client).Connect)
	return append(k.report(oneComponent, floor), report.Row{
		Measure: "memory per view that shows 1,000 components", Unit: report.Kibibytes, Ours: report.One(memory), Goal: 950,
	}), err
}
