package patch

import (
	"strconv"
	"strings"
)

// Recovered is what to leave alone in a page of which nobody knows what it shows, but that has told of its forms. A line
// of text or a box of which it has posted what the view says now shows that, or what its user has made of it since, which
// is on its way: its own event brings it.
type Recovered struct {
	fields map[string]*control // lines of text, by their ids
	list   []*control
	typed  map[*control]bool // lines that have been posted otherwise, too
}

// Recovered finds these controls. told are what events have posted of forms, the newest last: of an answer of a form the
// source is the form.
func (r *Scanned) Recovered(told []Posted) Recovered {
	out := Recovered{fields: map[string]*control{}, typed: map[*control]bool{}}
	done := map[string]bool{}
	for n := len(told) - 1; n >= 0; n-- {
		p := told[n]
		read := readControls(r.html, "", p)
		form := read.form
		if form == 0 && read.source >= 0 {
			form = read.controls[read.source].form
		}
		if form == 0 {
			continue
		}
		places := read.places()
		for i := range read.controls {
			c := &read.controls[i]
			if c.form != form || c.id == "" || c.name == "" || c.bound == "" || c.disabled || !c.isLine() && !c.isBox() {
				continue
			}
			wrong, known := c.wrong(p.Fields, places[i])
			if done[c.id] { // older events tell of what it showed before
				if left := out.fields[c.id]; left != nil && wrong {
					out.typed[left] = true
				}
				continue
			}
			done[c.id] = true
			if wrong || !known {
				continue
			}
			if c.isLine() {
				out.fields[c.id] = c
				out.list = append(out.list, c)
				r.mark(c.id, behind)
			} else {
				r.mark(c.id, 0)
			}
			r.shown = append(r.shown, c.key)
		}
	}
	return out
}

// mark sets what is remembered of a control.
func (r *Scanned) mark(id string, bits uint8) {
	if n, ok := r.node([]byte(id)); ok {
		r.nodes[n].setBits(bits)
	}
}

// AppendMorph is AppendMorph that leaves them alone. A morph that brings another value writes over what was typed, and
// one that takes the value away empties a field that nobody has typed into. So lines of text are morphed without, and
// those whose HTML has the value already, which may be such fields, get it back, unless it is known that somebody has typed.
func (u Recovered) AppendMorph(dst []byte, root string, view []byte) []byte {
	dst = append(dst, `<hx-partial id="`+root+`" hx-swap="innerMorph">`...)
	dst = morphed{paint: true, leaves: func(id []byte) bool { return u.fields[string(id)] != nil }}.append(dst, view)
	dst = append(dst, `</hx-partial>`...)
	for _, c := range u.list {
		t, ok := idTarget(c.id)
		if !ok || u.typed[c] || c.value == "" || len(c.value) > maxPattern || strings.Contains(c.value, "\x00") {
			continue
		}
		dst = appendValueIs(append(dst, `<hx-partial hx-target='`+t.selector...), c.value)
		dst = append(dst, `' hx-swap="outerMorph">`...)
		dst = morphed{}.append(dst, c.html)
		dst = append(dst, `</hx-partial>`...)
	}
	return dst
}

// appendValueIs appends the part of a selector that an element meets whose attribute value is a text, by anybody.
func appendValueIs(dst []byte, text string) []byte {
	dst = append(dst, `[value="`...)
	for _, c := range text {
		if 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' {
			dst = append(dst, byte(c))
			continue
		}
		dst = append(strconv.AppendInt(append(dst, '\\'), int64(c), 16), ' ')
	}
	return append(dst, `"]`...)
}
