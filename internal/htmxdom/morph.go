package htmxdom

import (
	"strings"

	"golang.org/x/net/html"
)

// morphing is one run of htmx's morph.
type morphing struct {
	*Document
	target     *html.Node
	pantry     *html.Node
	persistent map[string]bool                    // ids that old and new have in common
	ids        map[*html.Node]map[string]struct{} // persistent ids in each old and new element
	future     map[*html.Node]bool                // old elements that match later new ones
}

// morph changes a tree in the page into a new one, and keeps the nodes that it can match.
func (d *Document) morph(old, frag *html.Node, inner bool) {
	m := &morphing{Document: d, target: old, future: make(map[*html.Node]bool)}
	m.mapIDs(old, frag)
	m.pantry = d.newPantry()
	if inner {
		m.children(old, frag, nil, nil)
	} else {
		m.children(old.Parent, frag, old, old.NextSibling)
	}
	d.cleanup(m.pantry, false)
	d.remove(m.pantry)
}

// mapIDs finds the ids that occur once on each side, on elements of the same name, and the elements that
// contain them.
func (m *morphing) mapIDs(old, frag *html.Node) {
	oldElements := withAttr(old, "id")
	newElements := withAttr(frag, "id")
	doubled := make(map[string]bool)
	names := make(map[string]string)
	for _, n := range oldElements {
		if _, seen := names[idOf(n)]; seen {
			doubled[idOf(n)] = true
		} else if idOf(n) != "" {
			names[idOf(n)] = tagName(n)
		}
	}
	m.persistent = make(map[string]bool)
	for _, n := range newElements {
		if m.persistent[idOf(n)] {
			doubled[idOf(n)] = true
		} else if name, ok := names[idOf(n)]; ok && name == tagName(n) {
			m.persistent[idOf(n)] = true
		}
	}
	for id := range doubled {
		delete(m.persistent, id)
	}
	m.ids = make(map[*html.Node]map[string]struct{})
	m.populate(oldElements, parentElement(old))
	m.populate(newElements, nil)
}

func (m *morphing) populate(elements []*html.Node, root *html.Node) {
	for _, n := range elements {
		id := idOf(n)
		if !m.persistent[id] {
			continue
		}
		for c := n; c != nil && c != root; c = parentElement(c) {
			if m.ids[c] == nil {
				m.ids[c] = make(map[string]struct{})
			}
			m.ids[c][id] = struct{}{}
		}
	}
}

// children morphs the children of oldParent from insertion up to end into those
// of newParent.
func (m *morphing) children(oldParent, newParent, insertion, end *html.Node) {
	if o, n := m.contents[oldParent], m.contents[newParent]; o != nil && n != nil {
		oldParent, newParent = o, n
	}
	if insertion == nil {
		if oldParent == nil {
			panic(exception{"morph of a node without a parent"})
		}
		insertion = oldParent.FirstChild
	}
	for child := newParent.FirstChild; child != nil; {
		var match *html.Node
		if insertion != nil && insertion != end {
			match = m.bestMatch(child, insertion, end)
			if match != nil {
				m.clearWay(oldParent, insertion, match, child, end)
			}
		}
		if match == nil && isElement(child) && m.persistent[idOf(child)] {
			match = m.fetch(idOf(child))
			m.move(oldParent, match, insertion)
		}
		next := child.NextSibling
		switch {
		case match != nil:
			m.node(match, child)
			insertion = match.NextSibling
		case m.ids[child] != nil:
			// A descendant persists, so the element is created and filled by the morph.
			place := m.element(strings.ToLower(child.Data))
			m.insert(oldParent, place, insertion)
			m.node(place, child)
			m.process(place)
			insertion = place.NextSibling
		default:
			m.insert(oldParent, child, insertion)
			insertion = child.NextSibling
		}
		child = next
	}
	for insertion != nil && insertion != end {
		n := insertion
		insertion = insertion.NextSibling
		m.drop(n)
	}
}

// clearWay removes the nodes between the insertion point and a match. Those that later content may match
// are moved to the end instead.
func (m *morphing) clearWay(parent, from, match, child, end *html.Node) {
	for cursor := from; cursor != nil && cursor != match; {
		n := cursor
		cursor = cursor.NextSibling
		if isElement(n) && (m.ids[n] != nil || m.matchesUpcoming(n, child)) {
			m.move(parent, n, end)
		} else {
			m.drop(n)
		}
	}
}

// fetch returns the element with a persistent id, in the target or the pantry, and removes the id from
// the sets of its ancestors.
func (m *morphing) fetch(id string) *html.Node {
	found := m.target
	if idOf(m.target) != id {
		found = m.below(m.target, id)
		if found == nil {
			found = m.below(m.pantry, id)
		}
	}
	if found == nil {
		panic(exception{"a persistent id is gone: " + id})
	}
	for p := found.Parent; p != nil; p = p.Parent {
		if set := m.ids[p]; set != nil {
			delete(set, idOf(found))
			if len(set) == 0 {
				delete(m.ids, p)
			}
		}
	}
	return found
}

func (m *morphing) below(root *html.Node, id string) *html.Node {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && idOf(n) == id {
			return n
		}
	}
	return nil
}

// drop removes a node, or moves it to the pantry if it contains persistent ids.
func (m *morphing) drop(n *html.Node) {
	if m.ids[n] != nil {
		m.move(m.pantry, n, nil)
		return
	}
	m.cleanup(n, false)
	m.remove(n)
}

// node morphs one node into another that it was matched with.
func (m *morphing) node(old, want *html.Node) {
	if old.Type == html.TextNode {
		old.Data = want.Data
		return
	}
	if matches(old, m.config.morphSkip) {
		return
	}
	m.copyAttributes(old, want)
	if isHTML(old, "textarea") && m.focus != old && childText(old) != childText(want) {
		m.setValue(old, m.Value(want))
	}
	if matches(old, m.config.morphSkipChildren) {
		return
	}
	if !equal(old, want) || len(elementsIn(want, "template")) > 0 {
		m.children(old, want, nil, nil)
	}
}

// copyAttributes makes the attributes of dest those of source. An input without the focus also shows a
// changed value attribute.
func (d *Document) copyAttributes(dest, source *html.Node) {
	restart := false
	for _, a := range source.Attr {
		name := qualified(a)
		if old, ok := Attr(dest, name); d.config.ignores(name) || ok && old == a.Val {
			continue
		}
		restart = restart || d.isHxAttr(name)
		d.SetAttr(dest, name, a.Val)
		if name == "value" && isHTML(dest, "input") && inputType(dest) != "file" && d.focus != dest {
			d.setValue(dest, a.Val)
		}
	}
	for i := len(dest.Attr) - 1; i >= 0; i-- {
		if i >= len(dest.Attr) {
			continue
		}
		name := qualified(dest.Attr[i])
		if hasAttr(source, name) || d.config.ignores(name) {
			continue
		}
		restart = restart || d.isHxAttr(name)
		d.RemoveAttr(dest, name)
	}
	if restart {
		d.cleanup(dest, true)
	}
}

func (d *Document) isHxAttr(name string) bool {
	for _, p := range d.config.prefixes("hx-") {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}
