package pubsub_test

import (
	"context"
	"fmt"

	"github.com/sideband-go/sideband/pubsub"
)

// A cache outside of pages forgets what has changed, in whichever process. After a gap it can't know what
// that was, and forgets everything.
func ExampleTopic_Receive() {
	var bus pubsub.Bus
	changed := pubsub.NewTopic[int](&bus, "products")
	cache := map[int]string{1: "tea", 2: "coffee"}

	stop, err := changed.Receive(context.Background(),
		func(id int) { delete(cache, id) },
		func() { clear(cache) },
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()

	if err := changed.Publish(context.Background(), 1); err != nil {
		fmt.Println(err)
	}
	fmt.Println(cache)
	// Output: map[2:coffee]
}
