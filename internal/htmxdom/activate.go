package htmxdom

import (
	"strings"

	"golang.org/x/net/html"
)

// Action is what a browser itself does when an element is clicked.
type Action string

// The actions of a browser.
const (
	NoAction Action = ""
	Follow   Action = "link"   // follow a link
	Submit   Action = "submit" // submit the form of a button
	Reset    Action = "reset"  // reset the form of a button
	Check    Action = "check"  // check a box or a radio button, or not
	Label    Action = "label"  // click the control of a label
	Toggle   Action = "toggle" // open or close the details around a summary
)

// Activation returns what a browser itself does when n is clicked, and the element that
// it does it with: the link, the button, the box, the control of the label, the details.
// It is that of the nearest element around n that has such a behavior at all.
func (d *Document) Activation(n *html.Node) (Action, *html.Node) {
	for e := n; e != nil && e.Type == html.ElementNode; e = e.Parent {
		switch {
		case isHTML(e, "a") && hasAttr(e, "href"), isHTML(e, "area") && hasAttr(e, "href"):
			return Follow, e
		case isField(e):
			return fieldAction(e), e
		case isSummary(e):
			return Toggle, e.Parent
		case isHTML(e, "label"):
			if c := d.Labelled(e); c != nil && !contains(c, n) {
				return Label, c
			}
		}
	}
	return NoAction, nil
}

func fieldAction(e *html.Node) Action {
	switch {
	case isHTML(e, "input") && (inputType(e) == "checkbox" || inputType(e) == "radio"):
		return Check
	case isSubmitButton(e), isHTML(e, "input") && inputType(e) == "image":
		return Submit
	case isHTML(e, "button") && strings.EqualFold(attrOr(e, "type", ""), "reset"), isHTML(e, "input") && inputType(e) == "reset":
		return Reset
	}
	return NoAction
}

// Labelled returns the control of a label: the one that it names, else the first in it.
// It is nil for none.
func (d *Document) Labelled(label *html.Node) *html.Node {
	if id, ok := Attr(label, "for"); ok {
		if n := d.ByID(id); n != nil && labelable(n) {
			return n
		}
		return nil
	}
	for n := range label.Descendants() {
		if labelable(n) {
			return n
		}
	}
	return nil
}

func labelable(n *html.Node) bool {
	if isHTML(n, "input") {
		return inputType(n) != "hidden"
	}
	return isField(n) || isHTML(n, "meter") || isHTML(n, "progress")
}

// Click does to the page alone what a browser does when n is clicked: a control that is
// disabled, it leaves alone. It sends nothing, and tells htmx nothing.
func (d *Document) Click(n *html.Node) {
	do, on := d.Activation(n)
	if on == nil || disabled(on) {
		return
	}
	switch do {
	case Check:
		d.SetChecked(on, inputType(on) == "radio" || !d.Checked(on))
	case Reset:
		if form := d.formOwner(on); form != nil {
			d.Reset(form)
		}
	case Label:
		d.SetFocus(on)
		d.Click(on)
	case Toggle:
		d.Toggle(on)
	}
}

// setOpen opens a details element or a dialog, or closes it.
func (d *Document) setOpen(n *html.Node, open bool) {
	if !open {
		d.RemoveAttr(n, "open")
	} else if !hasAttr(n, "open") {
		d.SetAttr(n, "open", "")
	}
}
