package client

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Foreign is HTML that others have written, such as a comment with markup, in a fence: it ends no element around it, htmx
// takes nothing in it up, and no attribute or element in it is one of htmx's or the kit's. It is no sanitizer: links, forms
// and images stay what they are, and ids may be those of the page's own elements. Sanitize it first; the fence holds also if
// that lets something through.
//
// The fence is a section, in which an item of a list ends none around it. It may not stand in a p, an a or a
// button, which their like end from within.
func Foreign(source string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		nodes, err := html.ParseFragment(strings.NewReader(source), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
		if err != nil {
			return err
		}
		var b strings.Builder
		b.WriteString(`<section hx-ignore>`)
		for _, n := range nodes {
			if !disarm(n) {
				continue
			}
			if err := html.Render(&b, n); err != nil {
				return err
			}
		}
		b.WriteString(`</section>`)
		_, err = io.WriteString(w, b.String())
		return err
	})
}

// disarm takes what htmx or the kit would read out of a node; false for one that has to be left out. Elements that hold
// other elements as a text, or in a fragment of their own, are left out: htmx parses them in its own way.
func disarm(n *html.Node) bool {
	if n.Type == html.CommentNode || n.Type == html.DoctypeNode {
		return false
	}
	if n.Type == html.ElementNode {
		switch n.Data {
		case "script", "style", "template", "noscript", "base", "meta", "link", "iframe", "object", "embed", "plaintext", "xmp", "noembed", "noframes", "frameset", "title", "body", "head", "html":
			return false
		}
		if isOurs(n.Data) {
			return false
		}
		kept := n.Attr[:0]
		for _, a := range n.Attr {
			if !isOurs(a.Key) && !strings.HasPrefix(a.Key, "on") && a.Key != "autofocus" {
				kept = append(kept, a)
			}
		}
		n.Attr = kept
	}
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if !disarm(c) {
			n.RemoveChild(c)
		}
		c = next
	}
	return true
}

func isOurs(name string) bool {
	return strings.HasPrefix(name, "hx-") || strings.HasPrefix(name, "data-hx-") || strings.HasPrefix(name, "sb-") || strings.HasPrefix(name, "data-js-") || strings.HasPrefix(name, "sse-")
}
