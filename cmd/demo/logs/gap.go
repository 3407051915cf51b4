package logs

// gap is a stretch of the log that the page has no lines of, from one index to another. It
// is as high as its lines would be, and asks for them when it comes into view.
type gap struct{ from, to int }

const (
	// unit is how many lines come at once, and what gaps are made of.
	unit = 50
	// near is how many lines next to those in the page come one unit after the other. What
	// is further away comes by itself.
	near = 2 * unit
)

// above are the gaps before the near lines of a page that begins at from.
func above(from int) []gap {
	return split(0, max(from-near, 0)/unit, from, from)
}

// below are the gaps after the near lines of a page that ends at to.
func below(to, total int) []gap {
	list := split((to+near+unit-1)/unit, (total+unit-1)/unit, to, to)
	if n := len(list); n > 0 {
		list[n-1].to = total // which need not be a whole unit
	}
	return list
}

// split covers the units from lo to hi with gaps that are at most as long as they are far
// from the lines in the page, which begin and end at from and to. So the middle of a gap is
// no further than half of the way from any place in it, and there are few of them. They begin at multiples of
// their length, so that most stay what they are when the page's lines change.
func split(lo, hi, from, to int) (list []gap) {
	size := 1
	for size < hi {
		size *= 2
	}
	var visit func(a, size int)
	visit = func(a, size int) {
		b := a + size
		if b <= lo || a >= hi {
			return
		}
		away := max(from-b*unit, a*unit-to)
		if size > 1 && (a < lo || b > hi || size*unit > away) {
			visit(a, size/2)
			visit(a+size/2, size/2)
			return
		}
		list = append(list, gap{a * unit, b * unit})
	}
	visit(0, size)
	return list
}
