package htmxdom

import (
	"fmt"
	"slices"

	"golang.org/x/net/html"
)

// Gesture is an action of a user on the element with an id. Its fields are exported so that it can be
// sent to a browser.
type Gesture struct {
	Do   string // "focus", "type", "check", "choose", "toggle", "open", "click", "reset" or "paint"
	ID   string
	Text string // what is typed; "true" or "false" for check and open; the value of an option
}

// FocusOn focuses an element.
func FocusOn(id string) Gesture { return Gesture{Do: "focus", ID: id} }

// TypeInto focuses a text control and replaces its text.
func TypeInto(id, text string) Gesture { return Gesture{Do: "type", ID: id, Text: text} }

// CheckBox checks or unchecks a checkbox or radio button.
func CheckBox(id string, checked bool) Gesture {
	return Gesture{Do: "check", ID: id, Text: fmt.Sprint(checked)}
}

// Choose chooses the option with this value in a select element without multiple.
func Choose(id, value string) Gesture { return Gesture{Do: "choose", ID: id, Text: value} }

// ToggleOption chooses the first option with this value in a select element with multiple, or deselects
// it.
func ToggleOption(id, value string) Gesture { return Gesture{Do: "toggle", ID: id, Text: value} }

// Open opens a details element or a dialog, or closes it.
func Open(id string, open bool) Gesture {
	return Gesture{Do: "open", ID: id, Text: fmt.Sprint(open)}
}

// ClickOn clicks a box, a radio button, a label, a summary or a button that resets a form.
func ClickOn(id string) Gesture { return Gesture{Do: "click", ID: id} }

// ResetForm resets a form.
func ResetForm(id string) Gesture { return Gesture{Do: "reset", ID: id} }

// Paint does what the script of an element does: it makes an element with a text of what is in it.
func Paint(id, text string) Gesture { return Gesture{Do: "paint", ID: id, Text: text} }

// Do performs gestures. A gesture does nothing if its element is missing or of another kind.
func (d *Document) Do(gestures ...Gesture) {
	defer d.dropLostFocus()
	for _, g := range gestures {
		n := d.ByID(g.ID)
		if n == nil {
			continue
		}
		switch {
		case g.Do == "focus":
			d.SetFocus(n)
		case g.Do == "type" && (isHTML(n, "input") || isHTML(n, "textarea")):
			d.Type(n, g.Text)
		case g.Do == "check" && isHTML(n, "input"):
			d.SetChecked(n, g.Text == "true")
		case g.Do == "choose" && isHTML(n, "select"):
			if slices.ContainsFunc(options(n), func(o *html.Node) bool { return optionValue(o) == g.Text }) {
				d.SelectOption(n, g.Text)
			}
		case g.Do == "toggle" && isHTML(n, "select"):
			d.toggleOption(n, g.Text)
		case g.Do == "open" && (isHTML(n, "details") || isHTML(n, "dialog")):
			d.setOpen(n, g.Text == "true")
		case g.Do == "click":
			d.Click(n)
		case g.Do == "reset" && isHTML(n, "form"):
			d.Reset(n)
		case g.Do == "paint":
			for c := n.FirstChild; c != nil; c = n.FirstChild {
				d.remove(c)
			}
			painted := d.element("i")
			d.setText(painted, g.Text)
			d.insert(n, painted, nil)
		}
	}
}
