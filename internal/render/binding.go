package render

import "github.com/a-h/templ"

const (
	// maxTexts and maxText bound what a pass's memory keeps of the texts of bindings.
	maxTexts, maxText = 32, 256
	// maxRoom bounds how many attributes are given memory at once.
	maxRoom = 64
)

// Text returns a text of a binding as a value of an attribute. It needs no memory if the rendering that has
// used the pass's memory before had the same text at the same place, as most have.
func (t *Tree) Text(text []byte) any {
	p := t.pass.Load()
	if p == nil || len(text) > maxText || p.texts == maxTexts {
		return string(text)
	}
	i, known := p.texts, p.buf.texts
	p.texts++
	if i < len(known) {
		if v := known[i]; v.(string) == string(text) {
			return v
		}
	}
	v := any(string(text))
	p.buf.texts = append(known[:min(i, len(known))], v)
	return v
}

// Attributes returns an empty list with room for n attributes.
func (t *Tree) Attributes(n int) templ.OrderedAttributes {
	p := t.pass.Load()
	if p == nil {
		return make(templ.OrderedAttributes, 0, n)
	}
	if len(p.room) < n {
		p.room = make(templ.OrderedAttributes, max(n, p.buf.attributes))
	}
	a := p.room[:0:n]
	p.room, p.attributes = p.room[n:], min(p.attributes+n, maxRoom)
	return a
}
