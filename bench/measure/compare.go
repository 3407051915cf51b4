package measure

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/sideband-go/sideband/bench/report"
)

// Against measures the programs of another checkout, ours and the floor in turns. What does
// not work with the programs of the other checkout, such as a page that it does not have, is
// left out, and Progress is told so.
func Against(ctx context.Context, c Config, checkout string) (t report.Comparison, err error) {
	c = c.withDefaults()
	if c.Rounds <= 0 {
		c.Rounds = sure
	}
	if checkout, err = filepath.Abs(checkout); err != nil {
		return t, err
	}
	err = c.inFolder(func(dir string) error {
		theirs, err := c.build(ctx, dir, checkout)
		if err != nil {
			return err
		}
		ours, err := c.build(ctx, dir, "")
		if err != nil {
			return err
		}
		for _, part := range c.parts() {
			if part.Name == "code" { // is in the benchmark itself
				continue
			}
			if _, err := c.once(ctx, part, theirs); err != nil && ctx.Err() == nil {
				c.say("%s is left out: %v", part.Name, err)
				continue
			}
			rounds, err := c.measure(ctx, part, []variant{{"there", theirs}, {"here", ours}})
			if err != nil {
				return err
			}
			t.Rows = append(t.Rows, compare(rounds)...)
		}
		return nil
	})
	t.Variants = []string{"there", "here"}
	t.Notes = append([]string{"There is " + checkout + ". A ratio is to it, the median of the rounds' ratios, ± its 95 % confidence interval."}, notes(c)...)
	return t, err
}

// sure is how many rounds give the confidence interval of a median.
const sure = 7

// Settings measures events and broadcasts with settings of Go's runtime and compiler.
func Settings(ctx context.Context, c Config) (t report.Comparison, err error) {
	c = c.withDefaults()
	if c.Rounds <= 0 {
		c.Rounds = sure
	}
	parts := slices.DeleteFunc(c.parts(), func(p Part) bool { return p.Name != "events" && p.Name != "broadcast" })
	err = c.inFolder(func(dir string) error {
		variants, err := c.variants(ctx, dir, parts)
		if err != nil {
			return err
		}
		for _, v := range variants {
			t.Variants = append(t.Variants, v.name)
		}
		for _, part := range parts {
			rounds, err := c.measure(ctx, part, variants)
			if err != nil {
				return err
			}
			t.Rows = append(t.Rows, compare(rounds)...)
		}
		return nil
	})
	t.Notes = []string{
		"Ratios are to the first column: medians of the rounds' ratios, ± their 95 % confidence intervals. The settings and the floor, which has none of them,",
		"were run interleaved in each round. PGO: built with a profile of the same loads, which is the best case.",
	}
	return t, err
}

// variants are our programs with each of the settings.
func (c Config) variants(ctx context.Context, dir string, parts []Part) (all []variant, err error) {
	p, err := c.build(ctx, dir, "")
	if err != nil {
		return nil, err
	}
	for _, setting := range [][]string{{"GOGC=100"}, {"GOGC=200"}, {"GOGC=400"}, {"GOMEMLIMIT=256MiB"}, {"GOGC=off", "GOMEMLIMIT=256MiB"}} {
		v := variant{"", p}
		for _, s := range setting {
			v.name += " " + s
		}
		v.name = v.name[1:]
		v.demo.env, v.pages.env = setting, setting
		all = append(all, v)
	}
	pgo := variant{"PGO", p}
	err = c.optimize(ctx, dir, parts, &pgo.programs)
	return append(all, pgo), err
}

// optimize builds our programs with a profile that is taken while they do the parts.
func (c Config) optimize(ctx context.Context, dir string, parts []Part, p *programs) error {
	profiled := *p
	var profiles []string
	for _, part := range parts {
		file := filepath.Join(dir, part.Name+".pprof")
		profiled.demo.profile, profiled.pages.profile = file, file // a part loads one of them
		c.say("profile of %s", part.Name)
		if _, err := c.once(ctx, part, profiled); err != nil {
			return err
		}
		profiles = append(profiles, file)
	}
	merged := filepath.Join(dir, "default.pgo")
	args := append([]string{"tool", "pprof", "-proto", "-output=" + merged}, profiles...)
	if out, err := exec.CommandContext(ctx, "go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("merge the profiles: %w\n%s", err, out)
	}
	optimized, err := c.build(ctx, dir, "", "-pgo="+merged)
	p.demo.file, p.pages.file = optimized.demo.file, optimized.pages.file
	return err
}

// compare makes the rows of all rounds one, with the ratios of each variant to the first.
func compare(rounds [][][]report.Row) []report.Compared {
	var rows []report.Compared
	for i, first := range combine(rounds[0]) {
		row := report.Compared{Measure: first.Measure, Unit: first.Unit, Floor: first.Floor}
		for _, variant := range rounds {
			var ratios []float64
			for n, round := range variant {
				if base := rounds[0][n][i].Ours.High; base > 0 {
					ratios = append(ratios, round[i].Ours.High/base)
				}
			}
			v := report.Variant{Ours: combine(variant)[i].Ours}
			if len(ratios) > 0 {
				s := summarize(ratios)
				v.Ratio, v.Spread = s.Center, s.PctRangeString()
			}
			row.Variants = append(row.Variants, v)
		}
		rows = append(rows, row)
	}
	return rows
}
