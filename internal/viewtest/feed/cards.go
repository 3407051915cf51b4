package feed

import (
	"strconv"
	"strings"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What cards have.
var (
	Cards = state.NewStream("card", lineID).KeepLast(6)
	Likes = state.NewKey[int]("likes")
	Looks = state.NewKey[string]("looks") // of a card: "", "open", "other", "none", "loose" or "two"
	Rows  = state.NewKey[[]string]("rows")
	Holds = state.NewKey[string]("holds") // the id of a part that a card holds
	Above = state.NewKey[string]("above") // the id of a part above the cards
	Event = state.NewKey[string]("event") // what has happened to the cards last
)

// Deck is a page with cards: components that are items of a stream, or stand in them.
type Deck struct{}

// Mount gives it cards.
func (Deck) Mount(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, Title.To("T"), Note.To(""), Place.To(""), Above.To(""), Event.To(""), Tick.To(0))
	Cards.Append(s, Line{ID: "a", Text: "A"}, Line{ID: "b", Text: "B", Twin: true})
	return nil
}

// Card is a component in an item, or all of it.
type Card struct {
	Text string
	Item bool
}

// Mount sets what a card begins with.
func (c Card) Mount(s *views.Socket) error {
	looks := ""
	if c.Text == "" {
		looks = "none"
	}
	state.Assign(s, Likes.To(0), Looks.To(looks), Rows.To(nil), Holds.To(""))
	return nil
}

// Like is an event.
func (Card) Like(s *views.Socket, n int) error {
	Likes.Update(s, func(was int) int { return was + n })
	return nil
}

// Look is an event.
func (Card) Look(s *views.Socket, how string) error {
	Looks.Set(s, how)
	return nil
}

// List is an event.
func (Card) List(s *views.Socket, rows string) error {
	Rows.Set(s, strings.Fields(rows))
	return nil
}

// Hold is an event.
func (Card) Hold(s *views.Socket, id string) error {
	Holds.Set(s, id)
	return nil
}

// Agree is an event that changes nothing.
func (Card) Agree(*views.Socket, views.NoParams) error { return nil }

// Close has the tree tell which cards have ended.
func (Card) Close(*views.Socket) {}

// Part is a component in a card, or above the cards.
type Part struct{}

// Mount sets what a part begins with.
func (Part) Mount(s *views.Socket) error {
	Likes.Set(s, 0)
	return nil
}

// Like is an event.
func (Part) Like(s *views.Socket, n int) error {
	Likes.Update(s, func(was int) int { return was + n })
	return nil
}

// Outer is a component whose element is that of another.
type Outer struct{ Text string }

// Holder is a component that shows the page's cards, which read its note.
type Holder struct{}

// Mount counts how often it is called, in the note.
func (Holder) Mount(s *views.Socket) error {
	Mounts++
	Note.Set(s, "mount "+strconv.Itoa(Mounts))
	return nil
}

// Fail is an event that has it remounted.
func (Holder) Fail(*views.Socket, views.NoParams) error { panic("it fails") }

// Mounts is how often a Holder was mounted.
var Mounts int
