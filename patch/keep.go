package patch

import "bytes"

// unseen are the digests of an element of which only the stub is known.
const unseen = 0x6a09e667f3bcc909

// AppendStub appends the place to which htmx moves the element with the id that the page
// has. If the page has none, the stub shows nothing. tag is the element's name, id must be
// usable.
func AppendStub(dst []byte, tag, id string) []byte { return appendStub(dst, tag, id, " hidden") }

func appendStub(dst []byte, tag, id, attrs string) []byte {
	return appendElement(dst, tag, id, " hx-preserve"+attrs)
}

// appendElement appends an empty element.
func appendElement(dst []byte, tag, id, attrs string) []byte {
	dst = append(dst, "<"+tag+` id="`+id+`"`+attrs+">"...)
	if !known(&isVoid, nameOf([]byte(tag))) {
		dst = append(dst, "</"+tag+">"...)
	}
	return dst
}

// FirstTag reads the start tag that the HTML begins with, after white space. ok is false
// if it begins with something else, or if the element has no usable id.
func FirstTag(html []byte) (tag, id string, ok bool) {
	h := bytes.TrimLeft(html, " \n\t\r\f")
	if len(h) < 2 || h[0] != '<' || lower(h[1]) < 'a' || lower(h[1]) > 'z' {
		return "", "", false
	}
	i := len("<") + len(tagIn(h))
	t, whole := readTag(h, i)
	if !whole {
		return "", "", false
	}
	value := h[t.id.start:t.id.end]
	return string(h[1:i]), string(value), plain(value)
}

// IsOne reports whether what stands between two marks, begin and end of one piece, is one
// element with an id and nothing else. Of pieces that are Broken it can't be said.
func (r *Scanned) IsOne(begin, end *Mark) bool {
	i, n := begin.Node-r.scanner.offset, end.Node-begin.Node
	return n > 0 && !end.Loose && int(i+n) <= len(r.nodes) && r.nodes[i].span == n
}

// IsElement reports whether a region that was scanned alone is one element with an id: this one, unless it is "".
func (r *Scanned) IsElement(id string) bool {
	return len(r.nodes) > 0 && int(r.nodes[0].span) == len(r.nodes) && (id == "" || string(r.scanner.idAt(0)) == id)
}

// Repeats reports whether an element that was rendered has the id of one that the tree has in the place.
func (r *Scanned) Repeats(old *Tree, p *Place) bool {
	for i := p.Start; i < p.End; i++ {
		if at, ok := r.scanner.ids[digest(old.arena[old.nodes[i].at:][:old.nodes[i].idLen])]; ok && at.start >= 0 {
			return true
		}
	}
	return false
}

// Keeps reports whether the element with the id is kept, or is in one that is: the HTML
// does not tell what it shows.
func (r *Scanned) Keeps(id string) bool {
	for i := range r.nodes {
		if r.pos[i].copied() && string(r.scanner.idAt(i)) == id {
			return true
		}
	}
	return false
}

// keepOld takes over the nodes of an element that the page is to keep, with the place of
// the stub that stands at the mark. It returns where the stub ends.
func (s *scanner) keepOld(m *Mark) (end int) {
	h, i := s.html, m.Off
	name := nameOf(tagIn(h[i:]))
	t, ok := readTag(h, i+len("<")+len(tagIn(h[i:])))
	if !ok {
		panic("patch: a Keep mark without a stub behind it")
	}
	end = t.end
	if !known(&isVoid, name) {
		end += bytes.IndexByte(h[end:], '>') + 1
	}
	if reach, why := s.misplaced(name); why != "" {
		s.mark(reach, why)
	}
	top := s.stack[len(s.stack)-1]
	if m.Region {
		m.Place = s.place(s.owners[len(s.owners)-1].tokens)
	}
	at := len(s.out.nodes)
	s.openNode(elem{name: name, math: top.math}, h[t.id.start:t.id.end], unseen, i, t.end, top.foreign && top.name != tagForeignObject)
	if m.Count == 0 {
		s.closeNode(int32(end))
		s.out.nodes[at].body = sumOf(unseen)
		return end
	}
	s.owners = s.owners[:len(s.owners)-1]
	kept := s.old.nodes[m.From : m.From+m.Count]
	for k := range kept[1:] {
		n := &kept[1+k]
		s.note(s.old.arena[n.at:][:n.idLen], seen{int32(at + 1 + k), -1 - m.From - int32(1+k)})
	}
	root := s.out.nodes[at]
	s.out.nodes = append(s.out.nodes[:at], kept...)
	s.out.nodes[at].slot, s.out.nodes[at].wrap = root.slot, root.wrap
	s.out.pos = append(s.out.pos[:at], pos{-1 - m.From, int32(i), int32(end)})
	s.ids[digest(s.idAt(at))] = seen{int32(at), -1 - m.From}
	for k := int32(1); k < m.Count; k++ {
		s.out.pos = append(s.out.pos, pos{start: -1 - m.From - k})
	}
	return end
}
