package htmxdom

import "golang.org/x/net/html"

// bestMatch returns the old sibling, from start on, that is morphed into child: one with the same ids,
// else an equal one, else one of the same kind. It returns nil if there is none.
func (m *morphing) bestMatch(child, start, end *html.Node) *html.Node {
	if child.Type == html.TextNode {
		if start.Type == html.TextNode {
			return start
		}
		return nil
	}
	if !isElement(child) {
		return nil
	}
	wanted := m.ids[child]
	if idOf(child) != "" && wanted == nil {
		return nil // its id is new, so no old element matches
	}
	var soft *html.Node
	limit := m.config.morphScanLimit
	displaced := 0
	for cursor := start; cursor != nil && cursor != end; cursor = cursor.NextSibling {
		has := m.ids[cursor]
		if softMatch(cursor, child) {
			if overlap(has, wanted) {
				return cursor
			}
			if has == nil {
				if limit > 0 && equal(cursor, child) {
					return cursor
				}
				if soft == nil {
					soft = cursor
				}
			}
		}
		// Elements before the match lose their place.
		if displaced += len(has); displaced > len(wanted) {
			break
		}
		if typeable(m.focus) && contains(cursor, m.focus) {
			break
		}
		if limit--; limit < 1 && len(wanted) == 0 {
			break
		}
	}
	if soft != nil && m.matchesUpcoming(soft, child) {
		return nil
	}
	return soft
}

func overlap(a, b map[string]struct{}) bool {
	for id := range a {
		if _, ok := b[id]; ok {
			return true
		}
	}
	return false
}

// softMatch reports whether an old node is of the same kind as a new element
// and has no other id.
func softMatch(old, child *html.Node) bool {
	if !isElement(old) || tagName(old) != tagName(child) {
		return false
	}
	if isHTML(old, "script") && !equal(old, child) {
		return false
	}
	return idOf(old) == "" || idOf(old) == idOf(child)
}

// matchesUpcoming reports whether an old element equals one of the new siblings after from, for which it
// is kept then.
func (m *morphing) matchesUpcoming(old, from *html.Node) bool {
	if m.future[old] {
		return true
	}
	i := 0
	for s := from.NextSibling; s != nil && i < m.config.morphScanLimit; s = s.NextSibling {
		if isElement(s) && equal(old, s) {
			m.future[old] = true
			return true
		}
		i++
	}
	return false
}
