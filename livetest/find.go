package livetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/tab"
)

// Element is an element of a page, known by how it is found. It is found again at each
// use, so an Element may be kept while the page changes.
//
// Those that are found by name are what a person sees: hidden ones do not count, and a
// name that two of them have fails the test: narrow it with [Element.Button] and the
// like. Find takes the first one, seen or not.
type Element struct {
	page   *Page
	within *Element // nil: the whole page
	what   string   // for messages
	all    func(d *htmxdom.Document) []*html.Node
	near   func(d *htmxdom.Document, in []*html.Node) string // what there is instead
	named  bool
}

// Find finds by a CSS selector: the first element that matches and, if texts are
// given, contains one of them.
func (p *Page) Find(selector string, containing ...string) Element {
	p.t.Helper()
	return Element{page: p}.find(nil, selector, containing)
}

// In is Find, for what is then looked for inside: page.In("li", "Milk").Button("Delete").
func (p *Page) In(selector string, containing ...string) Element {
	p.t.Helper()
	return p.Find(selector, containing...)
}

// Button finds a button by its name: its text, or the label that screen readers say.
func (p *Page) Button(name string) Element { return p.named(nil, "button", name, isButton) }

// Link finds a link by its name.
func (p *Page) Link(name string) Element { return p.named(nil, "link", name, isLink) }

// Field finds a form field by its label.
func (p *Page) Field(label string) Element { return p.named(nil, "field", label, isField) }

// Heading finds a heading by its text.
func (p *Page) Heading(text string) Element { return p.named(nil, "heading", text, isHeading) }

// Nth is the element with this index among those that are found, counted from 0: the second row's
// field is form.Field("Street").Nth(1).
func (e Element) Nth(i int) Element {
	first := e
	e.what, e.named = fmt.Sprintf("%s, number %d", first.what, i), false
	e.all = func(d *htmxdom.Document) []*html.Node {
		// Those in e.within count.
		found, _ := first.matches(d)
		return found[min(max(i, 0), len(found)):min(max(i, 0)+1, len(found))]
	}
	e.near = func(d *htmxdom.Document, in []*html.Node) string {
		found, _ := first.matches(d)
		return fmt.Sprintf("there are %d: %s", len(found), first.place())
	}
	return e
}

// Row finds a row of a table by the text of one of its cells.
func (p *Page) Row(cell string) Element { return p.row(nil, cell) }

// Find is [Page.Find] inside the element.
func (e Element) Find(selector string, containing ...string) Element {
	e.page.t.Helper()
	return e.find(&e, selector, containing)
}

// Button is [Page.Button] inside the element.
func (e Element) Button(name string) Element { return e.page.named(&e, "button", name, isButton) }

// Link is [Page.Link] inside the element.
func (e Element) Link(name string) Element { return e.page.named(&e, "link", name, isLink) }

// Field is [Page.Field] inside the element.
func (e Element) Field(label string) Element { return e.page.named(&e, "field", label, isField) }

// Heading is [Page.Heading] inside the element.
func (e Element) Heading(text string) Element {
	return e.page.named(&e, "heading", text, isHeading)
}

// Row is [Page.Row] inside the element.
func (e Element) Row(cell string) Element { return e.page.row(&e, cell) }

func (e Element) find(within *Element, selector string, containing []string) Element {
	p := e.page
	p.t.Helper()
	if _, err := cascadia.ParseGroup(selector); err != nil {
		p.t.Fatalf("livetest: the selector %q: %v", selector, err)
	}
	what := selector
	if len(containing) > 0 {
		what += fmt.Sprintf(" with %s", quoted(containing))
	}
	fits := func(d *htmxdom.Document, n *html.Node) bool {
		text := textOf(d, n)
		return len(containing) == 0 || slices.ContainsFunc(containing, func(c string) bool { return strings.Contains(text, c) })
	}
	return Element{
		page: p, within: within, what: what,
		all: func(d *htmxdom.Document) (found []*html.Node) {
			for _, n := range d.Find(selector) {
				if fits(d, n) {
					found = append(found, n)
				}
			}
			return found
		},
		near: func(d *htmxdom.Document, in []*html.Node) string {
			same := d.Find(selector)
			if len(same) > 0 && len(containing) > 0 {
				return names("the texts of "+selector+" here", containing[0], same, func(n *html.Node) string { return textOf(d, n) })
			}
			if len(same) > 0 {
				return fmt.Sprintf("there is %s elsewhere on the page: %s", selector, tagOf(same[0]))
			}
			return names("the elements with an id here", strings.TrimLeft(selector, "#"), in, func(n *html.Node) string {
				id, _ := htmxdom.Attr(n, "id")
				return id
			})
		},
	}
}

func (p *Page) named(within *Element, kind, name string, is func(*html.Node) bool) Element {
	of := func(d *htmxdom.Document) (all []*html.Node) {
		for _, n := range d.Elements() {
			if is(n) && d.Shown(n) {
				all = append(all, n)
			}
		}
		return all
	}
	return Element{
		page: p, within: within, what: fmt.Sprintf("%s %q", kind, name), named: true,
		all: func(d *htmxdom.Document) []*html.Node {
			wanted, names := collapse(name), &namer{d: d}
			return slices.DeleteFunc(d.Elements(), func(n *html.Node) bool { return !is(n) || names.name(n) != wanted || !d.Shown(n) })
		},
		near: func(d *htmxdom.Document, in []*html.Node) string {
			own := slices.DeleteFunc(of(d), func(n *html.Node) bool { return !slices.Contains(in, n) })
			return names("the "+kind+"s here", name, own, (&namer{d: d}).name)
		},
	}
}

func (p *Page) row(within *Element, cell string) Element {
	rows := func(d *htmxdom.Document) []*html.Node {
		return slices.DeleteFunc(d.Find(`tr, [role="row"]`), func(n *html.Node) bool { return !d.Shown(n) })
	}
	cells := func(d *htmxdom.Document, n *html.Node) (texts []string) {
		for c := range n.ChildNodes() {
			if c.Type == html.ElementNode {
				texts = append(texts, textOf(d, c))
			}
		}
		return texts
	}
	return Element{
		page: p, within: within, what: fmt.Sprintf("row %q", cell), named: true,
		all: func(d *htmxdom.Document) []*html.Node {
			return slices.DeleteFunc(rows(d), func(n *html.Node) bool { return !slices.Contains(cells(d, n), collapse(cell)) })
		},
		near: func(d *htmxdom.Document, in []*html.Node) string {
			own := slices.DeleteFunc(rows(d), func(n *html.Node) bool { return !slices.Contains(in, n) })
			return names("the rows here", cell, own, func(n *html.Node) string { return strings.Join(cells(d, n), " | ") })
		},
	}
}

// scope returns the elements among which e is looked for; problem says why there are none.
func (e Element) scope(d *htmxdom.Document) (in []*html.Node, problem string) {
	if e.within == nil {
		return append([]*html.Node{}, d.Find("*")...), ""
	}
	outer, problem := e.within.resolve(d)
	if problem != "" {
		return nil, problem
	}
	return slices.DeleteFunc(d.Elements(), func(n *html.Node) bool { return !belongs(d, n, outer) }), ""
}

// matches returns all elements that e may mean.
func (e Element) matches(d *htmxdom.Document) (found []*html.Node, problem string) {
	found = e.all(d)
	if e.within == nil {
		return found, ""
	}
	outer, problem := e.within.resolve(d)
	return slices.DeleteFunc(found, func(n *html.Node) bool { return outer == nil || !belongs(d, n, outer) }), problem
}

// belongs reports whether an element is in another one, or is a control that names it as its form.
func belongs(d *htmxdom.Document, n, outer *html.Node) bool {
	if outer.Data == "form" && n != outer && d.Form(n) == outer {
		return true
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p == outer {
			return true
		}
	}
	return false
}

// resolve returns the element; problem says why it is not to be had.
func (e Element) resolve(d *htmxdom.Document) (n *html.Node, problem string) {
	found, problem := e.matches(d)
	switch {
	case problem != "":
		return nil, problem
	case len(found) == 0:
		in, _ := e.scope(d)
		return nil, "there is no " + e.place() + "\n\t" + e.near(d, in)
	case len(found) > 1 && e.named:
		problem = fmt.Sprintf("there are %d: %s", len(found), e.place())
		for _, n := range found[:min(len(found), nearest)] {
			problem += "\n\t" + tagOf(n) + inside(n)
		}
		return nil, problem + "\n\tsay in which element: page.Find(…)." + method(e.what) + ", or which: Nth"
	}
	return found[0], ""
}

// place is what is looked for, and where.
func (e Element) place() string {
	if e.within == nil {
		return e.what
	}
	return e.what + " in " + e.within.place()
}

// finder is e for the tab. What e did not find goes to problem.
func (e Element) finder(problem *string) tab.Finder {
	return func(d *htmxdom.Document) (n *html.Node) {
		n, *problem = e.resolve(d)
		return n
	}
}

// look calls use with the element, or fails the test.
func (e Element) look(use func(d *htmxdom.Document, n *html.Node)) {
	e.page.t.Helper()
	problem := ""
	e.page.read(func(d *htmxdom.Document) {
		var n *html.Node
		if n, problem = e.resolve(d); n != nil {
			use(d, n)
		}
	})
	if problem != "" {
		e.page.t.Fatalf("livetest: %s: %s", e.page.place(), problem)
	}
}

func method(what string) string {
	kind, name, _ := strings.Cut(what, " ")
	return strings.ToUpper(kind[:1]) + kind[1:] + "(" + name + ")"
}
