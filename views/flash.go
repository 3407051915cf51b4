package views

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sideband-go/sideband/state"
)

// FlashKind is what a flash message is about. Kinds of one's own are plain names: small
// letters, digits and hyphens, up to 32.
type FlashKind string

// The kinds that the kit's stylesheet knows. Those of info and success fade; screen
// readers speak warnings and errors, and kinds of one's own, at once.
const (
	FlashInfo    FlashKind = "info"
	FlashSuccess FlashKind = "success"
	FlashWarning FlashKind = "warning"
	FlashError   FlashKind = "error"
)

// quiet reports whether a message may wait, and may fade.
func (k FlashKind) quiet() bool { return k == FlashInfo || k == FlashSuccess }

func (k FlashKind) check() {
	plain := func(c rune) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' }
	if k == "" || len(k) > 32 || strings.ContainsFunc(string(k), func(c rune) bool { return !plain(c) }) {
		panic(fmt.Sprintf("views: %.40q is no kind of flash: use small letters, digits and hyphens, up to 32", string(k)))
	}
}

const (
	// maxFlashText is how many characters of a message are shown.
	maxFlashText = 1000
	// maxFlashKinds is how many messages a page shows; the oldest give way.
	maxFlashKinds = 8
)

// FlashMessage is a message for the user: its kind and its text.
type FlashMessage struct {
	Kind FlashKind
	Text string
}

// NewFlashMessage cuts a text that is longer than 1,000 characters. It panics if the kind
// is no plain name.
func NewFlashMessage(kind FlashKind, text string) FlashMessage {
	kind.check()
	text = strings.ToValidUTF8(text, "\uFFFD")
	if utf8.RuneCountInString(text) > maxFlashText {
		text = string([]rune(text)[:maxFlashText-1]) + "…"
	}
	return FlashMessage{kind, text}
}

// Flash tells the user something, once: [Flash] shows it in the page, until the user
// dismisses it, ClearFlash is called or the page is left. There is one message of each
// kind: a newer one takes its place, also one with the same text. A callback that returns
// [Socket.Redirect] tells it to the next page instead.
//
// The message takes effect when the callback succeeds. Text is escaped, and cut after
// 1,000 characters; an empty one clears the kind. Flash panics if kind is no plain name.
func (s *Socket) Flash(kind FlashKind, text string) {
	s.check()
	s.flash = append(s.flash, flashChange{message: NewFlashMessage(kind, text)})
}

// ClearFlash takes messages of these kinds away, or all if none is named.
func (s *Socket) ClearFlash(kinds ...FlashKind) {
	s.check()
	if len(kinds) == 0 {
		s.flash = append(s.flash, flashChange{})
	}
	for _, k := range kinds {
		k.check()
		s.flash = append(s.flash, flashChange{message: FlashMessage{Kind: k}})
	}
}

// flashChange is one thing that a callback has done to the messages.
type flashChange struct {
	message FlashMessage // without text: clears the kind, without a kind too: all
	dismiss uint64       // not 0: the message of this number, and nothing else
}

// board is what a page shows: its messages, numbered one after the other.
type board struct {
	last uint64
	list []numbered
}

type numbered struct {
	FlashMessage
	n uint64
}

var boardKey = state.NewKey[board]("sideband flash").WithEqual(func(a, b board) bool { return slices.Equal(a.list, b.list) })

func (b board) apply(changes []flashChange) board {
	b.list = slices.Clone(b.list)
	for _, c := range changes {
		b.list = slices.DeleteFunc(b.list, func(m numbered) bool {
			if c.dismiss != 0 {
				return m.n == c.dismiss
			}
			return c.message.Kind == "" || c.message.Kind == m.Kind
		})
		if c.message.Text != "" {
			b.last++
			b.list = append(b.list, numbered{c.message, b.last})
		}
	}
	b.list = b.list[max(0, len(b.list)-maxFlashKinds):]
	return b
}

// flashing is the callback of the page that changes its messages: what a component says
// is shown by the page.
func flashing(changes []flashChange) Message {
	return Message{Name: "Flash", Run: func(s *Socket) error {
		boardKey.Set(s, boardKey.Get(s).apply(changes))
		return nil
	}}
}

// Carrying makes a Mount begin with what the page before wanted to be said.
func (m Message) Carrying(messages []FlashMessage) Message {
	if len(messages) == 0 {
		return m
	}
	mount := m.Run
	m.Run = func(s *Socket) error {
		boardKey.Set(s, board{}.apply(saying(messages)))
		return mount(s)
	}
	return m
}

// MergeFlash returns the messages with one more, in place of that of its kind.
func MergeFlash(messages []FlashMessage, m FlashMessage) []FlashMessage {
	return board{}.apply(saying(messages)).apply([]flashChange{{message: m}}).messages()
}

func (b board) messages() []FlashMessage {
	var list []FlashMessage
	for _, m := range b.list {
		list = append(list, m.FlashMessage)
	}
	return list
}

func saying(messages []FlashMessage) []flashChange {
	changes := make([]flashChange, len(messages))
	for i, m := range messages {
		changes[i].message = m
	}
	return changes
}

func (m numbered) id() string { return "sb-flash-" + strconv.FormatUint(m.n, 10) }

// shownFlash is what a page shows, and notes that it does.
func shownFlash(ctx context.Context) []numbered {
	componentOf(ctx).in.showsFlash = true
	return boardKey.Get(ctx).list
}

// ShowsFlash reports whether a rendering had a place for flash messages.
func (in *Instance) ShowsFlash() bool { return in.showsFlash }

func isStatic(ctx context.Context) bool { return componentOf(ctx).in.def.Static() }
