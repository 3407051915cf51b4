package client

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sideband-go/sideband/internal/command"
	"github.com/sideband-go/sideband/views"
)

// Hide hides elements. With a transition, a word of the author's, they get the attribute data-js-hide with it, and the
// author's CSS says what is hidden then, and how it comes to be:
//
//	.note { transition: opacity .2s, visibility .2s; }
//	.note[data-js-hide="fade"] { opacity: 0; visibility: hidden; }
func Hide(target string, transition ...string) Command {
	return on("Hide", command.Hide, target, word("Hide", transition))
}

// Show shows elements that [Hide] has hidden, or that the view renders with the attribute hidden. With a transition they get
// the attribute data-js-show with it. What was rendered with hidden becomes a block, and a part of a table, an item of a
// list or an inline element what it is.
func Show(target string, transition ...string) Command {
	return on("Show", command.Show, target, word("Show", transition))
}

// Toggle is [Show] for elements that are hidden by that, and [Hide] for others, each for itself.
func Toggle(target string, transition ...string) Command {
	return on("Toggle", command.Toggle, target, word("Toggle", transition))
}

func word(what string, list []string) string {
	if len(list) == 0 {
		return ""
	}
	return checkName(what, list[0])
}

// Mark sets a mark of elements for the author's CSS: Mark("#menu", "open") sets data-js-open. It stays through patches,
// which classes do not.
func Mark(target, name string) Command {
	return on("Mark", command.SetAttribute, target, "data-js-"+checkName("Mark", name), "")
}

// Unmark takes a mark away.
func Unmark(target, name string) Command {
	return on("Unmark", command.RemoveAttribute, target, "data-js-"+checkName("Unmark", name))
}

// ToggleMark sets a mark or takes it away.
func ToggleMark(target, name string) Command {
	return on("ToggleMark", command.ToggleAttribute, target, "data-js-"+checkName("ToggleMark", name))
}

// SetAttribute sets an attribute of elements, such as aria-expanded. Unlike a [Mark] it belongs to the view as well: a patch
// of the element's attributes makes it what the view says. Attributes that hold scripts, styles, addresses, names for the kit
// and ids are not set: it panics.
func SetAttribute(target, name, value string) Command {
	return on("SetAttribute", command.SetAttribute, target, checkAttribute("SetAttribute", name), value)
}

// RemoveAttribute is [SetAttribute] that removes one.
func RemoveAttribute(target, name string) Command {
	return on("RemoveAttribute", command.RemoveAttribute, target, checkAttribute("RemoveAttribute", name))
}

// ToggleAttribute sets an attribute without a value, or removes it.
func ToggleAttribute(target, name string) Command {
	return on("ToggleAttribute", command.ToggleAttribute, target, checkAttribute("ToggleAttribute", name))
}

// SwitchAttribute sets an attribute to the second value if it has the first one, and else to the first:
// SwitchAttribute(client.This, "aria-expanded", "true", "false").
func SwitchAttribute(target, name, one, other string) Command {
	return on("SwitchAttribute", command.SwitchAttribute, target, checkAttribute("SwitchAttribute", name), one, other)
}

// Focus gives the focus to the first of the targets.
func Focus(target string) Command { return on("Focus", command.Focus, target) }

// FocusFirst gives the focus to the first element in a target that can have it.
func FocusFirst(target string) Command { return on("FocusFirst", command.FocusFirst, target) }

// FocusBy moves the focus from the one of the targets that has it to another, so many further on in the order of the page;
// fewer than none is back. Where there is none it stays. If none of the targets has it the first one gets it. In a grid of
// four columns ArrowDown is FocusBy(".cell", 4).
func FocusBy(targets string, n int) Command {
	return on("FocusBy", command.FocusBy, targets, strconv.Itoa(n))
}

// SelectText gives a field the focus, and selects its text.
func SelectText(target string) Command { return on("SelectText", command.SelectText, target) }

// PushFocus remembers an element for [PopFocus]: up to 20 of a page.
func PushFocus(target string) Command { return on("PushFocus", command.PushFocus, target) }

// PopFocus gives the focus to the element that [PushFocus] has remembered last and that is still in the page.
func PopFocus() Command { return step(command.PopFocus) }

// Dispatch dispatches a DOM event at the targets, which bubbles; detail is its detail, as JSON. It panics if detail can't be
// that.
func Dispatch(target, event string, detail any) Command {
	text, err := json.Marshal(detail)
	if err != nil {
		panic(fmt.Sprintf("client: Dispatch(%.80q): %v", event, err))
	}
	return on("Dispatch", command.Dispatch, target, views.Trigger{On: event}.Spec(), string(text))
}

// Exec runs the commands that the targets have for an event, such as "app:close". It dispatches the event, which does not
// bubble.
func Exec(target, event string) Command {
	return on("Exec", command.Exec, target, views.Trigger{On: event}.Spec())
}

// Click clicks the targets.
func Click(target string) Command { return on("Click", command.Click, target) }

// Reset resets forms and fields to their values in the HTML. A value that a field has sent is not rendered into it again: the
// field goes back to the one before, unless its id changes with what is saved.
func Reset(target string) Command { return on("Reset", command.Reset, target) }

// Navigate loads another page of the site, with views.Replace in place of this one in the history. An event that still waits
// for another one to be answered is lost. It panics for an address that is none.
func Navigate(address string, how ...views.PatchOption) Command {
	checkAddress("Navigate", address)
	if slices.Contains(how, views.Replace) {
		return step(command.Replace, address)
	}
	return step(command.Navigate, address)
}

// Patch changes the page's address, as a link of [views.Patch] does: to a query, "?page=2", or a path such as [views.URL]
// returns them. The option is views.Replace.
func Patch(address string, how ...views.PatchOption) Command {
	checkAddress("Patch", address)
	if slices.Contains(how, views.Replace) {
		return step(command.PatchReplace, address)
	}
	return step(command.Patch, address)
}

// Copy copies a text to the clipboard. The chain ends if the browser does not let it.
func Copy(text string) Command { return step(command.Copy, text) }

// CopyFrom copies what a field holds, or the text of another element. The chain ends if the browser does not let it.
func CopyFrom(target string) Command { return on("CopyFrom", command.CopyFrom, target) }

// ScrollTo scrolls a target into view, as little as possible.
func ScrollTo(target string) Command { return on("ScrollTo", command.ScrollTo, target, "nearest") }

// Confirm asks the user a question, and ends the chain unless the answer is yes.
func Confirm(question string) Command { return step(command.Confirm, question) }

// Wait waits, at least for a millisecond. The chain ends there if the element has gone meanwhile.
func Wait(d time.Duration) Command {
	return step(command.Wait, strconv.FormatInt(max(1, d.Milliseconds()), 10)+"ms")
}

// Send sends an event to a method of the page or of a component, as a binding of [views.On] does; the element's own fields,
// or those of its form, are the parameter unless one is given. It does not wait for the answer. Without JavaScript nothing
// is sent. It panics as views.On does.
func Send[V, P any](ctx context.Context, h func(V, *views.Socket, P) error, params ...P) Command {
	c := step(command.Send)
	c.send = views.On(ctx, views.Trigger{On: command.SendEvent}, h, params...)
	return c
}

// checkName panics for what is no part of the name of an attribute.
func checkName(what, name string) string {
	if name == "" || strings.ContainsFunc(name, func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' }) {
		panic(fmt.Sprintf("client: %s: the name %.80q is not of small letters, digits and -", what, name))
	}
	return name
}

// checkAttribute panics for an attribute that no command may set.
func checkAttribute(what, name string) string {
	checkName(what, name)
	for _, prefix := range []string{"on", "hx-", "data-hx-", "sb-"} {
		if strings.HasPrefix(name, prefix) {
			panic(fmt.Sprintf("client: %s: a command can't change the attribute %s", what, name))
		}
	}
	switch name {
	case "id", "name", "style", "nonce", "src", "srcset", "srcdoc", "href", "action", "formaction", "method", "formmethod", "form", "data", "ping", "target", "value", "data-htmx-powered":
		panic(fmt.Sprintf("client: %s: a command can't change the attribute %s", what, name))
	}
	return name
}

func checkAddress(what, address string) {
	defer func() {
		if p := recover(); p != nil {
			panic(strings.Replace(fmt.Sprint(p), "views: PatchTo", "client: "+what, 1))
		}
	}()
	views.PatchTo(context.Background(), address)
}
