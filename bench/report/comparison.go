package report

import "io"

// Comparison is the same measures of several variants of ours.
type Comparison struct {
	Variants []string // their names
	Rows     []Compared
	Notes    []string
}

// Compared is one measure of all variants.
type Compared struct {
	Measure  string
	Unit     Unit
	Variants []Variant
	Floor    Range
}

// Variant is one variant's measure.
type Variant struct {
	Ours   Range
	Ratio  float64 // to the first variant; 0 if that has none
	Spread string  // how far off the ratio may be
}

// Write prints a table, its columns aligned. The error is that of the writer.
func (c Comparison) Write(w io.Writer) error {
	head := []string{"measure"}
	for i, name := range c.Variants {
		head = append(head, name)
		if i > 0 {
			head = append(head, "ratio")
		}
	}
	lines := [][]string{append(head, "floor")}
	for _, r := range c.Rows {
		line := []string{r.Measure}
		for i, v := range r.Variants {
			line = append(line, r.Unit.format(v.Ours))
			switch {
			case i > 0 && v.Ratio > 0:
				line = append(line, ratio(v.Ratio, v.Spread))
			case i > 0:
				line = append(line, none)
			}
		}
		floor := none
		if r.Floor != (Range{}) {
			floor = r.Unit.format(r.Floor)
		}
		lines = append(lines, append(line, floor))
	}
	return write(w, lines, c.Notes)
}
