package state_test

import (
	"context"
	"fmt"

	"github.com/sideband-go/sideband/state"
)

type Message struct{ ID, Text string }

func (m Message) Key() string { return m.ID }

var Messages = state.NewStream("messages", Message.Key).KeepLast(2)

func Join(s state.Writer) {
	Messages.Append(s, Message{"1", "Hello"}, Message{"2", "Is anybody here?"})
}

func Receive(s state.Writer) {
	Messages.Append(s, Message{"3", "I am"})
	Messages.Update(s, Message{"2", "Is anyone here?"})
}

// Log stands for views.Stream, which renders the items.
func Log(ctx context.Context) string {
	return fmt.Sprint(Messages.Len(ctx), " messages, with the ids ", Messages.IDs(ctx))
}

// A callback adds items. Once the page shows them, the stream remembers which there are and
// in what order, but not what they were.
func ExampleStream() {
	page := open(Join, Log)
	page.call(Receive)
	// Output:
	// 2 messages, with the ids [1 2]
	// 2 messages, with the ids [2 3]
}
