package live

import (
	"crypto/rand"
	"strconv"
	"strings"
)

// unknownID is the position of a page that may show anything, until it has the whole view.
const unknownID = "x"

// Position is the newest of the view's messages that a browser says it has. Its text is the id of a
// message: with the epoch before it if the view was remounted, and the mark of the page's address after it if that can
// change.
type Position struct {
	epoch string
	id    uint64
	mark  string // of the page's address, if that can change
	given bool   // the browser has been connected before
	valid bool
	// element is which of the connection elements in answers has asked, 0 the page's own: of those that
	// name the same message the last one is in the page.
	element uint64
	fresh   bool // that element has had no message yet
}

// maxMark bounds a mark's length: 32 bits in base 36.
const maxMark = 7

// maxEpoch bounds the epoch's length.
const maxEpoch = 8

func newEpoch() string { return rand.Text()[:maxEpoch] }

// ParsePosition parses the id that a browser remembers, and what the address of its connection says of where to
// resume; "" and "" say that it was not connected before.
func ParsePosition(lastID, after string) Position {
	text, element, _ := strings.Cut(after, ".")
	p := Position{given: text != "" || lastID != ""}
	p.element, _ = strconv.ParseUint(element, 10, 64)
	if lastID != "" { // it comes first
		if p.element > 0 && epochOf(lastID) != epochOf(text) {
			p.element = 0 // of the view's life before
		}
		text = lastID
	}
	p.fresh = p.element > 0 && lastID == ""
	if !p.given {
		p.valid = true
		return p
	}
	epoch := epochOf(text)
	number := strings.TrimPrefix(text, epoch+"-")
	number, mark, _ := strings.Cut(number, "_")
	id, err := strconv.ParseUint(number, 10, 64)
	p.valid = err == nil && len(epoch) <= maxEpoch && !strings.ContainsFunc(epoch, func(c rune) bool {
		return (c < 'A' || c > 'Z') && (c < '2' || c > '7') // as rand.Text makes them
	})
	p.valid = p.valid && len(mark) <= maxMark && !strings.ContainsFunc(mark, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') // as Place.Mark makes them
	})
	if p.valid {
		p.epoch, p.id, p.mark = epoch, id, mark
	}
	return p
}

// epochOf returns the epoch in the text of a position; "" if it has none.
func epochOf(text string) string {
	if epoch, _, ok := strings.Cut(text, "-"); ok {
		return epoch
	}
	return ""
}

// isBehind reports whether a browser that says p knew less than one that said other when
// it asked for its connection, or has got another element since. epoch is the view's.
func (p Position) isBehind(other Position, epoch string) bool {
	switch {
	case !p.valid || !other.valid:
		return false
	case p.epoch == other.epoch:
		return p.id < other.id || p.id == other.id && p.element < other.element
	}
	return other.epoch == epoch
}

// String returns the id that the connection begins with.
func (p Position) String() string {
	if !p.valid {
		return unknownID
	}
	b := make([]byte, 0, 40)
	if p.epoch != "" {
		b = append(append(b, p.epoch...), '-')
	}
	b = strconv.AppendUint(b, p.id, 10)
	if p.mark != "" {
		b = append(append(b, '_'), p.mark...)
	}
	return string(b)
}

// HasLeft reports whether a page that was at an address when it opened its connection has another one since then.
func (p Position) HasLeft(at *Place) bool { return p.mark != "" && p.mark != at.Mark() }
