package patch

import (
	"net/url"
	"slices"
	"strings"
)

// Posted is what a browser said of its controls when it sent an event.
type Posted struct {
	// Source is the id of the element that sent it, "" if it has none; then Address may find
	// it, the query of that element's hx-post, with its question mark.
	Source, Address string
	// Fields are by the controls' names.
	Fields url.Values
	// Typing says that the source is being typed in: its text is the user's.
	Typing bool
	// Form says that the source is a form.
	Form bool
	// InSteps says that the operations may come as two messages, of which Scanned.First is the first.
	InSteps bool
	// Left says that the source has lost the focus, since a rendering has changed what it is
	// to show; without a source, that events did not arrive, so that any control may show something else. There
	// are no fields.
	Left bool
}

// AsksForAll reports whether events did not arrive: all controls that send some are to show what the view says.
func (p *Posted) AsksForAll() bool { return p != nil && p.Left && p.Source == "" }

// isFrom reports whether an element sent the event, by its id, else by its hx-post.
func (p *Posted) isFrom(id, post string) bool {
	if p.Source != "" {
		return id == p.Source
	}
	at := strings.IndexByte(post, '?')
	return p.Address != "" && id == "" && at >= 0 && post[at:] == p.Address
}

// AppendForced appends operations that replace the controls of the event that was posted
// which show something else than the HTML says that was scanned. A morph would leave them: it
// compares attributes, not what users have typed or chosen. These are the control that sent
// the event, the radio buttons that it excludes, or all controls of the form that was submitted.
// Others are the user's, and so are passwords and files, and what Diff has seen to is left out.
// In a form that was submitted, a control that is replaced and asks for the focus gets it back,
// from the button say. What replaces a control without an id comes before all there is in dst, since a morph may make
// another element of it. root is the id of what is around the HTML, which may be a part of the view that
// stands in no form: it reports false if what was posted may stand outside of it.
func (r *Scanned) AppendForced(dst []byte, root string, p Posted) ([]byte, bool) {
	read := readControls(r.html, "", p)
	submitted := read.form > 0
	done := keySet(r.shown)
	var early []byte
	places := read.places()
	for _, i := range read.corrected(p) {
		c := &read.controls[i]
		t, ok := read.target(i, root)
		switch {
		case !ok || done[c.key], p.Left && c.isUnsaid():
		case p.Left:
			r.touch(c.id, behind)
			dst, early = t.add(dst, early, func(ops []byte) []byte { return t.renewLeft(ops, c, r) })
		default:
			if wrong, _ := c.wrong(p.Fields, places[i]); !wrong {
				continue
			}
			r.touch(c.id, 0)
			isNew := func([]byte) bool { return submitted }
			if ops, ok := r.renewSubmitted(dst, t, c, &p, false, isNew); ok {
				r.touch(c.id, behind)
				dst = ops
				continue
			}
			dst, early = t.add(dst, early, func(ops []byte) []byte { return t.renew(ops, "", c.html, isNew) })
		}
	}
	dst = slices.Insert(dst, 0, early...)
	switch {
	case submitted:
		return dst, read.hasAll(p.Fields)
	case read.source >= 0:
		return dst, !read.controls[read.source].isRadio()
	}
	return dst, false
}

// corrected lists the controls that an event has posted and that have to show what the view says.
func (r *reading) corrected(p Posted) (list []int) {
	if r.form > 0 {
		if !p.Form || !r.submits || p.Typing {
			return nil
		}
		for i := range r.controls {
			if c := &r.controls[i]; c.form == r.form && c.isControl() && c.name != "" && !c.disabled {
				list = append(list, i)
			}
		}
		return list
	}
	if r.source < 0 {
		return nil
	}
	c := &r.controls[r.source]
	switch {
	case c.disabled, c.name == "" && !p.Left, p.Typing, p.Left && !c.isField():
		return nil
	case c.tag == "select" && !c.saysSelection():
		return nil // the choice is the user's
	case !c.isRadio():
		return []int{r.source}
	}
	for i := range r.controls {
		if o := &r.controls[i]; o.isRadio() && o.name == c.name && o.form == c.form && !o.disabled {
			list = append(list, i)
		}
	}
	return list
}

// places are, for each control, its place among those of its form that post a value of its
// name whatever they show, or of a box how many there are that post the same; -1 if it is not known.
func (r *reading) places() []int {
	places := make([]int, len(r.controls))
	before := map[group]int{}
	boxes := map[box]int{}
	for i := range r.controls {
		if c := &r.controls[i]; c.isBox() && c.form > 0 && !c.disabled {
			boxes[box{c.form, c.name, c.posted()}]++
		}
	}
	for i := range r.controls {
		c := &r.controls[i]
		g := group{c.form, c.name}
		switch {
		case c.fieldless:
			places[i] = -1
		case c.isBox():
			places[i] = boxes[box{c.form, c.name, c.posted()}]
		case c.form > 0:
			places[i] = before[g]
		}
		if c.posts() {
			before[g]++
		}
	}
	return places
}

// box is what boxes have in common that post the same.
type box struct {
	form        int
	name, value string
}

// hasAll reports whether the form that was submitted has all fields that were posted.
func (r *reading) hasAll(fields url.Values) bool {
	names := map[string]bool{}
	for i := range r.controls {
		if c := &r.controls[i]; c.form == r.form {
			names[c.name] = true
		}
	}
	for name := range fields {
		if !names[name] {
			return false
		}
	}
	return true
}

// add adds operations on a control to others: to those that come before all else if it has no id.
func (t target) add(dst, early []byte, ops func(dst []byte) []byte) (_, _ []byte) {
	if t.id == "" {
		return dst, ops(early)
	}
	return ops(dst), early
}

// AppendBound appends operations for a page of which nobody knows what it shows, to those
// that morph it into the view, before those of AppendForced: controls that send events of their own show what the view says,
// texts that are being typed once they are left. Other controls keep what the user has made of them.
func (r *Scanned) AppendBound(dst []byte, old *Tree, root string) []byte {
	var p Posted
	if r.posted != nil {
		p = *r.posted
	}
	read := readControls(r.html, "", p)
	var early []byte
	done := keySet(r.shown)
	wrong := map[int]bool{} // AppendForced sees to those
	for i, right := range read.outcomes(p) {
		wrong[i] = !right
	}
	for i := range read.controls {
		c := &read.controls[i]
		t, ok := read.target(i, root)
		switch {
		case !ok, wrong[i], done[c.key], c.isControl() && c.bound == "", isPlainInput([]byte(c.typ)) && c.tag == "input",
			c.isUnsaid():
			continue
		case c.isBox():
			dst, early = t.add(dst, early, func(ops []byte) []byte { return t.renewBox(ops, c) })
		case c.isField():
			dst, early = t.add(dst, early, func(ops []byte) []byte { return t.renewLeft(ops, c, r) })
		case c.tag == "select":
			dst, early = t.add(dst, early, func(ops []byte) []byte { return t.renew(ops, "", c.html, nil) })
		}
		r.touch(c.id, behind)
		r.shown = append(r.shown, c.key)
	}
	dst = slices.Insert(dst, 0, early...)
	return r.appendOpen(dst, old)
}

// appendOpen opens or closes what the view says is open or closed. What was rendered before is
// known if old has it: then what has not changed is the user's. A <details> that the view does not open may
// be one that the user has opened.
func (r *Scanned) appendOpen(dst []byte, old *Tree) []byte {
	v, was := r.view(old), old.view()
	before := map[string]int32{}
	for i := 1; i < len(old.nodes); i++ {
		if n := &old.nodes[i]; n.name == tagDetails || n.name == tagDialog {
			before[string(was.id(n))] = int32(i)
		}
	}
	for i := 1; i < len(r.nodes); i++ {
		n, p := &r.nodes[i], r.pos[i]
		if p.copied() || n.name != tagDetails && n.name != tagDialog {
			continue
		}
		id := string(v.id(n))
		if o, known := before[id]; known {
			a, _ := was.own(&old.nodes[o])
			if b, _ := v.own(n); a == b {
				continue
			}
		}
		t, ok := idTarget(id)
		html := r.html[p.start:p.end]
		switch {
		case !ok:
		case has(r.html[p.start:p.inner], "open"):
			dst = t.renew(dst, ":not([open])", html, nil)
		case n.name == tagDialog:
			dst = t.renew(dst, "[open]:not(:modal)", html, nil)
		}
	}
	return dst
}

// saysSelection reports whether the HTML of a select says what is selected.
func (c *control) saysSelection() bool {
	return slices.ContainsFunc(c.options, func(o option) bool { return o.selected })
}
