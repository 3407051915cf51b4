package views

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/sideband-go/sideband/internal/render"
)

// Nonce returns the value of the attribute hx-nonce, which each element of a page with attributes of htmx needs on a kit
// with Config.Commands; "" on another kit, and outside of a page's rendering. The bindings of this package and what is
// built on them write it themselves. Whoever writes attributes of htmx by hand adds it to the same element, and never where
// others inherit it:
//
//	<div hx-get="/help" hx-nonce={ views.Nonce(ctx) }></div>
func Nonce(ctx context.Context) string { return render.NonceOf(ctx) }

// specIn is Spec, in a page.
func (t Trigger) specIn(ctx context.Context) string {
	if t.Keys != "" && Nonce(ctx) == "" {
		panic(fmt.Sprintf("views: the keys %q of a trigger need commands: set Commands in handlers.Config", t.Keys))
	}
	return t.Spec()
}

// Spec returns the trigger as the attribute hx-trigger has it: "keyup delay:300ms".
//
// A key is named as in KeyboardEvent.key: "Enter", "Escape", "ArrowUp", "/", and "Space" for the space bar. In front of it
// may stand Ctrl, Alt, Shift, Meta, and Mod for Ctrl or Meta, as in "Mod+Shift+z". Those that are not named must not be
// held, but Shift with a key that makes a character: "?" says enough. Letters fit in either case if Shift or Mod is named.
// Keys that belong to the composition of a character, as in Japanese, fit nothing.
//
// It panics for what is no name of a DOM event, no key or selector that htmx can read, for keys of another event than
// "keydown" and "keyup", and for Prevent with Debounce or Throttle.
func (t Trigger) Spec() string {
	if t.On == "" || strings.ContainsFunc(t.On, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune(":._-", c)
	}) {
		panic(fmt.Sprintf("views: %q is no name of a DOM event", t.On))
	}
	if t == (Trigger{On: t.On}) {
		return t.On
	}
	if t.On == "every" {
		panic("views: \"every\" is htmx's word for a pause, and no DOM event")
	}
	var b strings.Builder
	b.WriteString(t.On)
	if t.Keys != "" {
		if t.On != "keydown" && t.On != "keyup" {
			panic(fmt.Sprintf("views: a trigger for %q has no keys", t.On))
		}
		b.WriteString(keyFilter(t.Keys))
	}
	switch t.From {
	case "":
	case "window", "document", "outside":
		b.WriteString(" from:" + t.From)
	default:
		if strings.ContainsFunc(t.From, endsSelector) {
			panic(fmt.Sprintf("views: the selector %.80q of a trigger may not hold double quotes, angle brackets, semicolons or control characters: htmx would end it there", t.From))
		}
		b.WriteString(` from:"` + t.From + `"`)
	}
	if t.Debounce > 0 && t.Throttle > 0 {
		panic("views: a trigger debounces or throttles, not both")
	}
	if t.Prevent && (t.Debounce > 0 || t.Throttle > 0) {
		panic("views: a trigger that debounces or throttles prevents nothing: the browser has done it by then")
	}
	if t.Debounce > 0 {
		fmt.Fprintf(&b, " delay:%dms", t.Debounce.Milliseconds())
	}
	if t.Throttle > 0 {
		fmt.Fprintf(&b, " throttle:%dms", t.Throttle.Milliseconds())
	}
	if t.Once {
		b.WriteString(" once")
	}
	if t.Prevent {
		b.WriteString(" prevent")
	}
	return b.String()
}

// endsSelector reports whether htmx takes a character for the end of a selector, or of the trigger that has it.
func endsSelector(c rune) bool {
	return strings.ContainsRune("\"<>;\u2028\u2029", c) || unicode.IsControl(c)
}
