package redisbroker_test

import (
	"context"
	"fmt"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/sideband-go/sideband/pubsub"
	redisbroker "github.com/sideband-go/sideband/pubsub/redis"
)

// Two processes of an application, here two buses. Code outside of pages hears in one what is published in
// the other; so do pages.
func ExampleBroker() {
	server, err := miniredis.Run()
	if err != nil {
		panic(err)
	}
	defer server.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), ContextTimeoutEnabled: true})
	defer func() { _ = client.Close() }() // after the buses
	one := &pubsub.Bus{Broker: &redisbroker.Broker{Client: client}}
	other := &pubsub.Bus{Broker: &redisbroker.Broker{Client: client}}
	defer one.Close()
	defer other.Close()

	heard := make(chan string)
	prices := pubsub.NewTopic[string](one, "prices")
	if _, err := prices.Of("tea").Receive(context.Background(), func(price string) { heard <- price }, nil); err != nil {
		panic(err)
	}
	if err := pubsub.NewTopic[string](other, "prices").Of("tea").Publish(context.Background(), "3.20"); err != nil {
		panic(err)
	}
	fmt.Println(<-heard)
	// Output: 3.20
}
