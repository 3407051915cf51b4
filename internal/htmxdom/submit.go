package htmxdom

import (
	"strings"

	"golang.org/x/net/html"
)

// Enter returns what Enter in a field does to its form: whether it submits it, and the
// button that it clicks for that, nil for none. The rules are those of implicit submission;
// where HTML leaves room, Chromium's.
func (d *Document) Enter(field *html.Node) (button *html.Node, submits bool) {
	form := d.formOwner(field)
	if form == nil || !isHTML(field, "input") || isButton(field) || disabled(field) {
		return nil, false
	}
	texts := 0
	for _, n := range d.controlsOf(form) {
		switch {
		case submitsForm(n) && !disabled(n):
			return n, true
		case submitsForm(n) && textField(field):
			return nil, false // the default button is disabled
		case textField(n):
			texts++
		}
	}
	return nil, textField(field) && texts == 1
}

// DefaultButton returns the first button in a form that submits it, nil for none.
func (d *Document) DefaultButton(form *html.Node) *html.Node {
	for n := range rootOf(form).Descendants() {
		if submitsForm(n) && d.formOwner(n) == form {
			return n
		}
	}
	return nil
}

func submitsForm(n *html.Node) bool { return isField(n) && fieldAction(n) == Submit }

// textField reports whether an input is one that a form without a button may have one of, to
// be submitted by Enter.
func textField(n *html.Node) bool {
	if !isHTML(n, "input") {
		return false
	}
	switch inputType(n) {
	case "text", "search", "tel", "url", "email", "password", "number":
		return true
	}
	return false
}

// Submission is what a browser itself sends when a form is submitted.
type Submission struct {
	// Method is GET, POST or DIALOG, of which the last sends nothing.
	Method string
	// Action is the address as it is written, "" for the page's own.
	Action string
	// Query takes the place of the address's, for GET.
	Query string
	// Body and Type, its Content-Type, are those of a POST. With files, it has Parts in place of the Body.
	Body, Type string
	Parts      *Parts
}

// Submission returns what a browser itself sends when a button submits a form; nil is none.
func (d *Document) Submission(form, button *html.Node) Submission {
	set := func(name string) string {
		if button != nil && hasAttr(button, "form"+name) {
			return attrOr(button, "form"+name, "")
		}
		return attrOr(form, name, "")
	}
	s := Submission{Method: strings.ToUpper(set("method")), Action: strings.TrimFunc(set("action"), isHTMLSpace)}
	f := d.entries(form, button)
	switch s.Method {
	case "DIALOG":
	case "POST":
		if s.Body, s.Type = f.encodeForm(), urlencoded; strings.EqualFold(set("enctype"), multiparts) {
			s.Body, s.Parts, s.Type = f.encodeParts()
		}
	default:
		s.Method, s.Query = "GET", f.encodeForm()
	}
	return s
}

// CloseDialog closes the dialog around a form with method="dialog".
func (d *Document) CloseDialog(form *html.Node) {
	for p := form.Parent; p != nil; p = p.Parent {
		if isHTML(p, "dialog") {
			d.RemoveAttr(p, "open")
			return
		}
	}
}
