package flash_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sideband-go/sideband/internal/flash"
)

func show(kind, text string) flash.Change { return flash.Change{Message: flash.New(kind, text)} }

// list is what a board shows, with the messages' numbers.
func list(b flash.Board) string {
	var said []string
	for _, m := range b.List {
		said = append(said, fmt.Sprint(m.N, m.Kind, ":", m.Text))
	}
	return strings.Join(said, " ")
}

func TestChangesOfABoard(t *testing.T) {
	var b flash.Board
	for _, c := range []struct {
		what   string
		change []flash.Change
		want   string
	}{
		{"one of each kind", []flash.Change{show("info", "a"), show("error", "b")}, "1info:a 2error:b"},
		{"a newer one of the kind", []flash.Change{show("info", "c")}, "2error:b 3info:c"},
		{"the same text again", []flash.Change{show("error", "b")}, "3info:c 4error:b"},
		{"dismissed before", []flash.Change{{Dismiss: 2}}, "3info:c 4error:b"},
		{"dismissed", []flash.Change{{Dismiss: 3}}, "4error:b"},
		{"a kind is cleared", []flash.Change{show("info", "d"), show("error", "")}, "5info:d"},
		{"all are cleared", []flash.Change{show("error", "e"), {}}, ""},
		{"numbers go on", []flash.Change{show("info", "f")}, "7info:f"},
	} {
		before := list(b)
		after := b.Apply(c.change)
		if got := list(after); got != c.want {
			t.Errorf("%s: %q and not %q", c.what, got, c.want)
		}
		if got := list(b); got != before {
			t.Errorf("%s: the board before has become %q", c.what, got)
		}
		b = after
	}
}

func TestTheOldestMessagesGiveWay(t *testing.T) {
	var changes []flash.Change
	for i := range flash.MaxMessages + 3 {
		changes = append(changes, show(fmt.Sprint("kind-", i), "x"))
	}
	got := flash.Board{}.Apply(changes).Messages()
	if len(got) != flash.MaxMessages || got[0].Kind != "kind-3" {
		t.Error(got)
	}
}

func TestLongTextsAreCut(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"short", "short"},
		{strings.Repeat("ä", flash.MaxText), strings.Repeat("ä", flash.MaxText)},
		{strings.Repeat("ä", flash.MaxText+1), strings.Repeat("ä", flash.MaxText-1) + "…"},
		{"no\xffUTF-8", "no\uFFFDUTF-8"},
	} {
		if got := flash.New("info", c.text).Text; got != c.want {
			t.Errorf("%.20q: %d characters, %.20q", c.text, utf8.RuneCountInString(got), got)
		}
	}
}

func TestKindsArePlainNames(t *testing.T) {
	for kind, ok := range map[string]bool{
		"info": true, "my-kind-2": true, strings.Repeat("x", 32): true,
		"": false, "Info": false, "a b": false, "ä": false, `x"`: false, strings.Repeat("x", 33): false,
	} {
		func() {
			defer func() {
				if r := recover(); (r == nil) != ok {
					t.Errorf("%q: %v", kind, r)
				}
			}()
			flash.CheckKind(kind)
		}()
	}
}

// What names a message of the present page says nothing about the next one.
func TestWhatTheNextPageShows(t *testing.T) {
	carried := []flash.Message{{Kind: "info", Text: "a"}, {Kind: "error", Text: "b"}}
	got := flash.Carry(carried, []flash.Change{{Dismiss: 1}, show("info", "c")})
	if want := []flash.Message{{Kind: "error", Text: "b"}, {Kind: "info", Text: "c"}}; !slices.Equal(got, want) {
		t.Error(got)
	}
	if got := flash.Merge(carried, flash.Message{Kind: "error", Text: "d"}); !slices.Equal(got, []flash.Message{{Kind: "info", Text: "a"}, {Kind: "error", Text: "d"}}) {
		t.Error(got)
	}
	if !flash.BoardOf(carried).Equal(flash.Board{}.Apply(flash.Showing(carried))) || flash.BoardOf(carried).Equal(flash.BoardOf(nil)) {
		t.Error("boards are not compared by what they show")
	}
}
