package render

import (
	"cmp"
	"slices"

	"github.com/sideband-go/sideband/internal/scope"
)

// What a component has set is read in the component, so that in a page of many only those
// are looked at that were touched.

// manyTouched is up to how many components are looked at one by one.
const manyTouched = 32

// rendered notes that what was touched is shown, but for what has not been rendered.
func (t *Tree) rendered() {
	t.touched = slices.DeleteFunc(t.touched, func(c *Component) bool {
		c.scope.Rendered()
		c.touched = c.changed || c.renew
		return !c.touched
	})
	if len(t.touched) == 0 && cap(t.touched) > manyTouched {
		t.touched = nil
	}
	t.unflag()
}

// unflag takes back what the last look at the regions has left.
func (t *Tree) unflag() {
	for _, r := range t.flagged {
		r.stale, r.whole, r.holding, r.looked = false, false, false, false
	}
	t.flagged = nil
}

// assess finds out what is out of date in the page, and returns the outermost such
// regions, in document order.
func (t *Tree) assess(changes *scope.Changes) []*region {
	t.unflag()
	all := t.far || len(t.touched) > manyTouched
	for _, c := range t.touched {
		all = all || c == t.root || c.region == nil
	}
	if all {
		t.page.assess(t, changes)
		return t.page.outermost(nil)
	}
	for _, c := range t.touched {
		if !c.region.looked {
			c.region.looked = true
			t.flagged = append(t.flagged, c.region)
		}
	}
	var stale []*region
	for _, r := range slices.Clone(t.flagged) {
		if r.isCovered() || !r.assess(t, changes) {
			continue
		}
		if r.stale {
			stale = append(stale, r)
		} else {
			stale = r.outermost(stale)
		}
		for o := r.outer; o != nil; o = o.outer {
			o.holding = true
			t.flagged = append(t.flagged, o)
		}
	}
	slices.SortStableFunc(stale, func(a, b *region) int { return cmp.Compare(a.start(), b.start()) })
	return stale
}

// isCovered reports whether the region is in one that is looked at, too.
func (r *region) isCovered() bool {
	for o := r.outer; o != nil; o = o.outer {
		if o.looked {
			return true
		}
	}
	return false
}

func (r *region) start() int32 {
	if r.place == nil {
		return -1
	}
	return r.place.Start
}

// isIn reports whether the region stands in the component, as all do in the page.
func (r *region) isIn(c *Component) bool {
	for ; r != nil && c.parent != nil; r = r.outer {
		if r.part == c {
			return true
		}
	}
	return c.parent == nil
}
