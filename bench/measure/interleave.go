package measure

import (
	"context"
	"slices"

	"golang.org/x/perf/benchmath"

	"github.com/sideband-go/sideband/bench/report"
)

// contestant is one of two servers that take turns.
type contestant interface {
	// round does a round of work and adds what it cost to costs.
	round(ctx context.Context) error
	costs() []float64
	// reset forgets all rounds.
	reset()
}

// interleave lets ours and the floor do their rounds in turns, so that whatever else the
// machine does meets both, and returns the row of their costs: the medians, and that of the
// rounds' ratios.
func (c Config) interleave(ctx context.Context, name string, ours, floor contestant, row report.Row) (report.Row, error) {
	var ratios []float64
	for i := range c.Rounds + 1 {
		turn := []contestant{ours, floor}
		if i%2 == 1 {
			slices.Reverse(turn)
		}
		for _, k := range turn {
			if err := k.round(ctx); err != nil {
				return row, err
			}
			if i == 0 { // the servers begin cold
				k.reset()
			}
		}
		if i > 0 {
			a, b := ours.costs()[i-1], floor.costs()[i-1]
			ratios = append(ratios, a/b)
			c.say("%s, round %d of %d: ours %.1f, floor %.1f, %.2f ×", name, i, c.Rounds, a, b, a/b)
		}
	}
	ratio := summarize(ratios)
	row.Ours, row.Floor = report.One(median(ours.costs())), report.One(median(floor.costs()))
	row.Ratio, row.Spread = ratio.Center, ratio.PctRangeString()
	return row, nil
}

// summarize returns the median of the values and its confidence interval.
func summarize(values []float64) benchmath.Summary {
	sample := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
	return benchmath.AssumeNothing.Summary(sample, 0.95)
}

// median returns the median, 0 of no values.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	return summarize(values).Center
}
