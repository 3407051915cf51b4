// Package chat is a page that many look at: what one writes, all who are in the room see,
// and who they are.
package chat

import (
	"crypto/rand"
	"strings"
	"time"
	"unicode"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What a page of a room knows. Of the messages it keeps the ids alone: they are sent once.
var (
	Room     = state.NewKey[string]("room")
	Me       = state.NewKey[Visitor]("me")
	Here     = state.NewKey[[]Visitor]("here")
	News     = state.NewKey[string]("news") // who came and went last
	Text     = state.NewKey[string]("text") // what is in the field, as far as it is known
	Last     = state.NewKey[string]("last") // what this page has sent last
	Sent     = state.NewKey[int]("sent")    // how many messages that were
	Mounted  = state.NewKey[string]("mounted")
	Messages = state.NewStream("message", Message.Key).KeepLast(keepMessages)
)

// The longest there are, in letters.
const (
	maxRoom = 40
	maxName = 40
	maxText = 500
)

// Query is what the address says.
type Query struct {
	Room string `path:"room"`
}

// Draft is what the form posts.
type Draft struct {
	Name   string `form:"name"`
	Text   string `form:"text"`
	Number int    `form:"number"` // how many messages the page had sent when it showed the form
}

// Page is a room as one visitor sees it. Make it with [New].
type Page struct {
	posts  pubsub.Topic[Message]
	people pubsub.Presence[Visitor]
	rooms  *rooms
}

// New returns the page of all rooms, whose visitors meet on the bus.
func New(bus *pubsub.Bus) Page {
	return Page{
		posts:  pubsub.NewTopic[Message](bus, "chat"),
		people: pubsub.NewPresence[Visitor](bus, "chat"),
		rooms:  newRooms(),
	}
}

// Mount enters the room. It subscribes before it looks at what has been written, so that
// nothing is missed between; a message that comes in both ways is shown once.
func (p Page) Mount(s *views.Socket, q Query) error {
	room := tidy(q.Room, maxRoom)
	if room == "" || room != q.Room {
		return views.ErrNotFound
	}
	s.SetTitle("Chat: " + room)
	g := guestOf(s)
	me := Visitor{Browser: g.browser, Name: g.name}
	state.Assign(s, Room.To(room), Me.To(me), Here.To(nil), News.To(""), Text.To(""), Last.To(""), Sent.To(0), Mounted.To(""))
	if g.again {
		Mounted.Set(s, rand.Text()) // the page knows what has been typed, see compose
	}
	if err := pubsub.Subscribe(s, p.posts.Of(room), Page.posted); err != nil {
		return err
	}
	Messages.Reset(s, p.rooms.recent(room)...)
	return pubsub.Join(s, p.people.Of(room), me, Page.present)
}

// Rename gives the visitor another name. What is in the other field stays there. The page
// sends it too when its view was remounted, with what it has in its fields.
func (p Page) Rename(s *views.Socket, d Draft) error {
	Text.Set(s, cut(d.Text, maxText))
	return p.call(s, d.Name)
}

// call is how the visitor is to be called. The page may know it better than the view, if
// that was remounted.
func (p Page) call(s *views.Socket, name string) error {
	me := Me.Get(s)
	if me.Name = tidy(name, maxName); me == Me.Get(s) {
		return nil
	}
	Me.Set(s, me)
	if remember := guestOf(s).remember; remember != nil {
		remember(me.Name)
	}
	return pubsub.Join(s, p.people.Of(Room.Get(s)), me, Page.present)
}

// Send says something to all in the room.
func (p Page) Send(s *views.Socket, d Draft) error {
	if err := p.call(s, d.Name); err != nil {
		return err
	}
	Text.Set(s, "")
	text, n := tidy(d.Text, maxText), Sent.Get(s)
	if text == "" || text == Last.Get(s) && d.Number == n-1 {
		return nil // nothing, or a second click on the same
	}
	state.Assign(s, Sent.To(n+1), Last.To(text))
	room := Room.Get(s)
	m := p.rooms.add(room, Message{From: Me.Get(s).String(), Text: text, At: time.Now()})
	return p.posts.Of(room).Publish(s, m)
}

// posted shows what somebody has written, the visitor among them.
func (Page) posted(s *views.Socket, m Message) error {
	Messages.Append(s, m)
	return nil
}

// present shows who is here.
func (Page) present(s *views.Socket, r pubsub.Roster[Visitor]) error {
	Here.Set(s, r.All)
	if text := news(Me.Get(s), r); text != "" {
		News.Set(s, text)
	}
	return nil
}

// tidy makes one line of a text, without what can't be seen, and cuts it to n letters.
func tidy(text string, n int) string {
	return strings.TrimSpace(cut(strings.Join(strings.Fields(strings.Map(visible, strings.ToValidUTF8(text, ""))), " "), n))
}

func cut(text string, n int) string {
	if letters := []rune(text); len(letters) > n {
		return string(letters[:n])
	}
	return text
}

func visible(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
		return ' '
	}
	return r
}
