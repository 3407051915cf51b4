package keep

import (
	"bytes"
	"errors"
	"strings"

	"github.com/sideband-go/sideband/stash"
)

// A refusal is what is kept in the place of a state that can't be: an older one would be taken for it. It is no state that
// package render reads.
const (
	refusalMark = "\xff\xff"
	tooLarge    = 'L' // the byte after the mark
	unfit       = 'U'

	maxReason = 500 // bytes
)

// Refusal returns what is kept in the place of a state that can't be, and why.
func Refusal(err error) []byte {
	kind := byte(unfit)
	if errors.Is(err, stash.ErrTooLarge) {
		kind = tooLarge
	}
	reason := err.Error()
	return append(append([]byte(refusalMark), kind), reason[:min(len(reason), maxReason)]...)
}

// Refused returns why the state before could not be kept; nil if it was.
func (e Envelope) Refused() error {
	rest, ok := bytes.CutPrefix(e.State, []byte(refusalMark))
	if !ok || len(rest) == 0 {
		return nil
	}
	text := strings.ToValidUTF8(string(rest[1:]), "") // it may be cut
	if rest[0] == tooLarge {
		return &lost{text, stash.ErrTooLarge}
	}
	return &lost{text, nil}
}

// lost is the error of a state that could not be kept.
type lost struct {
	reason string
	kind   error
}

func (l *lost) Error() string { return "the state before could not be kept: " + l.reason }
func (l *lost) Unwrap() error { return l.kind }
