package livetest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/tab"
)

// Fill types a text into a field in place of what is in it, and leaves the field, so
// that its change is sent. It fails the test if the field does not take the text.
func (e Element) Fill(text string) {
	e.page.t.Helper()
	e.write("fill", text, func(f tab.Finder) error {
		e.page.typed = nil
		return errors.Join(e.page.tab.Change(f, text), e.page.tab.Blur())
	})
}

// Type types a text into a field in place of what is in it, and stays there: its change
// is sent when something else is acted on, or with [Page.Blur].
func (e Element) Type(text string) {
	e.page.t.Helper()
	e.write("type into", text, func(f tab.Finder) error {
		err := e.page.tab.Fill(f, text)
		e.page.tab.Read(func(v tab.View) {
			if v.Document != nil {
				e.page.typed = f(v.Document)
			}
		})
		return err
	})
}

func (e Element) write(what, text string, do func(tab.Finder) error) {
	e.page.t.Helper()
	e.act(what, func(_ *htmxdom.Document, n *html.Node) (func(tab.Finder) error, string) {
		if why := refuses(n, text); why != "" {
			return nil, why
		}
		return do, ""
	})
}

// refuses says why a person cannot type a text into n.
func refuses(n *html.Node, text string) string {
	if _, is := htmxdom.Attr(n, "readonly"); is {
		return "it is read-only"
	}
	kind := htmxdom.InputType(n)
	switch {
	case n.Data == "textarea":
	case n.Data == "select":
		return "it is a choice: use Choose"
	case n.Data != "input":
		return "nobody can type into it"
	case kind == "checkbox" || kind == "radio":
		return "it is to be checked: use Check"
	case kind == "file" || isButton(n):
		return "nobody can type into it"
	case kind == "number" && text != "":
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return fmt.Sprintf("a number field does not take %q", text)
		}
	}
	if most, err := strconv.Atoi(attr(n, "maxlength")); err == nil && len(utf16.Encode([]rune(text))) > most {
		return fmt.Sprintf("it takes %d letters at most", most)
	}
	return ""
}

// Choose chooses options of a select field by what they say; of one that takes a single
// choice, one option.
func (e Element) Choose(options ...string) {
	e.page.t.Helper()
	e.act("choose", func(d *htmxdom.Document, n *html.Node) (func(tab.Finder) error, string) {
		if n.Data != "select" {
			return nil, "it is no select field"
		}
		if _, many := htmxdom.Attr(n, "multiple"); !many && len(options) != 1 {
			return nil, "it takes one choice"
		}
		var values []string
		var all []*html.Node
		for m := range n.Descendants() {
			if m.Type == html.ElementNode && m.Data == "option" && !d.Disabled(m) {
				all = append(all, m)
			}
		}
		label := func(o *html.Node) string {
			if l := attr(o, "label"); l != "" {
				return l
			}
			return collapse(htmxdom.Text(o))
		}
		for _, o := range options {
			i := slices.IndexFunc(all, func(n *html.Node) bool { return label(n) == o })
			if i < 0 {
				return nil, fmt.Sprintf("it has no option %q; %s", o, names("its options", o, all, label))
			}
			values = append(values, d.Value(all[i]))
		}
		return func(f tab.Finder) error { return e.page.tab.Choose(f, values...) }, ""
	})
}

// Check checks a checkbox or a radio button. One that is checked already fails the test.
func (e Element) Check() {
	e.page.t.Helper()
	e.check(true)
}

// Uncheck takes the check from a checkbox.
func (e Element) Uncheck() {
	e.page.t.Helper()
	e.check(false)
}

func (e Element) check(want bool) {
	e.page.t.Helper()
	what := map[bool]string{true: "check", false: "uncheck"}[want]
	e.act(what, func(d *htmxdom.Document, n *html.Node) (func(tab.Finder) error, string) {
		kind := htmxdom.InputType(n)
		switch {
		case n.Data != "input" || kind != "checkbox" && kind != "radio":
			return nil, "it is neither a checkbox nor a radio button"
		case d.Checked(n) == want:
			return nil, "it is " + map[bool]string{true: "checked", false: "unchecked"}[want] + " already"
		case kind == "radio" && !want:
			return nil, "a person cannot uncheck a radio button but by checking another one"
		}
		return e.page.tab.Click, ""
	})
}

// Change sends the change of a field as it is, as if it had been filled in with what it
// holds. It is for fields that a script of the page has filled in.
func (e Element) Change() {
	e.page.t.Helper()
	e.act("change", func(d *htmxdom.Document, n *html.Node) (func(tab.Finder) error, string) {
		if !isField(n) {
			return nil, "it is no field"
		}
		return func(f tab.Finder) error {
			return errors.Join(e.page.tab.Dispatch(f, "input"), e.page.tab.Dispatch(f, "change"))
		}, ""
	})
}
