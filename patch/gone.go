package patch

// forget takes controls without an id that are gone from a view out of the page, before a morph makes others of
// them: those would show what was typed into the old ones, a password among it.
func (d *differ) forget(o, n int32, read *reading) {
	is := map[string]int32{} // the nodes that are morphed
	for i := n; i < n+d.new.nodes[n].span; i++ {
		if _, moved := d.moved[i]; moved {
			i += d.new.nodes[i].span - 1
			continue
		}
		is[string(d.idOf(i))] = i
	}
	var stay map[string]string // by what is around them, the conditions that leave out the controls there
	for i := o; i < o+d.old.nodes[o].span; i++ {
		if d.left[i] {
			i += d.old.nodes[i].span - 1
			continue
		}
		now, ok := is[string(d.oldID(i))]
		if !ok || !d.lacks(now, i) {
			continue
		}
		if stay == nil {
			stay = read.staying(d.root)
		}
		owner := string(d.oldID(i))
		s, ok := Selector(owner)
		if !ok || len(stay[owner]) > maxSelector {
			continue
		}
		for _, tag := range [...]string{"input", "select", "textarea"} {
			d.early = target{selector: s + " " + tag + ":not([id]):not(" + s + " [id] *)"}.open(d.early, stay[owner], "delete")
			d.early = append(d.early, `</hx-partial>`...)
		}
	}
}

// lacks reports whether a control without an id that an old node had is not in the new one.
func (d *differ) lacks(n, o int32) bool {
	is := map[uint32]bool{}
	for e := range d.new.entries(&d.new.nodes[n]) {
		is[keyIn(e)] = true
	}
	for e := range d.old.entries(&d.old.nodes[o]) {
		if !is[keyIn(e)] {
			return true
		}
	}
	return false
}

// staying are, by the id of what is around them, selectors that leave out the controls without an id.
func (r *reading) staying(root string) map[string]string {
	stay := map[string]string{}
	for i := range r.controls {
		c := &r.controls[i]
		if c.id != "" || !c.isControl() {
			continue
		}
		owner := c.owner
		if owner == "" {
			owner = root
		}
		if len(stay[owner]) > maxSelector {
			continue
		}
		is := ":not([name])"
		if c.name != "" && simpleText(c.name) {
			is = `[name="` + c.name + `"]`
		} else if c.name != "" {
			is = "[name]" // one that can't be distinguished from others
		}
		if c.typ != "" && simpleText(c.typ) {
			is += `[type="` + c.typ + `"]`
		} else if c.typ == "" && c.tag == "input" {
			is += ":not([type])"
		}
		stay[owner] += ":not(" + is + ")"
	}
	return stay
}
