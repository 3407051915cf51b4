package patch

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain reports whether an element with the id can be patched by itself. htmx escapes the
// ids of its targets, but cuts what it has escaped at commas and trims white space; and
// HTML writes quotes, & and angle brackets in several ways.
func plain(id []byte) bool {
	if len(id) == 0 || len(id) > 255 {
		return false
	}
	ascii := true
	for _, c := range id {
		switch {
		case c <= ' ', c == 0x7f, c == '"', c == '\'', c == ',', c == '&', c == '<', c == '>':
			return false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return ascii || utf8.Valid(id) && strings.IndexFunc(string(id), blankRune) < 0
}

// blankRune reports whether JavaScript's trim removes the character, or might.
func blankRune(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.C, r) }

// appendSelector appends the selector of the element with the id, escaped as CSS.escape
// does it.
func appendSelector(dst []byte, id []byte) []byte {
	dst = append(dst, '#')
	for i, c := range id {
		switch digit := '0' <= c && c <= '9'; {
		case digit && (i == 0 || i == 1 && id[0] == '-'):
			dst = append(dst, '\\', '3', c, ' ')
		case digit, 'a' <= lower(c) && lower(c) <= 'z', c == '_', c >= utf8.RuneSelf, c == '-' && len(id) > 1:
			dst = append(dst, c)
		default:
			dst = append(dst, '\\', c)
		}
	}
	return dst
}

// Selector returns the CSS selector of the element with the id; false if htmx could not
// find it by that, or would find others.
func Selector(id string) (string, bool) {
	if !plain([]byte(id)) {
		return "", false
	}
	return string(appendSelector(nil, []byte(id))), true
}
