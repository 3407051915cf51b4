package uploads

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxName bounds names, in bytes.
	maxName = 255
	// maxExtension bounds what is kept at the end of a name that is cut, in bytes.
	maxExtension = 32
)

// cleanName makes a name that is shown as what it is: without control characters, nor those that turn the direction of
// text round, behind which an extension hides. A long one is cut in front of its extension.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.In(r, unicode.Zl, unicode.Zp) || r == utf8.RuneError {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	if len(name) <= maxName {
		return name
	}
	extension := path.Ext(name)
	if len(extension) > maxExtension {
		extension = ""
	}
	return strings.ToValidUTF8(name[:maxName-len(extension)], "") + extension
}
