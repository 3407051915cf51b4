package patch

import "bytes"

// Ignore is an attribute of an element whose children are not the server's: a script has made them. The element's own
// attributes follow the rendering. What is rendered in it is sent with the element when that is new, and never
// afterwards; nothing in it is compared, and no operation is for what is in it. It has no effect on a select, a textarea
// and other elements that hold no elements.
const Ignore = "sb-ignore"

// sawIgnored is the digest of the content of each of them.
const sawIgnored = 0x3c6ef372fe94f82b

// ignore begins to leave out what is in the element that was just opened.
func (s *scanner) ignore() {
	e := s.stack[len(s.stack)-1]
	if s.ignored == 0 && e.name != tagSelect && (e.foreign || !known(&isRaw, e.name) && e.name != tagTemplate) {
		s.ignored = len(s.stack) - 1
	}
}

// ignoreMark handles a mark in an element that is ignored: a piece of the page can't be patched by itself there.
func (s *scanner) ignoreMark(m *Mark) (end int) {
	m.Broken = true
	switch m.Kind {
	case Begin:
		s.pieces = append(s.pieces, piece{s.nextMark - 1, len(s.stack), len(s.owners) - 1, s.owners[len(s.owners)-1].body, s.owners[len(s.owners)-1].tokens})
	case End:
		s.endPiece(m)
		m.Broken = true
	case Keep:
		nodes, pos := len(s.out.nodes), len(s.out.pos)
		end = s.keepOld(m)
		s.out.nodes, s.out.pos = s.out.nodes[:nodes], s.out.pos[:pos]
	}
	if m.Region && m.Place == nil {
		m.Place = s.place(s.owners[len(s.owners)-1].tokens)
	}
	return end
}

// isIgnored reports whether a start tag has the attribute.
func isIgnored(start []byte) bool { return bytes.Contains(start, []byte(Ignore)) && has(start, Ignore) }

// contentEnd returns where the end tag begins of an element with a name whose content begins at i.
func contentEnd(h []byte, i int, name []byte) int {
	for depth := 0; ; {
		j := bytes.IndexByte(h[i:], '<')
		if j < 0 {
			return len(h)
		}
		at := i + j
		i = at + 1
		ends := i < len(h) && h[i] == '/'
		if ends {
			i++
		}
		k := i
		for k < len(h) && isNameByte(h[k]) {
			k++
		}
		switch same := bytes.EqualFold(h[i:k], name); {
		case same && !ends:
			depth++
		case same && depth == 0:
			return at
		case same:
			depth--
		}
		i = k
	}
}
