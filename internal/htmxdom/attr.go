package htmxdom

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// qualified returns an attribute's name as scripts see it.
func qualified(a html.Attribute) string {
	if a.Namespace != "" {
		return a.Namespace + ":" + a.Key
	}
	return a.Key
}

// Attr returns the value of an attribute of n, and reports whether n has it.
func Attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if qualified(a) == name {
			return a.Val, true
		}
	}
	return "", false
}

func hasAttr(n *html.Node, name string) bool {
	_, ok := Attr(n, name)
	return ok
}

func attrOr(n *html.Node, name, otherwise string) string {
	if v, ok := Attr(n, name); ok {
		return v
	}
	return otherwise
}

func idOf(n *html.Node) string { return attrOr(n, "id", "") }

// SetAttr sets an attribute as setAttribute does, with its effects on a control.
func (d *Document) SetAttr(n *html.Node, name, value string) {
	old, had := Attr(n, name)
	if had {
		for i := range n.Attr {
			if qualified(n.Attr[i]) == name {
				n.Attr[i].Val = value
				break
			}
		}
	} else {
		n.Attr = append(n.Attr, html.Attribute{Key: name, Val: value})
	}
	d.attrChanged(n, name, old, had)
}

// RemoveAttr removes an attribute as removeAttribute does.
func (d *Document) RemoveAttr(n *html.Node, name string) {
	for i, a := range n.Attr {
		if qualified(a) == name {
			n.Attr = slices.Delete(n.Attr, i, i+1)
			d.attrChanged(n, name, a.Val, true)
			return
		}
	}
}

// addClass adds a class as classList does: it rewrites the attribute without duplicates and with single
// spaces, as removeClass does.
func (d *Document) addClass(n *html.Node, class string) {
	if !isElement(n) {
		return
	}
	classes := classList(n)
	if !slices.Contains(classes, class) {
		classes = append(classes, class)
	}
	d.SetAttr(n, "class", strings.Join(classes, " "))
}

func (d *Document) removeClass(n *html.Node, class string) {
	if !isElement(n) || !hasAttr(n, "class") {
		return
	}
	classes := slices.DeleteFunc(classList(n), func(c string) bool { return c == class })
	if len(classes) == 0 {
		d.RemoveAttr(n, "class")
		return
	}
	d.SetAttr(n, "class", strings.Join(classes, " "))
}

func classList(n *html.Node) []string {
	var out []string
	for _, c := range strings.FieldsFunc(attrOr(n, "class", ""), isHTMLSpace) {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// isHTMLSpace reports whether r is ASCII white space, as HTML defines it.
func isHTMLSpace(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\f' || r == '\r'
}
