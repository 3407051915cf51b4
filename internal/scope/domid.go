package scope

import (
	"crypto/sha256"
	"encoding/hex"
)

const (
	// MaxStreamName is the longest name of a stream, in bytes.
	MaxStreamName = 60
	maxDOMID      = 120
)

// IsStreamName reports whether the name is a letter followed by letters, digits and
// underscores, and not too long.
func IsStreamName(name string) bool {
	if name == "" || len(name) > MaxStreamName || !isLetter(name[0]) {
		return false
	}
	for i := range len(name) {
		if c := name[i]; !isLetter(c) && !isDigit(c) && c != '_' {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// domID makes an element's id of a stream's name and any item's id. The result needs no
// quoting in HTML, CSS or URLs, and differs for each pair: the first hyphen ends the name,
// _ and two hexadecimal digits stand for a byte, and _z, which is no such byte, begins a
// hash.
func domID(name, id string) string {
	b := make([]byte, 0, maxDOMID)
	b = append(b, name...)
	b = append(b, '-')
	for i := range len(id) {
		if len(b) > maxDOMID {
			break
		}
		if c := id[i]; isLetter(c) || isDigit(c) || c == '-' {
			b = append(b, c)
		} else {
			const digits = "0123456789abcdef"
			b = append(b, '_', digits[c>>4], digits[c&15])
		}
	}
	if len(b) > maxDOMID {
		sum := sha256.Sum256([]byte(id))
		b = append(b[:maxDOMID-len("_z")-2*16], "_z"...)
		b = hex.AppendEncode(b, sum[:16])
	}
	return string(b)
}
