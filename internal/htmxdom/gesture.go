package htmxdom

import "fmt"

// Gesture is something a user does to an element with an id before a message
// comes. Its fields are exported so that it can be sent to a browser.
type Gesture struct {
	Do   string // "focus", "type", "check", "choose" or "open"
	ID   string
	Text string // what is typed; "true" or "false" for check and open; the value chosen
}

// FocusOn puts the focus on an element.
func FocusOn(id string) Gesture { return Gesture{Do: "focus", ID: id} }

// TypeInto focuses a text control and makes it show text.
func TypeInto(id, text string) Gesture { return Gesture{Do: "type", ID: id, Text: text} }

// CheckBox checks a checkbox or radio button or not.
func CheckBox(id string, checked bool) Gesture {
	return Gesture{Do: "check", ID: id, Text: fmt.Sprint(checked)}
}

// Choose chooses the option with this value in a select element for one.
func Choose(id, value string) Gesture { return Gesture{Do: "choose", ID: id, Text: value} }

// OpenDetails opens a details element or closes it.
func OpenDetails(id string, open bool) Gesture {
	return Gesture{Do: "open", ID: id, Text: fmt.Sprint(open)}
}

// Do performs gestures. One for an element that is not there, or of another
// kind, does nothing.
func (d *Document) Do(gestures ...Gesture) {
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
			d.SelectOption(n, g.Text)
		case g.Do == "open" && isHTML(n, "details") && g.Text == "true":
			d.SetAttr(n, "open", "")
		case g.Do == "open" && isHTML(n, "details"):
			d.RemoveAttr(n, "open")
		}
	}
}
