package htmxdom

import (
	"strings"

	"golang.org/x/net/html"
)

// Action is the activation behavior of an element: what a browser itself does for a click.
type Action string

// The actions of a browser.
const (
	NoAction Action = ""
	Follow   Action = "link"   // follow a link
	Submit   Action = "submit" // submit the form of a button
	Reset    Action = "reset"  // reset the form of a button
	Check    Action = "check"  // check or uncheck a box, or check a radio button
	Label    Action = "label"  // click the control of a label
	Toggle   Action = "toggle" // open or close the details around a summary
)

// Activation returns what a browser itself does for a click on n, and with which element: the link,
// the button, the box, the label's control, or the details. It looks for the nearest element with
// such a behavior, from n outward.
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

// Labelled returns the control of a label: the one that its for attribute names, else the first one in
// it, or nil.
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

// Click changes the page as a browser does for a click on n, without events and requests. It leaves a
// disabled control unchanged.
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
