package state_test

import (
	"context"
	"fmt"

	"github.com/sideband-go/sideband/state"
)

type Message struct{ ID, Text string }

func (m Message) Key() string { return m.ID }

var Messages = state.NewStream("messages", Message.Key).KeepLast(2)

// A callback adds items; when the page shows them, the stream remembers which there are and
// in what order, but not what they were.
func ExampleStream() {
	scope := state.NewScope("chat", nil)
	update(scope, func(s *writer) {
		Messages.Append(s, Message{"1", "Hello"}, Message{"2", "Is anybody here?"}, Message{"3", "I am"})
		Messages.Update(s, Message{"2", "Is anyone here?"})
	})
	reading(scope, func(ctx context.Context) {
		fmt.Println(Messages.Len(ctx), Messages.IDs(ctx), Messages.DOMIDOf("3"))
	})
	// Output: 2 [2 3] messages-3
}
