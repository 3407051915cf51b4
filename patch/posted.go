package patch

// postedState reports whether an event has posted what a control shows, and whether that is right. Of a field that an
// event of another in its form has posted along, only that counts: if it isn't right, others than its user have
// changed it. o is its old node, -1 if it has none.
func (d *differ) postedState(c *control, o int32) (posted, right bool) {
	p := d.html.posted
	switch {
	case p == nil || p.Left || p.Form && p.Typing:
		return false, false
	case p.Form: // any of its fields
	case c.name == "":
		return false, false
	case !p.isFrom(c.id, c.bound):
		if len(p.Fields[c.name]) != 1 || !c.isField() && (c.tag != "select" || c.multiple) || !d.isPeer(c, o) {
			return false, false
		}
		wrong, known := c.wrong(p.Fields, -1)
		return false, known && !wrong
	case len(p.Fields[c.name]) == 1 && !c.isBox(): // no need to find out which of them it is
		wrong, known := c.wrong(p.Fields, -1)
		return wrong || known, known && !wrong
	}
	if d.outcomes == nil {
		d.outcomes = map[uint32]bool{}
		all := *p
		all.Typing = false
		read := readControls(d.html.html, "", all)
		for i, right := range read.outcomes(all) {
			d.outcomes[read.controls[i].key] = right
		}
	}
	right, posted = d.outcomes[c.key]
	return posted, right
}

// outcomes yields the controls that an event has posted, with whether each shows what the view says. Those whose
// state is unknown are left out, except boxes that may be wrong.
func (r *reading) outcomes(p Posted) func(yield func(i int, right bool) bool) {
	return func(yield func(int, bool) bool) {
		list := r.corrected(p)
		if p.Left || len(list) == 0 {
			return
		}
		places := r.places()
		for _, i := range list {
			wrong, known := r.controls[i].wrong(p.Fields, places[i])
			if (wrong || known) && !yield(i, !wrong) {
				return
			}
		}
	}
}
