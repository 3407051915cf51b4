package views

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// keyFilter is the filter of a trigger for keys, with spaces between them: a script that htmx evaluates. htmx takes it from
// the attribute by patterns, which no blank, bracket, comma or quote may stand in.
func keyFilter(keys string) string {
	var b strings.Builder
	for i, k := range strings.Fields(keys) {
		if i > 0 {
			b.WriteString("||")
		}
		b.WriteString(keyCondition(k))
	}
	if b.Len() == 0 {
		panic(fmt.Sprintf("views: %q names no key", keys))
	}
	// Autofill makes keydown events without a key; in Safari the key that ends a composition says so by its code alone.
	return "[typeof(key)==`string`&&keyCode!=229&&!isComposing&&(" + b.String() + ")]"
}

// keyCondition is the condition of one key, such as "Ctrl+s".
func keyCondition(text string) string {
	name, held := text, map[string]bool{}
	for {
		modifier, rest, ok := strings.Cut(name, "+")
		if !ok || rest == "" || modifier == "" { // the key itself may be a plus
			break
		}
		switch modifier {
		case "Ctrl", "Alt", "Shift", "Meta", "Mod":
			held[modifier] = true
		default:
			panic(fmt.Sprintf("views: %q of the key %q is none of Ctrl, Alt, Shift, Meta and Mod", modifier, text))
		}
		name = rest
	}
	character := utf8.RuneCountInString(name) == 1
	switch {
	case name == "Space":
		name = " "
	case !character && !isKeyName(name):
		panic(fmt.Sprintf("views: %q is no name of a key", text))
	}
	isLetter := character && strings.ToLower(name) != strings.ToUpper(name)
	b := "key==" + keyText(name)
	if isLetter && (held["Shift"] || held["Mod"]) { // Shift and Caps Lock make another character of it
		b = "key.toLowerCase()==" + keyText(strings.ToLower(name))
	}
	flag := func(modifier, property string) {
		if held[modifier] {
			b += "&&" + property
		} else {
			b += "&&!" + property
		}
	}
	if held["Mod"] {
		b += "&&ctrlKey!=metaKey"
	} else {
		flag("Ctrl", "ctrlKey")
		flag("Meta", "metaKey")
	}
	flag("Alt", "altKey")
	if held["Shift"] || !character {
		flag("Shift", "shiftKey")
	}
	return b
}

// isKeyName reports whether a text may be the name of a key that makes no character.
func isKeyName(name string) bool {
	return name != "" && name[0] >= 'A' && name[0] <= 'Z' && !strings.ContainsFunc(name, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9')
	})
}

// keyText is the text of a script that names a key.
func keyText(name string) string {
	var b strings.Builder
	b.WriteByte('`')
	for _, c := range name {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c > 0xa0 {
			b.WriteRune(c)
		} else {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	b.WriteByte('`')
	return b.String()
}
