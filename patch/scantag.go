package patch

import "bytes"

// onStart handles the start tag at i and returns where it, or a raw text element,
// ends. It returns i if there is no whole tag.
func (s *scanner) onStart(i int) int {
	h := s.html
	j := i + 1
	for j < len(h) && isNameByte(h[j]) {
		j++
	}
	name := nameOf(h[i+1 : j])
	t, ok := readTag(h, j)
	if !ok {
		s.mark(len(s.stack)-1, "a tag is not closed")
		return i
	}
	top := s.stack[len(s.stack)-1]
	if reach, why := s.misplaced(name); why != "" {
		s.mark(reach, why)
	}
	e := elem{name: name, owner: -1, foreign: top.foreign, math: top.math}
	if top.foreign && (top.name == tagForeignObject || top.name == tagDesc || top.name == tagTitle) {
		e.foreign, e.math = false, false
	}
	wrapped := e.foreign // inside svg or math: a patch of it needs a wrapper
	if name == tagSvg || name == tagMath {
		e.foreign, e.math = true, name == tagMath
	}
	closed := t.selfClosing && e.foreign || !e.foreign && known(&isVoid, name)

	hash := digest(h[i:t.end])
	if t.autofocus.end > 0 { // focusing happens once: it is no part of what an element shows
		hash = mix(digest(h[i:t.autofocus.start]), digest(h[t.autofocus.end:t.end]))
	}
	s.flush()
	id := h[t.id.start:t.id.end]
	if plain(id) && len(s.owners) < 1<<10 {
		s.openNode(e, id, hash, i, t.end, wrapped)
		s.noteControl(name, i, t.end, id, t.opened)
		if closed {
			s.closeNode(int32(t.end))
			return t.end
		}
		e.owner = int32(len(s.owners) - 1)
	} else {
		s.loose(hash)
		s.noteControl(name, i, t.end, nil, t.opened)
		if closed {
			return t.end
		}
	}
	s.stack = append(s.stack, e)
	s.content, s.text = fresh, nil
	if name == tagPre || name == tagListing {
		s.pre++
	}
	if !e.foreign && (known(&isRaw, name) || name == tagTemplate || name == rawNoscript) {
		return s.rawContent(name, t.end)
	}
	return t.end
}

var rawNoscript = nameOf([]byte("noscript"))

// rawContent takes what stands in an element whose content is no HTML of the page:
// text, or a template.
func (s *scanner) rawContent(name uint16, from int) int {
	end := rawEnd(s.html[from:], name)
	if end < 0 {
		s.mark(len(s.stack)-1, "<"+tagText(name)+"> is not closed")
		end = len(s.html) - from
	}
	s.content = mixed
	s.loose(digest(s.html[from : from+end]))
	return from + end
}

// rawEnd finds the end tag that closes a raw text element or a template.
func rawEnd(h []byte, name uint16) int {
	depth := 0
	for i := 0; ; i++ {
		j := bytes.IndexByte(h[i:], '<')
		if j < 0 {
			return -1
		}
		i += j
		rest := h[i+1:]
		slash := len(rest) > 0 && rest[0] == '/'
		if slash {
			rest = rest[1:]
		}
		k := 0
		for k < len(rest) && isNameByte(rest[k]) {
			k++
		}
		if k == 0 || nameOf(rest[:k]) != name {
			continue
		}
		switch {
		case !slash && name == tagTemplate:
			depth++
		case slash && depth > 0:
			depth--
		case slash:
			return i
		}
	}
}

func (s *scanner) openNode(e elem, id []byte, hash uint64, i, inner int, wrapped bool) {
	o := s.owners[len(s.owners)-1]
	n := node{tag: hash, slot: uint16(o.tokens), name: e.name, wrap: s.wrapper(o), span: 1}
	if wrapped {
		n.flags |= foreign
		if e.math {
			n.flags |= inMath
		}
	}
	s.note(id)
	s.out.nodes = append(s.out.nodes, n)
	s.out.pos = append(s.out.pos, pos{int32(i), int32(inner), int32(inner)})
	s.owners = append(s.owners, owner{
		node: int32(len(s.out.nodes) - 1), depth: int32(len(s.stack)), id: id, body: start,
		leafs: int32(len(s.leafs)), entry: int32(len(s.entries)), mark: s.nextMark,
	})
}

// note finds out whether an id was there before.
func (s *scanner) note(id []byte) {
	key := digest(id)
	if s.ids == nil {
		s.ids = map[uint64]struct{}{}
	}
	if _, dup := s.ids[key]; dup {
		s.duplicate(id)
	}
	s.ids[key] = struct{}{}
}

// wrapper tells apart what a node stands in within its parent node.
func (s *scanner) wrapper(parent owner) (w uint16) {
	for _, e := range s.stack[parent.depth+1:] {
		w = w*31 + e.name + 1
	}
	return w
}

// duplicate makes the innermost element around both uses of an id opaque.
func (s *scanner) duplicate(id []byte) {
	if s.owners[0].twice {
		return // it can't get worse
	}
	first := int32(0)
	for i := len(s.out.nodes) - 1; i > 0; i-- {
		if bytes.Equal(s.idAt(i), id) {
			first = int32(i)
			break
		}
	}
	depth := 0
	for _, o := range s.owners {
		if o.node < first {
			depth = int(o.depth)
		}
	}
	s.mark(depth, "the id "+string(id)+" is used twice").twice = true
}

// idAt is the id of a node that has been read, perhaps not to its end.
func (s *scanner) idAt(i int) []byte {
	p := s.out.pos[i]
	if p.copied() {
		n := &s.old.nodes[-1-p.start]
		return s.old.arena[n.at:][:n.idLen]
	}
	return attribute(s.html[p.start:p.inner], "id")
}

// onEnd handles an end tag that stands in html[i:end].
func (s *scanner) onEnd(name uint16, i, end int32) {
	top := len(s.stack) - 1
	base := int(s.owners[0].depth)
	for k := top; k > base; k-- {
		if s.stack[k].name != name {
			continue
		}
		if k < top {
			s.mark(k, "<"+tagText(s.stack[k+1].name)+"> is not closed")
			s.closeTo(k, i)
		}
		s.pop(i, end)
		return
	}
	s.mark(top, "</"+tagText(name)+"> closes nothing")
}

// closeTo closes all open elements above a depth.
func (s *scanner) closeTo(depth int, at int32) {
	for len(s.stack)-1 > depth {
		s.pop(at, at)
	}
}

// pop closes the innermost element, whose end tag stands in html[i:end].
func (s *scanner) pop(i, end int32) {
	e := s.stack[len(s.stack)-1]
	if k := len(s.selects) - 1; k >= 0 && s.selects[k].depth == len(s.stack)-1 {
		s.closeSelect(int(i))
	}
	if e.name == tagPre || e.name == tagListing {
		s.pre--
	}
	if e.owner >= 0 {
		k := s.owners[len(s.owners)-1].node
		s.closeNode(i)
		s.stack = s.stack[:len(s.stack)-1]
		s.out.pos[k].end = end
		return
	}
	o := &s.owners[len(s.owners)-1]
	switch {
	case s.content == mixed:
	case s.content == textOnly:
		s.leafs = append(s.leafs, digest(s.text))
		o.body = mix(o.body, sawLeaf)
		s.checkText()
	case len(s.text) > 0: // white space
		s.leafs = append(s.leafs, digest(s.text))
		o.body = mix(o.body, sawLeaf)
	default:
		s.leafs = append(s.leafs, 0)
		o.body = mix(o.body, sawLeaf)
	}
	s.stack = s.stack[:len(s.stack)-1]
	s.content = mixed
	s.loose(sawEnd)
}
