package pubsub

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// escape leaves the colon to what joins names, so that "a" of "b:c" is not "a:b" of "c".
var escape = strings.NewReplacer("%", "%25", ":", "%3A")

// maxSubject is what brokers are comfortable with.
const maxSubject = 200

// subject is what a name is called at the broker: letters, digits, hyphens, underscores,
// and dots between parts, none of which is empty, so that no broker finds a pattern in it.
func subject(prefix, kind, name string) string {
	var b strings.Builder
	b.WriteString(prefix)
	b.WriteByte('.')
	b.WriteString(kind)
	begin := b.Len()
	for part := range strings.SplitSeq(name, ":") {
		b.WriteByte('.')
		writeToken(&b, part)
	}
	if b.Len() > maxSubject {
		sum := sha256.Sum256([]byte(name))
		return b.String()[:begin] + ".__" + hex.EncodeToString(sum[:]) // no token has two underscores in a row
	}
	return b.String()
}

func writeToken(b *strings.Builder, part string) {
	if part == "" {
		b.WriteByte('_')
		return
	}
	const digits = "0123456789ABCDEF"
	for i := range len(part) {
		switch c := part[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-':
			b.WriteByte(c)
		default:
			b.WriteByte('_')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
}
