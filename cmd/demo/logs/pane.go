package logs

import (
	"strconv"

	"github.com/sideband-go/sideband/views"
)

// lineHeight is that of the stylesheet, in pixels. Each line has it, whatever is in it.
const lineHeight = 24

// intersect fires when an element comes into view, and for a new one that is in view.
var intersect = views.Trigger{On: "intersect"}

// end is where the last gap ends.
func end(gaps []gap, none int) int {
	if len(gaps) == 0 {
		return none
	}
	return gaps[len(gaps)-1].to
}

// start is where the first gap begins.
func start(gaps []gap, none int) int {
	if len(gaps) == 0 {
		return none
	}
	return gaps[0].from
}

// grouped writes a number as 100,000.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
