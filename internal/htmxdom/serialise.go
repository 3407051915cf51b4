package htmxdom

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// HTML returns the whole page as text in a normal form, for comparisons:
// attributes sorted, data-htmx-powered and sb-skip left out, classes with
// single spaces (and no empty class attribute), comments left out, adjacent
// text joined, blank text dropped outside pre and textarea. An HTML element
// that came to stand in SVG by mistake, where it shows nothing, has the prefix html:.
func (d *Document) HTML() string {
	w := writer{d: d}
	w.nodes(d.root, false)
	return w.b.String()
}

// NodeHTML returns HTML of one element of the page.
func (d *Document) NodeHTML(n *html.Node) string {
	w := writer{d: d}
	w.node(n, false)
	return w.b.String()
}

// BodyHTML returns HTML of the body and the nodes after it, where htmx may leave a hidden element when it
// fails. Without a body it is "".
func (d *Document) BodyHTML() string { return d.fromBody(false) }

// ExactBody returns BodyHTML without normalisation: unchanged attributes, comments, ‖ between adjacent
// text nodes, and the prefix svg: for SVG elements. It is equal for documents that scripts cannot
// tell apart.
func (d *Document) ExactBody() string { return d.fromBody(true) }

func (d *Document) fromBody(exact bool) string {
	w := writer{d: d, exact: exact}
	for n := d.Body(); n != nil; n = n.NextSibling {
		w.node(n, false)
	}
	return w.b.String()
}

type writer struct {
	d     *Document
	exact bool
	b     strings.Builder
}

var void = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// nodes writes the children of n. raw keeps blank text.
func (w *writer) nodes(n *html.Node, raw bool) {
	text := ""
	flush := func() {
		if raw || strings.TrimFunc(text, isHTMLSpace) != "" {
			escaper.WriteString(&w.b, text)
		}
		text = ""
	}
	for c := range n.ChildNodes() {
		switch {
		case w.exact:
			if c.Type == html.TextNode && c.PrevSibling != nil && c.PrevSibling.Type == html.TextNode {
				w.b.WriteString("‖")
			}
			w.node(c, raw)
		case c.Type == html.TextNode:
			text += c.Data
		case c.Type == html.ElementNode:
			flush()
			w.node(c, raw)
		}
	}
	flush()
}

func (w *writer) node(n *html.Node, raw bool) {
	switch n.Type {
	case html.TextNode:
		escaper.WriteString(&w.b, n.Data)
	case html.CommentNode:
		w.b.WriteString("<!--" + n.Data + "-->")
	case html.ElementNode:
		w.element(n, raw)
	}
}

func (w *writer) element(n *html.Node, raw bool) {
	name := w.name(n)
	w.b.WriteString("<" + name)
	for _, a := range w.attributes(n) {
		w.b.WriteString(" " + a[0] + `="` + escaper.Replace(a[1]) + `"`)
	}
	w.b.WriteString(">")
	inside := n
	if c := w.d.contents[n]; c != nil {
		inside = c
	}
	if inside.FirstChild == nil && n.Namespace == "" && slices.Contains(void, n.Data) {
		return
	}
	w.nodes(inside, raw || isHTML(n, "pre") || isHTML(n, "textarea"))
	w.b.WriteString("</" + name + ">")
}

func (w *writer) name(n *html.Node) string {
	switch p := parentElement(n); {
	case w.exact && n.Namespace != "":
		return n.Namespace + ":" + n.Data
	case !w.exact && n.Namespace == "" && p != nil && p.Namespace != "" && p.Data != "foreignObject" && p.Data != "desc" && p.Data != "title":
		return "html:" + n.Data
	}
	return n.Data
}

func (w *writer) attributes(n *html.Node) [][2]string {
	var out [][2]string
	for _, a := range n.Attr {
		name, value := qualified(a), a.Val
		if !w.exact {
			if name == "data-htmx-powered" || name == "sb-skip" {
				continue
			}
			if name == "class" {
				value = strings.Join(strings.FieldsFunc(value, isHTMLSpace), " ")
				if value == "" {
					continue
				}
			}
		}
		out = append(out, [2]string{name, value})
	}
	slices.SortFunc(out, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return out
}
