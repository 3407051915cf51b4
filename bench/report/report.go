// Package report prints what was measured beside what was hoped for.
package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"golang.org/x/perf/benchunit"
)

// Unit says what the numbers of a row count.
type Unit int

const (
	// Bytes on the stream.
	Bytes Unit = iota
	// Milliseconds of the server's CPU.
	Milliseconds
	// Microseconds of the same.
	Microseconds
	// Kibibytes of the server's memory.
	Kibibytes
	// Seconds on the clock.
	Seconds
	// Failures are a number of them.
	Failures
	// Count is a number of things, on average.
	Count
)

// scales are how measured units are written, in the multiple that fits the number; those
// that are not here count whole things.
var scales = map[Unit]struct {
	base   float64 // of what a number of the unit is a multiple
	class  benchunit.Class
	symbol string
}{
	Milliseconds: {1e-3, benchunit.Decimal, "s"},
	Microseconds: {1e-6, benchunit.Decimal, "s"},
	Kibibytes:    {1 << 10, benchunit.Binary, "B"},
	Seconds:      {1, benchunit.Decimal, "s"},
}

func (u Unit) format(r Range) string {
	number, symbol := func(v float64) string { return Thousands(int64(v)) }, ""
	if s, ok := scales[u]; ok {
		to := benchunit.CommonScale([]float64{r.Low * s.base, r.High * s.base}, s.class)
		symbol = " " + to.Prefix + s.symbol
		to.Prefix = ""
		number = func(v float64) string { return to.Format(v * s.base) }
	}
	if r.Low == r.High {
		return number(r.High) + symbol
	}
	return number(r.Low) + "–" + number(r.High) + symbol
}

// Thousands writes a number that is not negative, in groups of three digits.
func Thousands(n int64) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return Thousands(n/1000) + fmt.Sprintf(",%03d", n%1000)
}

// Range is what was measured: the least and the most, which are one for a number that
// does not vary or is a median.
type Range struct{ Low, High float64 }

// One is the range of a single number.
func One(v float64) Range { return Range{v, v} }

// Row is one measure. The table has no number for zero fields, but for failures, whose goal is
// to have none.
type Row struct {
	Measure string
	Unit    Unit
	Ours    Range
	Floor   Range   // the bare server's
	Ratio   float64 // of ours to the floor's
	Spread  string  // how far off the ratio may be, such as "3%"; "" if that is not known
	// Goal is the most that Ours may be, or GoalRatio the most that Ratio may be.
	Goal, GoalRatio float64
}

// Met reports whether the row has a goal and keeps to it.
func (r Row) Met() (met, hasGoal bool) {
	switch {
	case r.GoalRatio > 0:
		return r.Ratio <= r.GoalRatio, true
	case r.Goal > 0 || r.Unit == Failures:
		return r.Ours.High <= r.Goal, true
	}
	return false, false
}

// none stands in cells that have nothing to say.
const none = "-"

func (r Row) cells() []string {
	c := []string{r.Measure, none, none, none, none, none}
	if r.Ours != (Range{}) || r.Unit == Failures {
		c[1] = r.Unit.format(r.Ours)
	}
	if r.Floor != (Range{}) {
		c[2] = r.Unit.format(r.Floor)
	}
	if r.Ratio > 0 {
		c[3] = ratio(r.Ratio, r.Spread)
	}
	switch {
	case r.GoalRatio > 0:
		c[4] = fmt.Sprintf("≤ %.3g ×", r.GoalRatio)
	case r.Unit == Failures && r.Goal == 0:
		c[4] = "none"
	case r.Goal > 0:
		c[4] = "≤ " + r.Unit.format(One(r.Goal))
	}
	if met, ok := r.Met(); ok && met {
		c[5] = "ok"
	} else if ok {
		c[5] = "miss"
	}
	return c
}

func ratio(v float64, spread string) string {
	s := fmt.Sprintf("%.2f ×", v)
	if spread != "" {
		s += " ± " + spread
	}
	return s
}

// Table is all that was measured, and in the notes how.
type Table struct {
	Rows  []Row
	Notes []string
}

// Write prints the table, its columns aligned. The error is that of the writer.
func (t Table) Write(w io.Writer) error {
	lines := [][]string{{"measure", "ours", "floor", "ratio", "goal", "met"}}
	for _, r := range t.Rows {
		lines = append(lines, r.cells())
	}
	return write(w, lines, t.Notes)
}

// write prints lines of cells in aligned columns, and below them the notes.
func write(w io.Writer, lines [][]string, notes []string) error {
	var b bytes.Buffer
	columns := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, cells := range lines {
		_, _ = fmt.Fprintln(columns, strings.Join(cells, "\t")) // into memory
	}
	_ = columns.Flush() // as above
	if len(notes) > 0 {
		b.WriteString("\n" + strings.Join(notes, "\n") + "\n")
	}
	_, err := b.WriteTo(w)
	return err
}
