package livetest

import (
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// Error is what the page says is wrong with the field or group of this label, "" for nothing:
// see [Form.Errors].
func (f Form) Error(label string) string {
	f.page.t.Helper()
	return fieldError(f.page, &f.Element, label)
}

// Errors are what the page says is wrong with the form's fields, in their order, such as
// "Email: is taken". A field has an error if it has aria-invalid. The text is that of the elements which
// aria-errormessage or else aria-describedby name; if some of them have "error" in their id
// or class, that of those. Several fields that name the same elements, such as radio buttons, have one
// error, under the name of their group.
func (f Form) Errors() []string {
	f.page.t.Helper()
	return f.page.errors(&f.Element)
}

// ExpectError fails the test unless this is what the page says is wrong with the field or group of this label.
// Use "" for nothing.
func (f Form) ExpectError(label, want string) {
	f.page.t.Helper()
	expectError(f.page, &f.Element, label, want)
}

// ExpectErrors fails the test unless these are all [Form.Errors].
func (f Form) ExpectErrors(want ...string) {
	f.page.t.Helper()
	expectErrors(f.page, &f.Element, want)
}

// ExpectError fails the test unless this is what the page says is wrong with the field or group of this label,
// as [Form.ExpectError].
func (p *Page) ExpectError(label, want string) {
	p.t.Helper()
	expectError(p, nil, label, want)
}

// ExpectErrors fails the test unless these are the errors of all fields of the page: see [Form.Errors].
func (p *Page) ExpectErrors(want ...string) {
	p.t.Helper()
	expectErrors(p, nil, want)
}

// Errors are what the page says is wrong with its fields: see [Form.Errors].
func (p *Page) Errors() []string {
	p.t.Helper()
	return p.errors(nil)
}

func expectError(p *Page, within *Element, label, want string) {
	p.t.Helper()
	if got := fieldError(p, within, label); got != want {
		p.t.Errorf("livetest: %s: the error of field %q is\n\t%q\nand not\n\t%q", p.place(), label, got, want)
	}
}

func expectErrors(p *Page, within *Element, want []string) {
	p.t.Helper()
	if got := p.errors(within); !slices.Equal(got, want) {
		p.t.Errorf("livetest: %s: the errors are\n\t%s\nand not\n\t%s", p.place(), listed(got), listed(want))
	}
}

func listed(all []string) string {
	if len(all) == 0 {
		return "none"
	}
	return quoted(all)
}

// fieldError looks for the error of what a label names.
func fieldError(p *Page, within *Element, label string) (text string) {
	p.t.Helper()
	e := p.named(within, "field", label, func(n *html.Node) bool { return isField(n) || isGroup(n) })
	e.look(func(d *htmxdom.Document, n *html.Node) {
		if text, _ = errorOf(d, n); text != "" || isField(n) {
			return
		}
		for m := range n.Descendants() {
			if isElement(m) && isField(m) && groupOf(m) == n && text == "" {
				text, _ = errorOf(d, m)
			}
		}
	})
	return text
}

func (p *Page) errors(within *Element) (all []string) {
	p.t.Helper()
	problem := ""
	p.read(func(d *htmxdom.Document) {
		var outer *html.Node
		if within != nil {
			if outer, problem = within.resolve(d); problem != "" {
				return
			}
		}
		nr := &namer{d: d}
		told := map[string]bool{}
		for _, n := range d.Elements() {
			if !isField(n) && !isGroup(n) || !d.Shown(n) || outer != nil && !belongs(d, n, outer) {
				continue
			}
			text, by := errorOf(d, n)
			if text == "" || by != "" && told[by] {
				continue
			}
			told[by] = true
			name := nr.name(n)
			if group := groupOf(n); group != nil && isChoice(n) && nr.name(group) != "" {
				name = nr.name(group)
			}
			all = append(all, name+": "+text)
		}
	})
	if problem != "" {
		p.t.Fatalf("livetest: %s: %s", p.place(), problem)
	}
	return all
}

// errorOf is what a page says is wrong with a field, and the ids of what says it.
func errorOf(d *htmxdom.Document, n *html.Node) (text, by string) {
	if v := attr(n, "aria-invalid"); v == "" || v == "false" {
		return "", ""
	}
	by = attr(n, "aria-errormessage")
	if by == "" {
		by = attr(n, "aria-describedby")
	}
	var texts, errors []string
	for _, id := range strings.Fields(by) {
		m := d.ByID(id)
		if m == nil || !d.Shown(m) || textOf(d, m) == "" {
			continue
		}
		texts = append(texts, textOf(d, m))
		if strings.Contains(strings.ToLower(id+" "+attr(m, "class")), "error") {
			errors = append(errors, textOf(d, m))
		}
	}
	if len(errors) > 0 {
		texts = errors
	}
	if len(texts) == 0 {
		return "is invalid, and nothing says why", by
	}
	return strings.Join(texts, " "), by
}

// isGroup reports whether n groups fields under a name.
func isGroup(n *html.Node) bool { return n.Data == "fieldset" || role(n, "group", "radiogroup") }

// isChoice reports whether a field is one of several that make a choice together.
func isChoice(n *html.Node) bool {
	if n.Data == "input" {
		kind := htmxdom.InputType(n)
		return kind == "radio" || kind == "checkbox"
	}
	return role(n, "radio", "checkbox")
}

// groupOf is the group around a field, nil for none.
func groupOf(n *html.Node) *html.Node {
	for p := n.Parent; p != nil && p.Data != "form"; p = p.Parent {
		if isElement(p) && isGroup(p) {
			return p
		}
	}
	return nil
}

func isElement(n *html.Node) bool { return n.Type == html.ElementNode }
