package views

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sideband-go/sideband/internal/scope"
)

// What a component has set is read in the component, so that in a page of many only those
// are looked at that were touched.

// manyTouched is up to how many components are looked at one by one.
const manyTouched = 32

// ScopeChanged is part of scope.Watcher.
func (c *component) ScopeChanged() { c.touch() }

// ComparingPanicked is part of scope.Watcher.
func (c *component) ComparingPanicked(key string, value any) {
	c.in.host.Report(fmt.Errorf("%s: comparing values of the key %q: %w", c.name, key, c.in.host.panicked(value)))
}

// touch notes that something in the component may be out of date.
func (c *component) touch() {
	if !c.touched {
		c.touched = true
		c.in.touched = append(c.in.touched, c)
	}
}

// change has the component rendered again.
func (c *component) change() {
	c.changed = true
	c.touch()
}

// fail has the component mounted anew.
func (c *component) fail() {
	c.renew = true
	c.touch()
}

// rendered notes that what was touched is shown, but for what has not been rendered.
func (in *Instance) rendered() {
	in.touched = slices.DeleteFunc(in.touched, func(c *component) bool {
		c.scope.Rendered()
		c.touched = c.changed || c.renew
		return !c.touched
	})
	if len(in.touched) == 0 && cap(in.touched) > manyTouched {
		in.touched = nil
	}
	in.unflag()
}

// unflag takes back what the last look at the regions has left.
func (in *Instance) unflag() {
	for _, r := range in.flagged {
		r.stale, r.whole, r.holding, r.looked = false, false, false, false
	}
	in.flagged = nil
}

// assess finds out what is out of date in the page, and returns the outermost such
// regions, in document order.
func (in *Instance) assess(changes *scope.Changes) []*region {
	in.unflag()
	all := in.far || len(in.touched) > manyTouched
	for _, c := range in.touched {
		all = all || c == in.root || c.region == nil
	}
	if all {
		in.page.assess(in, changes)
		return in.page.outermost(nil)
	}
	for _, c := range in.touched {
		if !c.region.looked {
			c.region.looked = true
			in.flagged = append(in.flagged, c.region)
		}
	}
	var stale []*region
	for _, r := range slices.Clone(in.flagged) {
		if r.isCovered() || !r.assess(in, changes) {
			continue
		}
		if r.stale {
			stale = append(stale, r)
		} else {
			stale = r.outermost(stale)
		}
		for o := r.outer; o != nil; o = o.outer {
			o.holding = true
			in.flagged = append(in.flagged, o)
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
func (r *region) isIn(c *component) bool {
	for ; r != nil && c.outer != nil; r = r.outer {
		if r.part == c {
			return true
		}
	}
	return c.outer == nil
}
