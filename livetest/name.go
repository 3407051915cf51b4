package livetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

func collapse(s string) string { return strings.Join(strings.Fields(s), " ") }

func attr(n *html.Node, name string) string {
	v, _ := htmxdom.Attr(n, name)
	return v
}

func role(n *html.Node, names ...string) bool { return slices.Contains(names, attr(n, "role")) }

func isButton(n *html.Node) bool {
	switch n.Data {
	case "button", "summary":
		return true
	case "input":
		return slices.Contains([]string{"submit", "button", "reset", "image"}, htmxdom.InputType(n))
	}
	return role(n, "button")
}

func isLink(n *html.Node) bool {
	_, has := htmxdom.Attr(n, "href")
	return (n.Data == "a" || n.Data == "area") && has && !role(n, "button") || role(n, "link")
}

// isField reports whether n is a form field that a person fills in.
func isField(n *html.Node) bool {
	switch n.Data {
	case "select", "textarea":
		return true
	case "input":
		return htmxdom.InputType(n) != "hidden" && !isButton(n)
	}
	return role(n, "checkbox", "combobox", "radio", "slider", "spinbutton", "switch", "textbox")
}

func isHeading(n *html.Node) bool {
	return len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' || role(n, "heading")
}

// namer says what the elements of a document are called, as long as it does not change.
type namer struct {
	d      *htmxdom.Document
	labels map[string]*html.Node // by the id that they are for; nil: not looked for yet
}

// nameOf is the name of one element.
func nameOf(d *htmxdom.Document, n *html.Node) string { return (&namer{d: d}).name(n) }

// name is what a person knows an element by: what a screen reader says.
func (nr *namer) name(n *html.Node) string {
	if name := nr.given(n); name != "" || attr(n, "aria-labelledby") != "" {
		return name
	}
	if isGroup(n) {
		for c := range n.ChildNodes() {
			if n.Data == "fieldset" && c.Type == html.ElementNode && c.Data == "legend" {
				return textOf(nr.d, c)
			}
		}
		return collapse(attr(n, "title"))
	}
	if isField(n) {
		if l := nr.label(n); l != "" {
			return l
		}
		return collapse(attr(n, "title"))
	}
	if n.Data == "input" {
		if v := cmp.Or(attr(n, "value"), attr(n, "alt")); v != "" {
			return collapse(v)
		}
		return strings.ToUpper(htmxdom.InputType(n)[:1]) + htmxdom.InputType(n)[1:]
	}
	if text := collapse(nr.spoken(n)); text != "" {
		return text
	}
	return collapse(attr(n, "title"))
}

// given is the name that an element's attributes give it.
func (nr *namer) given(n *html.Node) string {
	var texts []string
	for _, id := range strings.Fields(attr(n, "aria-labelledby")) {
		if l := nr.d.ByID(id); l != nil {
			texts = append(texts, textOf(nr.d, l))
		}
	}
	if attr(n, "aria-labelledby") != "" {
		return collapse(strings.Join(texts, " "))
	}
	return collapse(attr(n, "aria-label"))
}

// spoken is an element's text, with what stands for its images.
func (nr *namer) spoken(n *html.Node) string {
	var b strings.Builder
	for m := range n.Descendants() {
		switch {
		case m.Parent != nil && isUnseen(nr.d, m.Parent):
		case m.Type == html.TextNode:
			b.WriteString(m.Data)
		case m.Type == html.ElementNode && m.Data == "img":
			b.WriteString(" " + attr(m, "alt") + " ")
		}
	}
	return b.String()
}

// label is the text of a field's label element.
func (nr *namer) label(field *html.Node) string {
	if nr.labels == nil {
		nr.labels = make(map[string]*html.Node)
		for _, l := range nr.d.Find("label[for]") {
			if id := attr(l, "for"); nr.labels[id] == nil {
				nr.labels[id] = l
			}
		}
	}
	if l := nr.labels[attr(field, "id")]; l != nil && attr(field, "id") != "" {
		return nr.labelText(l)
	}
	for p := field.Parent; p != nil; p = p.Parent {
		if p.Type == html.ElementNode && p.Data == "label" {
			return nr.labelText(p)
		}
	}
	return ""
}

// labelText is what a label says, without what the fields in it do.
func (nr *namer) labelText(label *html.Node) string {
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := range n.ChildNodes() {
			switch {
			case c.Type == html.TextNode:
				b.WriteString(c.Data)
			case c.Type == html.ElementNode && !isField(c) && !isUnseen(nr.d, c):
				walk(c)
			}
		}
	}
	walk(label)
	return collapse(b.String())
}

// nearest is how many names are told of when one is missing.
const nearest = 8

// names lists what elements are called, those that are most like wanted first.
func names(what, wanted string, elements []*html.Node, name func(*html.Node) string) string {
	var all []string
	for _, n := range elements {
		if s := name(n); s != "" && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return what + ": none"
	}
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(distance(wanted, a), distance(wanted, b)) })
	more := ""
	if len(all) > nearest {
		more = fmt.Sprintf(" and %d others", len(all)-nearest)
		all = all[:nearest]
	}
	return what + ": " + quoted(all) + more
}

func quoted(all []string) string {
	list := make([]string, len(all))
	for i, s := range all {
		if r := []rune(s); len(r) > 60 {
			s = string(r[:60]) + "…"
		}
		list[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(list, ", ")
}

// distance is how many letters are to be changed to make b of a; their case counts less.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	x, y = x[:min(len(x), 60)], y[:min(len(y), 60)]
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = 2 * j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = 2 * (i + 1)
		for j := range y {
			change := 2
			switch {
			case x[i] == y[j]:
				change = 0
			case strings.EqualFold(string(x[i]), string(y[j])):
				change = 1
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+change, row[j]+2, row[j+1]+2)
		}
	}
	return row[len(y)]
}

// tagOf is the open tag of an element, for messages.
func tagOf(n *html.Node) string {
	var b strings.Builder
	b.WriteString("<" + n.Data)
	for _, a := range n.Attr {
		switch a.Key {
		case "id", "class", "name", "type", "href", "role", "for":
			fmt.Fprintf(&b, " %s=%q", a.Key, a.Val)
		}
	}
	return b.String() + ">"
}

// inside says in which element with an id n is.
func inside(n *html.Node) string {
	for p := n.Parent; p != nil; p = p.Parent {
		if id := attr(p, "id"); id != "" {
			return " in #" + id
		}
	}
	return ""
}
