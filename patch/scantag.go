package patch

import (
	"bytes"
	"sort"
)

// onStart handles the start tag at i and returns where it, or a raw text element,
// ends. A tag that is not closed takes all that follows along.
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
		return len(h)
	}
	top := s.stack[len(s.stack)-1]
	if reach, why := s.misplaced(name); why != "" {
		s.mark(reach, why)
	}
	if name == tagNoscript && !top.foreign { // as if it was not there: where patches go, nobody sees it
		if k := rawEnd(h[t.end:], name); k >= 0 {
			if n := bytes.IndexByte(h[t.end+k:], '>'); n >= 0 {
				return t.end + k + n + 1
			}
		}
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

	if t.bindings > 1 && !s.twoBindings {
		s.twoBindings = true // one warning will do
		s.out.warnings = append(s.out.warnings, Warning{string(h[t.id.start:t.id.end]), "<" + string(h[i+1:j]) + "> has two bindings", true})
	}
	hash := digest(h[i:t.end])
	if t.autofocus.end > 0 { // focusing happens once: it is no part of what an element shows
		hash = mix(digest(h[i:t.autofocus.start]), digest(h[t.autofocus.end:t.end]))
	}
	s.flush()
	id := h[t.id.start:t.id.end]
	if s.ignored == 0 && plain(id) && len(s.owners) < 1<<10 {
		if name == tagInput && !wrapped {
			hash = inputTag(h[i:t.end])
		}
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
	s.push(e)
	s.content, s.text = fresh, nil
	if t.ignored {
		s.ignore()
	}
	if name == tagPre || name == tagListing {
		s.pre++
	}
	if !e.foreign && (known(&isRaw, name) || name == tagTemplate) {
		return s.rawContent(name, t.end)
	}
	return t.end
}

// rawContent takes what stands in an element whose content is no HTML of the page:
// text, or a template.
func (s *scanner) rawContent(name uint16, from int) int {
	end := rawEnd(s.html[from:], name)
	if end < 0 {
		s.mark(len(s.stack)-1, "<"+tagText(name)+"> is not closed")
		end = len(s.html) - from
	}
	s.content = mixed
	content := digest(s.html[from : from+end])
	if name == tagTextarea && s.ignored == 0 {
		s.entries[len(s.entries)-1] = newEntry(keyIn(s.entries[len(s.entries)-1]), content)
	}
	s.loose(content)
	return from + end
}

// maxRawName is the length of the longest name that rawEnd is asked for. In raw text a <
// is a name byte, too: without the bound each of many would be read to their end.
const maxRawName = len("textarea")

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
		for k < len(rest) && k <= maxRawName && isNameByte(rest[k]) {
			k++
		}
		if k == 0 || k > maxRawName || nameOf(rest[:k]) != name {
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
	n := node{tag: sumOf(hash), slot: uint16(o.tokens), name: e.name, wrap: s.nest[len(s.nest)-1].wrap, span: 1}
	if wrapped {
		n.flags |= foreign
		if e.math {
			n.flags |= inMath
		}
	}
	s.note(id, seen{int32(len(s.out.nodes)), int32(i)})
	s.out.nodes = append(s.out.nodes, n)
	s.out.pos = append(s.out.pos, pos{int32(i), int32(inner), int32(inner)})
	s.owners = append(s.owners, owner{
		node: int32(len(s.out.nodes) - 1), depth: int32(len(s.stack)), id: id, body: start,
		entry: int32(len(s.entries)), mark: s.nextMark,
	})
}

// seen is where an id was seen last: the node, and what its pos begins with.
type seen struct{ node, start int32 }

// note finds out whether an id was there before.
func (s *scanner) note(id []byte, at seen) {
	key := digest(id)
	if s.ids == nil {
		s.ids = map[uint64]seen{}
	}
	if first, dup := s.ids[key]; dup {
		s.duplicate(id, first, at)
	}
	s.ids[key] = at
}

// duplicate makes the innermost element that contains both uses of an id opaque.
func (s *scanner) duplicate(id []byte, first, second seen) {
	if s.owners[0].duplicate {
		return // it can't get worse
	}
	why := "the id " + string(id) + " is used twice, by <" + s.nameAt(first) + "> and <" + s.nameAt(second) + ">"
	if int(first.node) >= len(s.out.nodes) || s.out.pos[first.node].start != first.start {
		first.node = 0 // it was in an opaque element, which is forgotten
	}
	k := sort.Search(len(s.owners), func(k int) bool { return s.owners[k].node >= first.node })
	s.mark(int(s.owners[max(0, k-1)].depth), why).duplicate = true
}

// nameAt is the name of an element that was seen.
func (s *scanner) nameAt(at seen) string {
	if at.start < 0 { // of the tree before, which does not know how custom elements are called
		if name := s.old.nodes[-1-at.start].name; name < otherName {
			return tagText(name)
		}
		return "…"
	}
	tag := s.html[at.start+1:]
	n := 0
	for n < len(tag) && isNameByte(tag[n]) {
		n++
	}
	return string(tag[:n])
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
	k := int(s.innermost(name))
	if k <= int(s.owners[0].depth) {
		s.mark(top, "</"+tagText(name)+"> closes nothing")
		return
	}
	if k < top {
		s.mark(k, "<"+tagText(s.stack[k+1].name)+"> is not closed")
		s.closeTo(k, i)
	}
	s.pop(i, end)
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
	if s.ignored > 0 && s.ignored == len(s.stack)-1 {
		s.ignored, s.content, s.text = 0, fresh, nil
		if e.owner >= 0 {
			s.owners[len(s.owners)-1].body = sawIgnored
		}
	}
	if k := len(s.selects) - 1; k >= 0 && s.selects[k].depth == len(s.stack)-1 {
		s.closeSelect(int(i))
	}
	if e.name == tagPre || e.name == tagListing {
		s.pre--
	}
	if e.owner >= 0 {
		k := s.owners[len(s.owners)-1].node
		s.closeNode(i)
		s.drop()
		s.out.pos[k].end = end
		return
	}
	if s.ignored > 0 {
		s.drop()
		s.content = mixed
		return
	}
	if s.content == textOnly || s.content == fresh && len(s.text) > 0 {
		o := &s.owners[len(s.owners)-1]
		o.body = mix(o.body, digest(s.text))
		if s.content == textOnly {
			s.checkText()
		}
	}
	if e.name >= otherName && (s.content != fresh || len(s.text) > 0) {
		s.owners[len(s.owners)-1].filled = true
	}
	s.drop()
	s.content = mixed
	s.loose(sawEnd)
}
