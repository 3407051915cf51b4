package pubsub_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/pubsub"
)

// Local is a broker inside one process. One for NATS calls nats.Conn's methods Publish and
// Subscribe instead.
type Local struct {
	publishing sync.Mutex // keeps the order

	mu          sync.Mutex
	subscribers map[string][]*func(data []byte)
}

func (l *Local) Publish(_ context.Context, subject string, data []byte) error {
	l.publishing.Lock()
	defer l.publishing.Unlock()
	l.mu.Lock()
	subscribers := slices.Clone(l.subscribers[subject])
	l.mu.Unlock()
	for _, deliver := range subscribers {
		(*deliver)(data)
	}
	return nil
}

func (l *Local) Subscribe(subject string, deliver func(data []byte)) (cancel func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.subscribers == nil {
		l.subscribers = map[string][]*func(data []byte){}
	}
	l.subscribers[subject] = append(l.subscribers[subject], &deliver)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.subscribers[subject] = slices.DeleteFunc(l.subscribers[subject], func(d *func([]byte)) bool { return d == &deliver })
	}, nil
}

// Two processes that share a broker: what is published in one reaches the pages of the other.
// The page Chat is in chat_test.go.
func ExampleBroker() {
	run(func(t testing.TB) {
		broker := &Local{}
		one, other := &pubsub.Bus{Broker: broker}, &pubsub.Bus{Broker: broker}
		t.Cleanup(one.Close)
		t.Cleanup(other.Close)
		page, kit, routes := chat(one)
		t.Cleanup(func() { _ = kit.Shutdown(context.Background()) })

		ann := livetest.Open(t, routes, "/go?name=ann")
		posts := pubsub.NewTopic[string](other, "posts")
		if err := posts.Of("go").Publish(t.Context(), "from the other process"); err != nil {
			t.Fatal(err)
		}
		ann.Wait("#posts", "from the other process")
		fmt.Println(ann.Find("#posts").Text())
		fmt.Println(page.Posts.Name(), one.Stats().Received)
	})
	// Output:
	// from the other process
	// posts 1
}
