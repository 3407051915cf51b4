package natsbroker_test

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/sideband-go/sideband/pubsub"
	natsbroker "github.com/sideband-go/sideband/pubsub/nats"
)

// Two processes of an application, here two buses. Code outside of pages hears in one what is published in
// the other; so do pages.
func ExampleBroker() {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true})
	if err != nil {
		panic(err)
	}
	s.Start()
	defer s.WaitForShutdown()
	defer s.Shutdown()
	s.ReadyForConnections(10 * time.Second)

	var connections []*nats.Conn
	process := func() *pubsub.Bus {
		nc, err := nats.Connect(s.ClientURL(), nats.MaxReconnects(-1))
		if err != nil {
			panic(err)
		}
		connections = append(connections, nc)
		return &pubsub.Bus{Broker: &natsbroker.Broker{Conn: nc}}
	}
	one, other := process(), process()
	defer func() { // first the buses
		one.Close()
		other.Close()
		for _, nc := range connections {
			nc.Close()
		}
	}()

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
