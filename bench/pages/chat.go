package main

import (
	"strconv"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// message is what somebody has said.
type message struct {
	ID   int64
	From string
	Text string
	At   time.Time
}

func (m message) key() string { return strconv.FormatInt(m.ID, 10) }

// visitor is who is in a room. No two are equal.
type visitor struct{ Number int64 }

func (v visitor) name() string { return "Guest " + strconv.FormatInt(v.Number, 10) }

var (
	room     = state.NewKey[string]("room")
	me       = state.NewKey[visitor]("me")
	here     = state.NewKey[[]visitor]("here")
	messages = state.NewStream("message", message.key).KeepLast(shown)
)

// shown is how many messages a room shows, and has from the start.
const shown = 50

// morning is when all of them are said: their HTML is to be of one size.
var morning = time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)

// chat is a room with its last messages and who is there.
type chat struct {
	said   pubsub.Topic[message]
	people pubsub.Presence[visitor]
	last   *lastIDs
	before []message
}

// lastIDs are the last numbers given.
type lastIDs struct{ message, visitor atomic.Int64 }

func newChat(bus *pubsub.Bus) chat {
	c := chat{said: pubsub.NewTopic[message](bus, "chat"), people: pubsub.NewPresence[visitor](bus, "chat"), last: &lastIDs{}}
	c.last.message.Store(10_000) // ids of one length
	for range shown {
		c.before = append(c.before, c.say("Guest 0", "What was said before you came in."))
	}
	return c
}

func (c chat) say(from, text string) message {
	return message{c.last.message.Add(1), from, text, morning}
}

type inRoom struct {
	Room string `path:"room"`
}

// Mount enters the room.
func (c chat) Mount(s *views.Socket, q inRoom) error {
	v := visitor{c.last.visitor.Add(1)}
	state.Assign(s, room.To(q.Room), me.To(v), here.To(nil))
	if err := pubsub.Subscribe(s, c.said.Of(q.Room), chat.posted); err != nil {
		return err
	}
	messages.Reset(s, c.before...)
	return pubsub.Join(s, c.people.Of(q.Room), v, chat.present)
}

// Say says it to all in the room.
func (c chat) Say(s *views.Socket, text string) error {
	return c.said.Of(room.Get(s)).Publish(s, c.say("Guest 1", text))
}

func (chat) posted(s *views.Socket, m message) error {
	messages.Append(s, m)
	return nil
}

func (chat) present(s *views.Socket, r pubsub.Roster[visitor]) error {
	here.Set(s, r.All)
	return nil
}
