package patch

import (
	"bytes"
	"slices"
)

// htmx gives the focus to the first element with autofocus in what a swap has brought, or has morphed. An element that keeps
// the attribute would thus take the focus again whenever something around it changes.

// AppendFocused appends the operations that take autofocus away from the elements that other operations have brought. They
// belong into a message of their own, after those: htmx finds all targets of a message before it swaps the first. It
// appends nothing where there are no such elements.
func AppendFocused(dst, ops []byte) []byte {
	if !bytes.Contains(ops, []byte("autofocus")) {
		return dst
	}
	for i := 0; i+1 < len(ops); i++ {
		if ops[i] != '<' || lower(ops[i+1]) < 'a' || lower(ops[i+1]) > 'z' {
			continue
		}
		j := i + 1
		for j < len(ops) && isNameByte(ops[j]) {
			j++
		}
		name := ops[i+1 : j]
		t, ok := readTag(ops, j)
		if !ok {
			break
		}
		content := -1
		if known(&isRaw, nameOf(name)) {
			content = rawEnd(ops[t.end:], nameOf(name))
		}
		if t.autofocus.end > 0 && plain(ops[t.id.start:t.id.end]) && isOfHTML(name) {
			dst = appendUnfocused(dst, ops[i:t.end], ops[t.end:t.end+max(content, 0)])
		}
		i = t.end + max(content, 0) - 1
	}
	return dst
}

// appendUnfocused appends the operation that morphs an element that was just brought into itself without autofocus.
func appendUnfocused(dst, start, content []byte) []byte {
	name := nameOf(tagIn(start))
	t, condition := target{id: string(attribute(start, "id"))}, ""
	if bytes.EqualFold(tagIn(start), []byte("a")) { // SVG has such elements too, which this would replace by HTML's
		t.selector, condition = string(appendSelector(nil, []byte(t.id))), ":not(svg *)"
	}
	dst = t.open(dst, condition, "outerMorph")
	dst = appendStart(dst, start, []string{"autofocus"})
	switch {
	case name == tagTextarea:
		dst = append(append(dst, '>'), content...)
	case !known(&isVoid, name):
		dst = append(append(dst, skipChildren...), '>')
	default:
		return append(dst, `></hx-partial>`...)
	}
	dst = append(append(dst, "</"...), tagIn(start)...)
	return append(dst, `></hx-partial>`...)
}

// isOfHTML reports whether elements of the name, but for links, are not of SVG or MathML, wherever they stand, and do nothing
// by themselves.
func isOfHTML(name []byte) bool {
	return !isCustom(name) && !slices.Contains([]string{"audio", "canvas", "iframe", "script", "style", "title", "video"}, string(bytes.ToLower(name)))
}
