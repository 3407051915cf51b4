package patch

import (
	"bytes"
	"html"
	"slices"
)

// AppendMorph appends the operation that morphs the content of the element with
// the id root into a whole view, whatever the page shows there.
func AppendMorph(dst []byte, root string, view []byte) []byte {
	dst = append(dst, `<hx-partial id="`+root+`" hx-swap="innerMorph">`...)
	dst = morphed{paint: true}.append(dst, view)
	return append(dst, `</hx-partial>`...)
}

// AppendTitle appends what sets the page's title.
func AppendTitle(dst []byte, title string) []byte {
	return append(dst, "<title>"+html.EscapeString(title)+"</title>"...)
}

// AppendText appends the operation that sets the text of the element with the id.
func AppendText(dst []byte, id, text string) []byte {
	return append(dst, `<hx-partial id="`+id+`" hx-swap="textContent">`+html.EscapeString(text)+`</hx-partial>`...)
}

// AppendReplace appends the operation that replaces the element with the id.
func AppendReplace(dst []byte, id string, element []byte) []byte {
	dst = append(dst, `<hx-partial id="`+id+`" hx-swap="outerHTML">`...)
	dst = append(dst, element...)
	return append(dst, `</hx-partial>`...)
}

// morphed says what to leave out of HTML that is morphed into what the page has.
type morphed struct {
	// isNew reports whether the page has no element with the id: autofocus acts on elements
	// that are new, and is left out elsewhere. Nil: the page has them all.
	isNew func(id []byte) bool
	// leaves reports whether a morph leaves alone what the input with the id shows: its value is left out. Nil: none.
	leaves func(id []byte) bool
	// paint leaves alone what is in custom elements that are rendered empty: they paint
	// themselves.
	paint bool
}

// append appends the HTML.
func (m morphed) append(dst, h []byte) []byte {
	if m.leaves == nil && !containsFold(h, "autofocus") && !(m.paint && hasEmptyCustom(h)) {
		return append(dst, h...)
	}
	done := 0
	for i := 0; i+1 < len(h); i++ {
		if h[i] != '<' || lower(h[i+1]) < 'a' || lower(h[i+1]) > 'z' {
			continue
		}
		j := i + 1
		for j < len(h) && isNameByte(h[j]) {
			j++
		}
		name := h[i+1 : j]
		t, ok := readTag(h, j)
		if !ok {
			break
		}
		id := h[t.id.start:t.id.end]
		var cuts []interval
		if t.autofocus.end > 0 && !(m.isNew != nil && plain(id) && m.isNew(id)) {
			cuts = append(cuts, t.autofocus)
		}
		if m.leaves != nil && nameOf(name) == tagInput && plain(id) && m.leaves(id) {
			cuts = appendAttr(cuts, h[i:t.end], i, "value")
		}
		for _, c := range cuts {
			dst = append(dst, h[done:c.start]...)
			done = c.end
		}
		if m.paint && isCustom(name) && closes(h[t.end:], name) {
			dst = append(append(dst, h[done:t.end-1]...), skipChildren...)
			done = t.end - 1
		}
		i = t.end - 1
		if name := nameOf(name); known(&isRaw, name) {
			if k := rawEnd(h[t.end:], name); k >= 0 {
				i = t.end + k - 1
			}
		}
	}
	return append(dst, h[done:]...)
}

// appendAttr puts where an attribute stands among intervals, in order. The start tag begins at a place of the HTML.
func appendAttr(list []interval, start []byte, at int, name string) []interval {
	eachAttr(start, func(a attr) {
		if is(start[a.name.start:a.name.end], name) {
			list = append(list, interval{at + a.name.start, at + a.end})
		}
	})
	slices.SortFunc(list, func(a, b interval) int { return a.start - b.start })
	return list
}

// skipChildren makes the kit's htmx leave the children of an element alone.
const skipChildren = " sb-skip"

// isCustom reports whether a tag's name is that of a custom element.
func isCustom(name []byte) bool { return bytes.IndexByte(name, '-') > 0 }

// closes reports whether HTML begins with the end tag of the name.
func closes(h, name []byte) bool {
	return len(h) > len(name)+2 && h[0] == '<' && h[1] == '/' && bytes.EqualFold(h[2:2+len(name)], name) && !isNameByte(h[2+len(name)])
}

// hasEmptyCustom reports whether a custom element in the HTML may be empty.
func hasEmptyCustom(h []byte) bool {
	for {
		i := bytes.Index(h, []byte("></"))
		if i < 0 {
			return false
		}
		h = h[i+3:]
		n := 0
		for n < len(h) && isNameByte(h[n]) {
			n++
		}
		if isCustom(h[:n]) {
			return true
		}
		h = h[n:]
	}
}

// containsFold looks for an ASCII word in any case.
func containsFold(h []byte, word string) bool {
	for i := 0; ; i++ {
		j := bytes.IndexAny(h[i:], word[:1]+string(word[0]-'a'+'A'))
		if j < 0 || i+j+len(word) > len(h) {
			return false
		}
		if i += j; bytes.EqualFold(h[i:i+len(word)], []byte(word)) {
			return true
		}
	}
}
