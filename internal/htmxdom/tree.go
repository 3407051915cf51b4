package htmxdom

import (
	"iter"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// exception is thrown by a DOM method, by a panic. It ends the task of htmx that has called the method.
type exception struct{ what string }

func (e exception) Error() string { return e.what }

// parse parses a page or, without scripting, a document that htmx parses.
func (d *Document) parse(text string, scripting bool) (*html.Node, error) {
	root, err := html.ParseWithOptions(strings.NewReader(text), html.ParseOptionEnableScripting(scripting))
	if err != nil {
		return nil, err
	}
	d.detachContents(root)
	return root, nil
}

// detachContents moves the contents of template elements out of the tree, so that selectors and
// traversals do not see them.
func (d *Document) detachContents(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		d.detachContents(c)
	}
	if isHTML(n, "template") {
		content := fragment()
		for c := n.FirstChild; c != nil; c = n.FirstChild {
			n.RemoveChild(c)
			content.AppendChild(c)
		}
		d.contents[n] = content
	}
}

func fragment() *html.Node { return &html.Node{Type: html.DocumentNode} }

// element returns a new HTML element, as document.createElement does.
func (d *Document) element(tag string) *html.Node {
	n := &html.Node{Type: html.ElementNode, Data: tag, DataAtom: atom.Lookup([]byte(tag))}
	if tag == "template" {
		d.contents[n] = fragment()
	}
	return n
}

// clone copies a tree as cloneNode(true) does. Copied controls have their initial state.
func (d *Document) clone(n *html.Node) *html.Node {
	c := d.cloneTree(n)
	d.settleControls(c)
	return c
}

func (d *Document) cloneTree(n *html.Node) *html.Node {
	c := &html.Node{Type: n.Type, DataAtom: n.DataAtom, Data: n.Data, Namespace: n.Namespace, Attr: append([]html.Attribute(nil), n.Attr...)}
	if content := d.contents[n]; content != nil {
		d.contents[c] = d.cloneTree(content)
	}
	for k := range n.ChildNodes() {
		c.AppendChild(d.cloneTree(k))
	}
	return c
}

func (d *Document) connected(n *html.Node) bool { return rootOf(n) == d.root }

func rootOf(n *html.Node) *html.Node {
	for n.Parent != nil {
		n = n.Parent
	}
	return n
}

func contains(a, n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == a {
			return true
		}
	}
	return false
}

func parentElement(n *html.Node) *html.Node {
	if p := n.Parent; p != nil && p.Type == html.ElementNode {
		return p
	}
	return nil
}

// insert inserts a node as insertBefore does. If it has a parent, it is removed there first.
func (d *Document) insert(parent, n, before *html.Node) {
	if before == n {
		before = n.NextSibling
	}
	checkInsert(parent, n, before)
	d.remove(n)
	parent.InsertBefore(n, before)
	d.inserted(n)
}

func checkInsert(parent, n, before *html.Node) {
	if parent == nil {
		panic(exception{"insert into null"})
	}
	if contains(n, parent) {
		panic(exception{"insert a node into itself"})
	}
	if before != nil && before.Parent != parent {
		panic(exception{"insert before a node that is no child"})
	}
	if parent.Type == html.TextNode || parent.Type == html.CommentNode {
		panic(exception{"insert into text"})
	}
}

// insertAll inserts nodes in order.
func (d *Document) insertAll(parent *html.Node, nodes []*html.Node, before *html.Node) {
	for _, n := range nodes {
		d.insert(parent, n, before)
	}
}

// move moves a node as htmx does: by moveBefore within one tree, which keeps the focus and all state, and
// by insertBefore between trees.
func (d *Document) move(parent, n, before *html.Node) {
	if parent == nil {
		panic(exception{"move into null"})
	}
	if rootOf(parent) != rootOf(n) {
		d.insert(parent, n, before)
		return
	}
	if before == n {
		before = n.NextSibling
	}
	checkInsert(parent, n, before)
	focus := d.focus
	d.remove(n)
	parent.InsertBefore(n, before)
	d.inserted(n)
	d.focus = focus
}

// remove removes a node from its parent, if it has one.
func (d *Document) remove(n *html.Node) {
	parent := n.Parent
	if parent == nil {
		return
	}
	parent.RemoveChild(n)
	if d.focus != nil && contains(n, d.focus) {
		d.focus = nil
	}
	d.optionsRemoved(parent, n)
	if len(elementsIn(n, "form")) > 0 {
		d.ownersChanged()
	}
}

func (d *Document) inserted(n *html.Node) {
	d.insertedControls(n)
	if d.connected(n) {
		d.insertedMeta(n)
	}
}

// replaceChildren replaces the children of n, as the DOM's method of that name does.
func (d *Document) replaceChildren(n *html.Node, nodes []*html.Node) {
	for _, c := range nodes {
		checkInsert(n, c, nil)
		d.remove(c)
	}
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		d.remove(c)
	}
	d.insertAll(n, nodes, nil)
}

// setText sets the textContent of n.
func (d *Document) setText(n *html.Node, s string) {
	var nodes []*html.Node
	if s != "" {
		nodes = []*html.Node{{Type: html.TextNode, Data: s}}
	}
	d.replaceChildren(n, nodes)
}

// equal compares nodes as isEqualNode does, which ignores the contents of templates.
func equal(a, b *html.Node) bool {
	if a.Type != b.Type || a.Data != b.Data || a.Namespace != b.Namespace {
		return false
	}
	if a.Type == html.ElementNode {
		if len(a.Attr) != len(b.Attr) {
			return false
		}
		for _, at := range a.Attr {
			if !hasExactly(b, at) {
				return false
			}
		}
	}
	x, y := a.FirstChild, b.FirstChild
	for ; x != nil && y != nil; x, y = x.NextSibling, y.NextSibling {
		if !equal(x, y) {
			return false
		}
	}
	return x == nil && y == nil
}

func hasExactly(n *html.Node, at html.Attribute) bool {
	for _, b := range n.Attr {
		if b == at {
			return true
		}
	}
	return false
}

// textContent returns the text of all descendants.
func textContent(n *html.Node) string { return joinTexts(n.Descendants()) }

// childText returns the text of the children.
func childText(n *html.Node) string { return joinTexts(n.ChildNodes()) }

func joinTexts(nodes iter.Seq[*html.Node]) string {
	var b strings.Builder
	for c := range nodes {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// inclusive yields a node and its descendants, in document order.
func inclusive(n *html.Node) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		if !yield(n) {
			return
		}
		for m := range n.Descendants() {
			if !yield(m) {
				return
			}
		}
	}
}

func children(n *html.Node) []*html.Node {
	var out []*html.Node
	for c := range n.ChildNodes() {
		out = append(out, c)
	}
	return out
}

func firstElement(n *html.Node) *html.Node {
	for c := range n.ChildNodes() {
		if c.Type == html.ElementNode {
			return c
		}
	}
	return nil
}

func isElement(n *html.Node) bool { return n != nil && n.Type == html.ElementNode }

// isHTML reports whether n is an HTML element (not an SVG one) of this name.
func isHTML(n *html.Node, tag string) bool {
	return n.Type == html.ElementNode && n.Namespace == "" && n.Data == tag
}

// tagName returns the tagName property: names of HTML elements are upper case.
func tagName(n *html.Node) string {
	if n.Namespace == "" {
		return strings.ToUpper(n.Data)
	}
	return n.Data
}
