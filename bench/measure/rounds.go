package measure

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/perf/benchmath"

	"github.com/sideband-go/sideband/bench/report"
)

// variant is a way in which our programs are built and run.
type variant struct {
	name string
	programs
}

// longest is more than a round takes on a slow machine; then something hangs.
const longest = 10 * time.Minute

// measure measures a part of each variant in turns, so that whatever else the machine does
// meets all of them, and returns the rows of each variant's rounds.
func (c Config) measure(ctx context.Context, p Part, variants []variant) (rows [][][]report.Row, err error) {
	if c.Rounds <= 0 {
		c.Rounds = p.Rounds
	}
	rows = make([][][]report.Row, len(variants))
	for c.round = range c.Rounds {
		began := time.Now()
		for i := range variants {
			if c.round%2 == 1 {
				i = len(variants) - 1 - i
			}
			one, err := c.once(ctx, p, variants[i].programs)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", p.Name, variants[i].name, err)
			}
			rows[i] = append(rows[i], one)
		}
		c.say("%s, round %d of %d: %v", p.Name, c.round+1, c.Rounds, time.Since(began).Round(100*time.Millisecond))
	}
	return rows, nil
}

// once does one round.
func (c Config) once(ctx context.Context, p Part, programs programs) ([]report.Row, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	rows, err := p.measure(ctx, c, programs)
	if ctx.Err() != nil { // what failed, failed because of that
		err = ctx.Err()
	}
	return rows, err
}

// inTurn does both, in every other round the floor first.
func (c Config) inTurn(ours, floor func() error) error {
	turn := []func() error{ours, floor}
	if c.round%2 == 1 {
		slices.Reverse(turn)
	}
	for _, do := range turn {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// combine makes the rows of all rounds one.
func combine(rounds [][]report.Row) []report.Row {
	rows := slices.Clone(rounds[0])
	for i := range rows {
		r := &rows[i]
		var ours, floor []report.Range
		var ratios []float64
		for _, round := range rounds {
			ours, floor = append(ours, round[i].Ours), append(floor, round[i].Floor)
			ratios = append(ratios, round[i].Ratio)
		}
		r.Ours, r.Floor = together(r.Unit, ours), together(r.Unit, floor)
		if r.Ratio > 0 {
			s := summarize(ratios)
			r.Ratio, r.Spread = s.Center, s.PctRangeString()
		}
	}
	return rows
}

// together is what was measured in several rounds.
func together(unit report.Unit, rounds []report.Range) (all report.Range) {
	switch unit {
	case report.Bytes, report.Seconds, report.Failures:
		for _, r := range rounds {
			all = widen(all, r)
		}
		return all
	}
	values := make([]float64, len(rounds))
	for i, r := range rounds {
		values[i] = r.High
	}
	return report.One(median(values))
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
