// Package report prints what was measured beside what was hoped for.
package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Unit says what the numbers of a row count, and how they are written.
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
)

func (u Unit) format(v float64) string {
	switch u {
	case Milliseconds:
		return fmt.Sprintf("%.*f ms", decimals(v), v)
	case Microseconds:
		return fmt.Sprintf("%.1f µs", v)
	case Kibibytes:
		return fmt.Sprintf("%.*f KiB", decimals(v)-1, v)
	case Seconds:
		return fmt.Sprintf("%.*f s", decimals(v)-1, v)
	default:
		return Thousands(int64(v))
	}
}

// decimals are as many as a measured number is good for.
func decimals(v float64) int {
	switch {
	case v < 1:
		return 3
	case v < 10:
		return 2
	}
	return 1
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

func (r Range) format(u Unit) string {
	switch {
	case r == Range{} && u != Failures:
		return ""
	case r.Low == r.High:
		return u.format(r.High)
	}
	low, _, _ := strings.Cut(u.format(r.Low), " ") // the unit once is enough
	return low + "–" + u.format(r.High)
}

// Row is one measure. Zero fields are left empty in the table, but for failures, whose goal
// is to have none.
type Row struct {
	Measure string
	Unit    Unit
	Ours    Range
	Floor   Range   // the bare server's
	Ratio   float64 // of ours to the floor's
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

func (r Row) cells() []string {
	c := []string{r.Measure, r.Ours.format(r.Unit), "", "", "", ""}
	if r.Floor != (Range{}) {
		c[2] = r.Floor.format(r.Unit)
	}
	if r.Ratio > 0 {
		c[3] = fmt.Sprintf("%.2f ×", r.Ratio)
	}
	if r.GoalRatio > 0 {
		c[4] = fmt.Sprintf("≤ %.2g ×", r.GoalRatio)
	} else if r.Unit == Failures && r.Goal == 0 {
		c[4] = "none"
	} else if r.Goal > 0 {
		c[4] = "≤ " + r.Unit.format(r.Goal)
	}
	if met, ok := r.Met(); ok && met {
		c[5] = "ok"
	} else if ok {
		c[5] = "miss"
	}
	return c
}

// Table is all that was measured, and in the notes how.
type Table struct {
	Rows  []Row
	Notes []string
}

var heads = []string{"measure", "ours", "floor", "ratio", "goal", ""}

// Write prints the table, its columns aligned. The error is that of the writer.
func (t Table) Write(w io.Writer) error {
	lines := [][]string{heads}
	for _, r := range t.Rows {
		lines = append(lines, r.cells())
	}
	width := make([]int, len(heads))
	for _, line := range lines {
		for i, cell := range line {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, line := range lines {
		var s strings.Builder
		for i, cell := range line {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if left := i == 0 || i == len(line)-1; left {
				s.WriteString(cell + pad + "  ")
			} else {
				s.WriteString(pad + cell + "  ")
			}
		}
		b.WriteString(strings.TrimRight(s.String(), " ") + "\n")
	}
	for i, n := range t.Notes {
		if i == 0 {
			b.WriteString("\n")
		}
		b.WriteString(n + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
