package patch

import (
	"bytes"
	"html"
)

// AppendMorph appends the operation that morphs the content of the element with
// the id root into a whole view, whatever the page shows there.
func AppendMorph(dst []byte, root string, view []byte) []byte {
	dst = append(dst, `<hx-partial id="`+root+`" hx-swap="innerMorph">`...)
	dst = appendUnfocused(dst, view, nil)
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

// appendUnfocused appends HTML for elements that the page has: autofocus acts on
// elements that are new, those for whose id isNew says so, and is left out elsewhere.
func appendUnfocused(dst, h []byte, isNew func(id []byte) bool) []byte {
	if !containsFold(h, "autofocus") {
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
		t, ok := readTag(h, j)
		if !ok {
			break
		}
		if id := h[t.id.start:t.id.end]; t.autofocus.end > 0 && !(isNew != nil && plain(id) && isNew(id)) {
			dst = append(dst, h[done:t.autofocus.start]...)
			done = t.autofocus.end
		}
		i = t.end - 1
	}
	return append(dst, h[done:]...)
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
