package render

import (
	"cmp"
	"slices"

	"github.com/sideband-go/sideband/internal/scope"
)

// Keys that a component has set are mostly read in the component itself, so that in a page of many
// only the touched ones are assessed.

// manyTouched is up to how many components are assessed one by one.
const manyTouched = 32

// rendered marks the touched components as shown, except those that were not rendered.
func (t *Tree) rendered() {
	t.touched = slices.DeleteFunc(t.touched, func(c *Component) bool {
		c.scope.Rendered()
		c.touched = c.changed || c.remount
		return !c.touched
	})
	if len(t.touched) == 0 && cap(t.touched) > manyTouched {
		t.touched = nil
	}
	t.unflag()
}

// unflag clears what the last assess has set.
func (t *Tree) unflag() {
	for _, r := range t.flagged {
		r.stale, r.whole, r.containsStale, r.assessed = false, false, false, false
	}
	if clear(t.flagged); cap(t.flagged) > manyTouched {
		t.flagged = nil
	}
	t.flagged = t.flagged[:0]
}

// assess marks what is out of date in the page, and returns the outermost such regions, in document
// order.
func (t *Tree) assess(changes *scope.Changes) []*region {
	t.unflag()
	all := t.readsOutside || len(t.touched) > manyTouched
	for _, c := range t.touched {
		all = all || c == t.root || c.region == nil
	}
	if all {
		t.page.assess(t, changes)
		return t.page.outermost(nil)
	}
	for _, c := range t.touched {
		if !c.region.assessed {
			c.region.assessed = true
			t.flagged = append(t.flagged, c.region)
		}
	}
	var stale []*region
	lifted := false
	for _, r := range slices.Clone(t.flagged) {
		if r.isCovered() || !r.assess(t, changes) {
			continue
		}
		if r.stale {
			stale = append(stale, r)
			if item := r.itemComponent(); item != nil && item != r && item.sharesElement(r) {
				item.stale, lifted = true, true
			}
		} else {
			stale = r.outermost(stale)
		}
		for o := r.outer; o != nil; o = o.outer {
			o.containsStale = true
			t.flagged = append(t.flagged, o)
		}
	}
	if lifted {
		return t.page.outermost(nil)
	}
	slices.SortStableFunc(stale, func(a, b *region) int { return cmp.Compare(a.start(), b.start()) })
	return stale
}

// isCovered reports whether the region is in another one that is assessed.
func (r *region) isCovered() bool {
	for o := r.outer; o != nil; o = o.outer {
		if o.assessed {
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

// isIn reports whether the region is inside the component; all are inside the page.
func (r *region) isIn(c *Component) bool {
	for ; r != nil && c.parent != nil; r = r.outer {
		if r.component == c {
			return true
		}
	}
	return c.parent == nil
}
