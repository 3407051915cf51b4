package client

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"
)

// Popover returns the attribute of an element that is a popover: a menu, say. It is hidden until a button opens it
// ([TogglePopover]), is shown above all else, and closes by Escape, by a click elsewhere and when another one opens.
func Popover() templ.OrderedAttributes { return attributes("popover", "auto") }

// TogglePopover returns the attribute of a button that opens and closes the popover with the id. It needs no request.
func TogglePopover(id string) templ.OrderedAttributes {
	return attributes("popovertarget", checkID("TogglePopover", id))
}

// ShowModal returns the attributes of a button that opens the <dialog> with the id as a modal one: the rest of the page is
// inert, the focus goes into it and back when it closes, Escape closes it. It needs no request.
func ShowModal(id string) templ.OrderedAttributes { return invoker("ShowModal", "show-modal", id) }

// Close returns the attributes of a button that closes the <dialog> with the id, without a request. A dialog that is to
// close when its form was accepted is rendered again, under another id, or left by a redirect.
func Close(id string) templ.OrderedAttributes { return invoker("Close", "close", id) }

func invoker(what, name, id string) templ.OrderedAttributes {
	return attributes("command", name, "commandfor", checkID(what, id))
}

// Closer is what closes a dialog beside its own buttons.
type Closer string

// Any closes a dialog by Escape and by a click beside it, Request by Escape alone, None not at all.
const (
	Any     Closer = "any"
	Request Closer = "closerequest"
	None    Closer = "none"
)

// ClosedBy returns the attribute of a <dialog> that says what closes it. Browsers that do not know it close modal dialogs
// by Escape.
func ClosedBy(c Closer) templ.OrderedAttributes { return attributes("closedby", string(c)) }

// Exclusive returns the attribute of <details> elements of which one at most is open: those that are given the same name.
func Exclusive(name string) templ.OrderedAttributes {
	return attributes("name", checkID("Exclusive", name))
}

// DescribedBy returns the attributes of an element whose tooltip has the id; see [Tooltip].
func DescribedBy(id string) templ.OrderedAttributes {
	return attributes("aria-describedby", checkID("DescribedBy", id))
}

// Tooltip returns the attributes of the element right behind the one that it describes, which is shown while the pointer
// is on that one, or the keyboard's focus. It is no place for what has to be read: nothing shows it on a phone.
//
//	<button { client.DescribedBy("archive-tip")... }>Archive</button>
//	<span { client.Tooltip("archive-tip")... }>Takes it off the list, and keeps it</span>
func Tooltip(id string) templ.OrderedAttributes {
	return attributes("id", checkID("Tooltip", id), "class", "sb-tip", "role", "tooltip")
}

// checkID panics for what is no id: attributes that name elements take one word.
func checkID(what, id string) string {
	if id == "" || strings.ContainsAny(id, " \t\n\r\f\"'&<>") {
		panic(fmt.Sprintf("client: %s(%.80q): an id has no white space and none of \"'&<>", what, id))
	}
	return id
}
