package htmxdom

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// findAll returns the elements of a target selector of htmx, relative to an element: a list of CSS
// selectors and htmx's own keywords (closest, find, next, …). The keywords "document", "window" and
// "host" match nothing in the model.
func (d *Document) findAll(elt *html.Node, selector string) []*html.Node {
	if elt == nil {
		elt = d.source()
	}
	selector = strings.TrimPrefix(selector, "global ")
	if selector == "" {
		return nil
	}
	var found []*html.Node
	var plain []string
	add := func(n *html.Node) {
		if n != nil {
			found = append(found, n)
		}
	}
	root := rootOf(elt)
	if root != d.root {
		root = d.root
	}
	for _, part := range splitHCON(selector) {
		part = strings.TrimFunc(part, isSpace)
		if strings.HasPrefix(part, "<") && strings.HasSuffix(part, "/>") {
			part = part[1 : len(part)-2]
		}
		word, rest, spaced := strings.Cut(part, " ")
		switch {
		case spaced && word == "closest":
			add(closest(elt, rest))
		case spaced && word == "find":
			add(first(mustQuery(elt, rest)))
		case spaced && word == "findAll":
			found = append(found, mustQuery(elt, rest)...)
		case part == "next" || part == "nextElementSibling":
			add(sibling(elt, func(n *html.Node) *html.Node { return n.NextSibling }))
		case part == "previous" || part == "previousElementSibling":
			add(sibling(elt, func(n *html.Node) *html.Node { return n.PrevSibling }))
		case spaced && word == "next":
			after, _ := around(elt, mustQuery(root, rest))
			add(first(after))
		case spaced && word == "previous":
			_, before := around(elt, mustQuery(root, rest))
			slices.Reverse(before)
			add(first(before))
		case part == "body":
			add(d.Body())
		case part == "this":
			add(elt)
		case part == "document" || part == "window" || part == "host":
		default:
			plain = append(plain, part)
		}
	}
	if len(plain) > 0 {
		// Joining restores escaped commas that were taken for separators, unless one of the keywords
		// above follows them.
		found = append(found, d.query(root, strings.Join(plain, ","))...)
	}
	return unique(found)
}

// around returns the nodes after elt and those before it, without its descendants and ancestors.
func around(elt *html.Node, nodes []*html.Node) (after, before []*html.Node) {
	at := make(map[*html.Node]int)
	i := 0
	for n := range rootOf(elt).Descendants() {
		at[n] = i
		i++
	}
	for _, n := range nodes {
		switch {
		case contains(n, elt) || contains(elt, n):
		case at[n] > at[elt]:
			after = append(after, n)
		default:
			before = append(before, n)
		}
	}
	return after, before
}

func sibling(n *html.Node, step func(*html.Node) *html.Node) *html.Node {
	for n = step(n); n != nil && n.Type != html.ElementNode; n = step(n) {
	}
	return n
}

func first(nodes []*html.Node) *html.Node {
	if len(nodes) == 0 {
		return nil
	}
	return nodes[0]
}

func unique(nodes []*html.Node) []*html.Node {
	seen := make(map[*html.Node]bool, len(nodes))
	return slices.DeleteFunc(nodes, func(n *html.Node) bool {
		was := seen[n]
		seen[n] = true
		return was
	})
}
