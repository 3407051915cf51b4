package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// columns are what is printed of each operation; the first has the goals.
var columns = []struct {
	head  string
	value func(took) float64
}{
	{"painted", func(t took) float64 { return t.Painted }},
	{"DOM done", func(t took) float64 { return t.Done }},
	{"CPU", func(t took) float64 { return t.all }},
	{"scripts", func(t took) float64 { return t.all - t.style }},
	{"style, layout", func(t took) float64 { return t.style }},
	{"long tasks", func(t took) float64 { return t.Long }},
}

// write prints the medians as a table.
func write(w io.Writer, results []result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(cells string) { _, _ = fmt.Fprintln(t, cells) } // Flush returns the error
	head := "operation\tratio\tgoal\tmet"
	for _, c := range columns {
		head += "\t" + c.head
	}
	line(head)
	for _, r := range results {
		ratio := median(r.ours, columns[0].value) / median(r.vanilla, columns[0].value)
		met := "ok"
		if ratio > r.goal {
			met = "miss"
		}
		cells := fmt.Sprintf("%s\t%.2f ×\t≤ %.1f ×\t%s", r.name, ratio, r.goal, met)
		for _, c := range columns {
			cells += fmt.Sprintf("\t%.1f / %.1f", median(r.ours, c.value), median(r.vanilla, c.value))
		}
		line(cells)
	}
	line("")
	line("Medians in milliseconds, ours / without a server: from the click to the second frame after the change, and to the change itself;")
	line("CPU of the page's main thread until then, and what of it style and layout took; the rest is mostly scripts.")
	line("Long tasks: time in tasks of more than 50 ms.")
	return t.Flush()
}

// median returns the median of what value reads.
func median(all []took, value func(took) float64) float64 {
	values := make([]float64, len(all))
	for i, t := range all {
		values[i] = value(t)
	}
	slices.Sort(values)
	if n := len(values); n%2 == 0 {
		return (values[n/2-1] + values[n/2]) / 2
	}
	return values[len(values)/2]
}
