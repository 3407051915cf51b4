package state

import (
	"crypto/sha256"
	"encoding/hex"
)

const (
	maxStreamName = 60
	maxDOMID      = 120
)

func isStreamName(name string) bool {
	if name == "" || len(name) > maxStreamName || !isLetter(name[0]) {
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

// domID makes, of a name without hyphens and any id, an id that needs no quoting anywhere.
// No two pairs have the same: the first hyphen ends the name, _ begins a byte's number,
// and _z, which does not, begins a hash.
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
