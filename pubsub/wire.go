package pubsub

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// nodeID identifies a process at the broker.
type nodeID [12]byte

// Data at the broker begins with a version, the kind of the message, and the sender's nodeID.
const (
	envelopeVersion = 1
	envelopeSize    = 2 + len(nodeID{})

	topicMessage    = 'm'
	presenceMessage = 'p'
	gapMessage      = 'g' // the sender could not send a message to this subject
)

// encode returns the JSON of m, or nil without a broker.
func (b *Bus) encode(m any) ([]byte, error) {
	if b.Broker == nil {
		return nil, nil
	}
	data, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	if len(data)+envelopeSize > b.maxMessage() {
		return nil, ErrTooLarge
	}
	return data, nil
}

// envelope returns data with the header in front.
func (b *Bus) envelope(kind byte, data []byte) []byte {
	node := b.self()
	e := make([]byte, 0, envelopeSize+len(data))
	e = append(e, envelopeVersion, kind)
	e = append(e, node[:]...)
	return append(e, data...)
}

// unwrap checks and removes the header.
func (b *Bus) unwrap(e []byte) (kind byte, node nodeID, data []byte, ok bool) {
	if len(e) < envelopeSize || len(e) > b.maxMessage() || e[0] != envelopeVersion {
		return 0, nodeID{}, nil, false
	}
	switch kind = e[1]; kind {
	case topicMessage, presenceMessage, gapMessage:
	default:
		return 0, nodeID{}, nil, false
	}
	copy(node[:], e[2:])
	return kind, node, e[envelopeSize:], true
}

// escape escapes colons in names and ids, since colons join them: the topic "a" of "b:c" differs from
// "a:b" of "c".
var escape = strings.NewReplacer("%", "%25", ":", "%3A")

// maxSubject bounds subjects, in bytes. All known brokers accept as many.
const maxSubject = 200

// subject returns the subject of a name at the broker. It has letters, digits, hyphens, underscores, and
// dots between parts that are never empty, so no broker reads it as a pattern.
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
		return b.String()[:begin] + ".__" + hex.EncodeToString(sum[:]) // no token begins with two underscores
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
