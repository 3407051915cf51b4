package patch

import "slices"

// atMark handles the next mark and returns where what it has read of the HTML ends.
func (s *scanner) atMark() (end int) {
	m := &s.marks[s.nextMark]
	s.nextMark++
	s.flush()
	m.Node = int32(len(s.out.nodes)) + s.offset
	if s.ignored > 0 {
		return s.ignoreMark(m)
	}
	switch m.Kind {
	case Begin:
		o := &s.owners[len(s.owners)-1]
		s.pieces = append(s.pieces, piece{s.nextMark - 1, len(s.stack), len(s.owners) - 1, o.body, o.tokens})
		o.body = start
	case End:
		s.endPiece(m)
	case Skip:
		s.copyOld(m)
	case Keep:
		return s.keepOld(m)
	}
	return 0
}

func (s *scanner) endPiece(m *Mark) {
	p := s.pieces[len(s.pieces)-1]
	s.pieces = s.pieces[:len(s.pieces)-1]
	if p.depth != len(s.stack) || p.owner != len(s.owners)-1 {
		m.Broken = true
		s.mark(min(p.depth, len(s.stack))-1, "a part of the page opens and closes different elements")
		return
	}
	o := &s.owners[p.owner]
	m.Loose = o.tokens != p.tokens
	if m.Region {
		m.Place = s.place(p.tokens)
		m.Place.Start, m.Place.End, m.Place.loose = s.marks[p.mark].Node, m.Node, o.body
	}
	if m.Loose {
		o.body = mix(p.body, o.body)
	} else {
		o.body = p.body
	}
}

// copyOld copies the nodes of what was not rendered.
func (s *scanner) copyOld(m *Mark) {
	o := &s.owners[len(s.owners)-1]
	at := len(s.out.nodes)
	s.out.nodes = append(s.out.nodes, s.old.nodes[m.From:m.From+m.Count]...)
	for i := m.From; i < m.From+m.Count; i++ {
		s.out.pos = append(s.out.pos, pos{start: -1 - i})
	}
	if m.Region {
		m.Place = s.place(o.tokens)
	}
	slot := uint16(o.tokens)
	for at < len(s.out.nodes) && s.out.nodes[at].slot != slot {
		s.out.nodes[at].slot = slot
		at += int(s.out.nodes[at].span)
	}
}

// place returns the place of a piece: what encloses it.
func (s *scanner) place(slot uint32) *Place {
	p := &Place{Owner: s.enclosing, slot: slot, around: s.surroundings()}
	if o := &s.owners[len(s.owners)-1]; o.node >= 0 {
		p.Owner = o.node + s.offset
	}
	return p
}

// surroundings returns what is around a piece. Siblings share it.
func (s *scanner) surroundings() *around {
	a := around{wrap: s.nest[len(s.nest)-1].wrap, form: s.innermost(tagForm) > 0, deep: len(s.stack) > maxAround}
	if !a.deep {
		a.stack = s.stack
	}
	if l := s.around; l != nil && l.wrap == a.wrap && l.form == a.form && l.deep == a.deep && slices.Equal(l.stack, a.stack) {
		return l
	}
	s.around = &around{slices.Clone(a.stack), a.wrap, a.form, a.deep}
	return s.around
}
