// Package flash has the messages that a page shows to its user once: how they are made, bounded,
// merged, and carried from one page to the next.
package flash

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// MaxText is how many characters of a message are shown.
	MaxText = 1000
	// MaxMessages is how many messages a page shows; the oldest give way.
	MaxMessages = 8
	// maxKind is how long the name of a kind may be, in bytes.
	maxKind = 32
)

// Message is a message for the user.
type Message struct {
	Kind string
	Text string
}

// New makes a message. It cuts a text that is longer than MaxText, and panics if the kind is no
// plain name.
func New(kind, text string) Message {
	CheckKind(kind)
	text = strings.ToValidUTF8(text, "\uFFFD")
	if utf8.RuneCountInString(text) > MaxText {
		text = string([]rune(text)[:MaxText-1]) + "…"
	}
	return Message{kind, text}
}

// CheckKind panics if a kind is no plain name.
func CheckKind(kind string) {
	plain := func(c rune) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' }
	if kind == "" || len(kind) > maxKind || strings.ContainsFunc(kind, func(c rune) bool { return !plain(c) }) {
		panic(fmt.Sprintf("views: %.40q is no kind of flash: use small letters, digits and hyphens, up to %d", kind, maxKind))
	}
}

// Change is one thing that a callback does to the messages: it shows one, in place of that of
// its kind, or takes some away. The zero Change takes all away.
type Change struct {
	Message Message // without text: clears the kind, without a kind too: all
	Dismiss uint64  // not 0: takes the message of this number away, and nothing else
}

// Board is what a page shows: its messages, numbered one after the other. A Board is not changed
// in place.
type Board struct {
	last uint64
	List []Numbered
}

// Numbered is a message of a [Board].
type Numbered struct {
	Message
	N uint64
}

// BoardOf makes a board that shows the messages.
func BoardOf(messages []Message) Board { return Board{}.Apply(Showing(messages)) }

// Equal reports whether both boards show the same.
func (b Board) Equal(o Board) bool { return slices.Equal(b.List, o.List) }

// Apply returns the board after the changes.
func (b Board) Apply(changes []Change) Board {
	b.List = slices.Clone(b.List)
	for _, c := range changes {
		b.List = slices.DeleteFunc(b.List, func(m Numbered) bool {
			if c.Dismiss != 0 {
				return m.N == c.Dismiss
			}
			return c.Message.Kind == "" || c.Message.Kind == m.Kind
		})
		if c.Message.Text != "" {
			b.last++
			b.List = append(b.List, Numbered{c.Message, b.last})
		}
	}
	b.List = b.List[max(0, len(b.List)-MaxMessages):]
	return b
}

// Messages returns what the board shows.
func (b Board) Messages() []Message {
	var list []Message
	for _, m := range b.List {
		list = append(list, m.Message)
	}
	return list
}

// Showing returns the changes that show the messages.
func Showing(messages []Message) []Change {
	changes := make([]Change, len(messages))
	for i, m := range messages {
		changes[i].Message = m
	}
	return changes
}

// Merge returns the messages with one more, in place of that of its kind.
func Merge(messages []Message, m Message) []Message {
	return BoardOf(messages).Apply([]Change{{Message: m}}).Messages()
}

// Carry returns what the next page shows, given what is on its way already and what callbacks
// have done since. What names a message of the present page is left out.
func Carry(messages []Message, changes []Change) []Message {
	b := BoardOf(messages)
	for _, c := range changes {
		if c.Dismiss == 0 {
			b = b.Apply([]Change{c})
		}
	}
	return b.Messages()
}
