package report_test

import (
	"os"

	"github.com/sideband-go/sideband/bench/report"
)

func Example() {
	t := report.Table{
		Rows: []report.Row{
			{Measure: "one click, bytes", Ours: report.Range{Low: 72, High: 82}, Floor: report.One(30), Ratio: 2.6, Goal: 90},
			{Measure: "1,000 clicks", Unit: report.Milliseconds, Ours: report.One(33.61), Floor: report.One(22.4), Ratio: 1.5004, Spread: "3%", GoalRatio: 1.4},
			{Measure: "one view", Unit: report.Kibibytes, Ours: report.One(9.87)},
			{Measure: "a thousand rows", Ours: report.One(279525)},
			{Measure: "back again", Unit: report.Seconds, Ours: report.Range{Low: 0.118, High: 1.52}, Floor: report.One(0.3)},
			{Measure: "lost", Unit: report.Failures},
			{Measure: "late", Unit: report.Failures, Ours: report.One(2)},
		},
		Notes: []string{"Measured by nobody."},
	}
	_ = t.Write(os.Stdout)
	// Output:
	// measure           ours             floor     ratio        goal     met
	// one click, bytes  72–82            30        2.60 ×       ≤ 90     ok
	// 1,000 clicks      33.61 ms         22.40 ms  1.50 × ± 3%  ≤ 1.4 ×  miss
	// one view          9.870 KiB        -         -            -        -
	// a thousand rows   279,525          -         -            -        -
	// back again        118.0–1520.0 ms  300.0 ms  -            -        -
	// lost              0                -         -            none     ok
	// late              2                -         -            none     miss
	//
	// Measured by nobody.
}

func ExampleComparison() {
	c := report.Comparison{
		Variants: []string{"there", "here"},
		Rows: []report.Compared{
			{
				Measure: "one click", Unit: report.Milliseconds, Floor: report.One(0.2),
				Variants: []report.Variant{{Ours: report.One(0.5), Ratio: 1}, {Ours: report.One(0.4), Ratio: 0.8, Spread: "2%"}},
			},
			{Measure: "lost", Unit: report.Failures, Variants: []report.Variant{{}, {Ours: report.One(1)}}},
		},
		Notes: []string{"Measured by nobody."},
	}
	_ = c.Write(os.Stdout)
	// Output:
	// measure    there     here      ratio        floor
	// one click  500.0 µs  400.0 µs  0.80 × ± 2%  200.0 µs
	// lost       0         1         -            -
	//
	// Measured by nobody.
}
