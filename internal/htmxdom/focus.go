package htmxdom

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// Focus returns the element that has the focus, or nil if none but the body has.
func (d *Document) Focus() *html.Node { return d.focus }

// SetFocus gives n the focus, as focus() does: an element that cannot take it
// leaves it where it is. Nil takes the focus away.
func (d *Document) SetFocus(n *html.Node) {
	if n == nil || d.focusable(n) {
		d.focus = n
	}
}

// focusable reports whether n can take the focus. Of what CSS does to an
// element the model sees only what its HTML says.
func (d *Document) focusable(n *html.Node) bool {
	return d.connected(n) && !disabled(n) && takesFocus(n) && d.shown(n)
}

func takesFocus(n *html.Node) bool {
	if isHTML(n, "input") && inputType(n) == "hidden" {
		return false
	}
	if t, ok := Attr(n, "tabindex"); ok {
		if _, err := strconv.Atoi(strings.TrimFunc(t, isHTMLSpace)); err == nil {
			return true
		}
	}
	if e, ok := Attr(n, "contenteditable"); ok && !strings.EqualFold(e, "false") {
		return true
	}
	if n.Namespace == "svg" {
		return n.Data == "a" && (hasAttr(n, "href") || hasAttr(n, "xlink:href"))
	}
	switch n.Data {
	case "input", "button", "select", "textarea", "iframe":
		return true
	case "a", "area":
		return hasAttr(n, "href")
	case "summary":
		return isSummary(n)
	case "audio", "video":
		return hasAttr(n, "controls")
	}
	return false
}

// isSummary reports whether n is the line that opens a details element.
func isSummary(n *html.Node) bool {
	if n.Parent == nil || !isHTML(n.Parent, "details") {
		return false
	}
	for c := range n.Parent.ChildNodes() {
		if isHTML(c, "summary") {
			return c == n
		}
	}
	return false
}

// disabled is :disabled.
func disabled(n *html.Node) bool {
	if n.Namespace != "" {
		return false
	}
	switch n.Data {
	case "button", "input", "select", "textarea", "fieldset":
	case "option", "optgroup":
		return optionDisabled(n)
	default:
		return false
	}
	if hasAttr(n, "disabled") {
		return true
	}
	for c, p := n, n.Parent; p != nil; c, p = p, p.Parent {
		if isHTML(p, "fieldset") && hasAttr(p, "disabled") && !isLegendOf(c, p) {
			return true
		}
	}
	return false
}

// isLegendOf reports whether n is the first legend of a fieldset, whose
// controls stay enabled.
func isLegendOf(n, fieldset *html.Node) bool {
	for c := range fieldset.ChildNodes() {
		if isHTML(c, "legend") {
			return c == n
		}
	}
	return false
}

var (
	neverShown  = []string{"head", "title", "template", "script", "style", "datalist", "meta", "link"}
	hidesInside = []string{"input", "textarea", "img", "br", "hr", "iframe", "embed", "video", "audio", "progress", "meter"}
)

// shown reports whether nothing in the HTML hides n.
func (d *Document) shown(n *html.Node) bool {
	for c := n; c != nil && c != d.root; c = c.Parent {
		if hasAttr(c, "hidden") && c.Namespace == "" {
			return false
		}
		switch {
		case isHTML(c, "noscript"):
			if !d.plain {
				return false
			}
		case c.Namespace == "" && slices.Contains(neverShown, c.Data), isHTML(c, "dialog") && !hasAttr(c, "open"):
			return false
		case c.Namespace == "" && c != n && slices.Contains(hidesInside, c.Data):
			return false
		case isHTML(c, "select") && c != n && !(isListBox(c) && (n.Data == "option" || n.Data == "optgroup")):
			return false
		case c.Parent != nil && isHTML(c.Parent, "details") && !hasAttr(c.Parent, "open") && !isSummary(c):
			return false
		case !drawn(c):
			return false
		}
	}
	return true
}

// drawn reports whether an element stands where its kind is drawn at all: SVG
// in SVG, HTML in HTML or in a foreignObject.
func drawn(n *html.Node) bool {
	p := parentElement(n)
	inSVG := p != nil && p.Namespace == "svg" && p.Data != "foreignObject"
	if n.Namespace != "svg" {
		return !inSVG
	}
	switch n.Data {
	case "svg":
		return true
	case "title", "desc", "metadata", "defs", "symbol", "clipPath", "mask", "pattern":
		return false
	}
	return inSVG
}

// restoreFocus is htmx's setFocus for an element that had the focus: a control
// that lost its caret on the way stays without it.
func (d *Document) restoreFocus(n *html.Node, hadCaret bool) {
	if hadCaret && hasSelectionRange(n) && !typeable(n) {
		return // setSelectionRange throws, and htmx gives up
	}
	d.SetFocus(n)
}

func hasSelectionRange(n *html.Node) bool { return isHTML(n, "input") || isHTML(n, "textarea") }

// autofocus focuses the first element in n (n included) that asks for it.
func (d *Document) autofocus(n *html.Node) {
	if !isElement(n) {
		return
	}
	if a := first(withAttr(n, "autofocus")); a != nil {
		d.SetFocus(a)
	}
}

// autofocusOnLoad is what the browser itself does after the page was loaded.
func (d *Document) autofocusOnLoad() {
	for _, a := range withAttr(d.root, "autofocus") {
		if d.focusable(a) {
			d.focus = a
			return
		}
	}
}

// ResetFocus gives the focus to the first element that asks for it, or takes it away.
func (d *Document) ResetFocus() {
	d.focus = nil
	d.autofocusOnLoad()
}

// dropLostFocus takes the focus from an element that cannot keep it. Browsers do
// so at the next frame, hence after a message and not in its midst.
func (d *Document) dropLostFocus() {
	if d.focus != nil && !d.focusable(d.focus) {
		d.focus = nil
	}
}
