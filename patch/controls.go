package patch

import (
	"net/url"
	"slices"
)

// Posted is what a browser said of its controls when it sent an event.
type Posted struct {
	// Source is the id of the element that sent it, "" if it has none; then Address may find
	// it, the hx-post of that element.
	Source, Address string
	// Fields are by the controls' names.
	Fields url.Values
	// Typing says that the source is being typed in: its text is the user's.
	Typing bool
	// Form says that the source is a form.
	Form bool
	// Left says that the source has lost the focus, since a rendering has changed what it is
	// to show. There are no fields.
	Left bool
}

// AppendForced appends operations that replace the controls of the event that was posted
// which show something else than the HTML says that was scanned. A morph would leave them: it
// compares attributes, not what users have typed or chosen. These are the control that sent
// the event, the radio buttons that it excludes, or all controls of the form that was submitted.
// Others are the user's, and so are passwords and files, and what Diff has seen to is left out.
// In a form that was submitted, a control that is replaced and asks for the focus gets it back,
// from the button say. root is the id of what is around the HTML, which may be a part of the view that
// stands in no form: it reports false if what was posted may stand outside of it.
func (r *Scanned) AppendForced(dst []byte, root string, p Posted) ([]byte, bool) {
	read := readControls(r.html, "", p)
	dst, inside := appendForced(dst, &read, root, p, r.shown)
	if read.source >= 0 && read.controls[read.source].isRadio() || read.form > 0 && !read.hasAll(p.Fields) {
		inside = false
	}
	return dst, inside
}

func appendForced(dst []byte, read *reading, root string, p Posted, done []uint32) ([]byte, bool) {
	submitted := read.form > 0
	for _, i := range read.told(p) {
		c := &read.controls[i]
		target, ok := read.target(i, root)
		if !ok || slices.Contains(done, c.key) {
			continue
		}
		switch {
		case p.Left:
			dst = appendLeft(dst, c, target)
		case c.wrong(p.Fields, read.placeOf(i)):
			dst = appendRenewed(dst, target, c.html, func([]byte) bool { return submitted })
		}
	}
	return dst, read.source >= 0 || submitted
}

// told lists the controls that an event has told of, and that are to show what the view says.
func (r *reading) told(p Posted) (list []int) {
	if r.form > 0 {
		for i := range r.controls {
			if c := &r.controls[i]; c.form == r.form && c.isControl() && c.name != "" && !c.disabled && r.submits && !p.Typing {
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

// placeOf is the place of a control among those of its form that post a value of its name.
func (r *reading) placeOf(i int) (at int) {
	c := &r.controls[i]
	switch {
	case c.fieldless:
		return -1
	case c.form == 0:
		return 0
	}
	for k := range i {
		if o := &r.controls[k]; o.form == c.form && o.name == c.name && o.posts() {
			at++
		}
	}
	return at
}

// hasAll reports whether the form that was submitted has all fields that were posted.
func (r *reading) hasAll(fields url.Values) bool {
	for name := range fields {
		if !slices.ContainsFunc(r.controls, func(c control) bool { return c.form == r.form && c.name == name }) {
			return false
		}
	}
	return true
}

// AppendBound appends operations for a page of which nobody knows what it shows, behind those
// that morph it into the view: controls that send events of their own show what the view says,
// texts that are being typed once they are left. Other controls keep what the user has made of them.
func (r *Scanned) AppendBound(dst []byte, old *Tree, root string) []byte {
	read := readControls(r.html, "", Posted{})
	for i := range read.controls {
		c := &read.controls[i]
		target, ok := read.target(i, root)
		if !ok || c.isControl() && (c.bound == "" || isPlainInput([]byte(c.typ))) {
			continue
		}
		r.shown = append(r.shown, c.key)
		switch {
		case c.isBox():
			dst = appendBox(dst, c, target)
		case c.isField():
			dst = appendLeft(dst, c, target)
		case c.tag == "select":
			dst = appendRenewed(dst, target, c.html, nil)
		default:
			dst = r.appendOpen(dst, old, c)
		}
	}
	return dst
}

// appendOpen opens or closes what the view says is open or closed. What it showed before is
// known if old has it: then what has not changed is the user's. A <details> that the view does not open may
// be one that the user has opened.
func (r *Scanned) appendOpen(dst []byte, old *Tree, c *control) []byte {
	n, ok := r.find(c.id)
	if !ok || c.tag != "details" && c.tag != "dialog" {
		return dst
	}
	v := r.view(old)
	if o, known := old.Find(c.id); known {
		t := old.view()
		was, _ := t.own(&old.nodes[o])
		if is, _ := v.own(&r.nodes[n]); was == is {
			return dst
		}
	}
	html := r.html[r.pos[n].start:r.pos[n].end]
	open := has(c.html, "open")
	switch {
	case open:
		return appendRenewed(dst, "#"+c.id+":not([open])", html, nil)
	case c.tag == "dialog":
		return appendRenewed(dst, "#"+c.id+"[open]:not(:modal)", html, nil)
	}
	return dst
}

// find returns the node of an element whose HTML was scanned.
func (r *Scanned) find(id string) (int32, bool) {
	for i := 1; i < len(r.nodes); i++ {
		if !r.pos[i].copied() && string(r.scanner.idAt(i)) == id {
			return int32(i), true
		}
	}
	return 0, false
}
