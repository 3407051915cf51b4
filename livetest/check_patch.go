package livetest

import (
	"maps"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/views"
)

// patch looks for parts of a message, which the page is about to apply, that are for
// the root itself or for what is found from there.
func (f *findings) patch(at string, d *htmxdom.Document, m Message) {
	root := d.ByID(views.RootID)
	if root == nil || !strings.Contains(m.HTML, views.RootID) {
		return
	}
	parts, err := html.ParseFragment(strings.NewReader(m.HTML), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return
	}
	at, _, _ = strings.Cut(at, "?")
	add := func(n *html.Node) { f.addCost(NoIDNear, at+": "+tagOf(n), cost{m.Size(), short(d, n)}) }
	for _, part := range parts {
		if part.Data != "hx-partial" {
			continue
		}
		rest, ofRoot := strings.CutPrefix(attr(part, "hx-target"), "#"+views.RootID)
		switch {
		case ofRoot && rest != "" && !strings.ContainsAny(rest[:1], "> :"), attr(part, "id") != views.RootID && !ofRoot:
		case rest != "":
			if found := d.Find(attr(part, "hx-target")); len(found) > 0 {
				add(found[0])
			}
		default:
			compare(root, part, add)
		}
	}
}

// compare finds what differs in two elements' contents, and is in no element with an id.
func compare(old, new *html.Node, found func(*html.Node)) {
	a, b := elements(old), elements(new)
	if collapse(ownText(old)) != collapse(ownText(new)) {
		found(old)
	}
	for len(a) > 0 && len(b) > 0 {
		x, y := a[0], b[0]
		switch ix, iy := attr(x, "id"), attr(y, "id"); {
		case ix != "" && ix == iy:
			a, b = a[1:], b[1:]
		case ix != "": // it goes, or is elsewhere
			a = a[1:]
		case iy != "":
			b = b[1:]
		default:
			a, b = a[1:], b[1:]
			if x.Data != y.Data || !maps.Equal(attributes(x), attributes(y)) {
				found(x)
				continue
			}
			compare(x, y, found)
		}
	}
	for _, n := range append(a, b...) {
		if attr(n, "id") == "" {
			found(n)
		}
	}
}

func elements(n *html.Node) (all []*html.Node) {
	for c := range n.ChildNodes() {
		if c.Type == html.ElementNode {
			all = append(all, c)
		}
	}
	return all
}

func ownText(n *html.Node) string {
	var b strings.Builder
	for c := range n.ChildNodes() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// attributes are those that the page's author has written.
func attributes(n *html.Node) map[string]string {
	all := map[string]string{}
	for _, a := range n.Attr {
		switch {
		case a.Key == "data-htmx-powered", a.Key == "sb-skip", a.Key == "open":
		case a.Key == "class":
			if c := collapse(strings.ReplaceAll(" "+a.Val+" ", " htmx-request ", " ")); c != "" {
				all[a.Key] = c
			}
		default:
			all[a.Key] = a.Val
		}
	}
	return all
}
