package livetest

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// Form is a form of a page. Its fields and buttons are those that belong to it, also where
// they stand elsewhere and name it.
type Form struct{ Element }

// Form finds a form by what a person calls it. The first of these that fits counts: its label
// (aria-label or aria-labelledby), a heading or legend in it, one of its submit buttons, the heading
// before it, its id.
func (p *Page) Form(name string) Form { return p.form(nil, name) }

// Form is [Page.Form] inside the element.
func (e Element) Form(name string) Form { return e.page.form(&e, name) }

// Group finds a group of fields: a fieldset by its legend, or an element with the role group or
// radiogroup by its label.
func (p *Page) Group(name string) Element { return p.named(nil, "group", name, isGroup) }

// Group is [Page.Group] inside the element.
func (e Element) Group(name string) Element { return e.page.named(&e, "group", name, isGroup) }

func (p *Page) form(within *Element, name string) Form {
	shown := func(d *htmxdom.Document) []*html.Node {
		return slices.DeleteFunc(d.Find("form"), func(n *html.Node) bool { return !d.Shown(n) })
	}
	return Form{Element{
		page: p, within: within, what: fmt.Sprintf("form %q", name), named: true,
		all: func(d *htmxdom.Document) (found []*html.Node) {
			best := len(formNames)
			nr := &namer{d: d}
			for _, form := range shown(d) {
				rank := slices.IndexFunc(formNames, func(names func(*namer, *html.Node) []string) bool {
					return slices.Contains(names(nr, form), collapse(name))
				})
				switch {
				case rank < 0 || rank > best:
				case rank < best:
					best, found = rank, []*html.Node{form}
				default:
					found = append(found, form)
				}
			}
			return found
		},
		near: func(d *htmxdom.Document, in []*html.Node) string {
			own := slices.DeleteFunc(shown(d), func(n *html.Node) bool { return !slices.Contains(in, n) })
			nr := &namer{d: d}
			return names("the forms here", name, own, func(form *html.Node) (nearest string) {
				for _, names := range formNames {
					for _, s := range names(nr, form) {
						if nearest == "" || distance(name, s) < distance(name, nearest) {
							nearest = s
						}
					}
				}
				return nearest
			})
		},
	}}
}

// formNames are the names of a form, in the order in which they count.
var formNames = []func(nr *namer, form *html.Node) []string{
	func(nr *namer, form *html.Node) []string { return nonempty(nr.given(form)) },
	func(nr *namer, form *html.Node) (all []string) {
		for n := range form.Descendants() {
			if n.Type == html.ElementNode && (isHeading(n) || n.Data == "legend") && nr.d.Shown(n) {
				all = append(all, textOf(nr.d, n))
			}
		}
		return all
	},
	func(nr *namer, form *html.Node) (all []string) {
		for _, n := range nr.d.Elements() {
			if nr.d.Form(n) == form && isSubmit(nr.d, n) && nr.d.Shown(n) {
				all = append(all, nr.name(n))
			}
		}
		return all
	},
	func(nr *namer, form *html.Node) []string {
		before := ""
		for _, n := range nr.d.Elements() {
			if n == form {
				break
			}
			if isHeading(n) && nr.d.Shown(n) {
				before = textOf(nr.d, n)
			}
		}
		return nonempty(before)
	},
	func(_ *namer, form *html.Node) []string { return nonempty(attr(form, "id")) },
}

func nonempty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// isSubmit reports whether a click on a button submits its form.
func isSubmit(d *htmxdom.Document, n *html.Node) bool {
	do, on := d.Activation(n)
	return do == htmxdom.Submit && on == n
}

// Fill is [Element.Fill] of the field with this label.
func (f Form) Fill(label, text string) {
	f.page.t.Helper()
	f.Field(label).Fill(text)
}

// Choose is [Element.Choose] of the field with this label, or checks the radio button with the
// label option in the group of this name.
func (f Form) Choose(label string, options ...string) {
	f.page.t.Helper()
	if group := f.Group(label); len(options) == 1 && group.Exists() {
		group.Field(options[0]).Check()
		return
	}
	f.Field(label).Choose(options...)
}

// Check is [Element.Check] of the field with this label.
func (f Form) Check(label string) {
	f.page.t.Helper()
	f.Field(label).Check()
}

// Uncheck is [Element.Uncheck] of the field with this label.
func (f Form) Uncheck(label string) {
	f.page.t.Helper()
	f.Field(label).Uncheck()
}

// Submit is [Element.Submit], or a click on the button with this name.
func (f Form) Submit(button ...string) {
	f.page.t.Helper()
	if len(button) == 0 {
		f.Element.Submit()
		return
	}
	b := f.Button(strings.Join(button, " "))
	b.look(func(d *htmxdom.Document, n *html.Node) {
		if d.Form(n) == nil || !isSubmit(d, n) {
			f.page.t.Errorf("livetest: %s: %s does not submit the form: %s", f.page.place(), b.place(), tagOf(n))
		}
	})
	b.Click()
}
