package natsbroker_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/brokertest"
	"github.com/sideband-go/sideband/pubsub"
	natsbroker "github.com/sideband-go/sideband/pubsub/nats"
	"github.com/sideband-go/sideband/views"
)

// BenchmarkBroadcast measures the CPU of a message's delivery to 1,000 views, without their callbacks and renderings:
// within one process, and from one bus to another one over NATS, with the server's share.
func BenchmarkBroadcast(b *testing.B) {
	b.Run("in-process", func(b *testing.B) {
		bus := &pubsub.Bus{Logger: quiet}
		broadcast(b, bus, bus)
	})
	b.Run("nats", func(b *testing.B) {
		s := newServer(b)
		bus := func() *pubsub.Bus {
			bus := &pubsub.Bus{Broker: &natsbroker.Broker{Conn: s.connect(b), Logger: quiet}, Logger: quiet}
			b.Cleanup(bus.Close)
			return bus
		}
		broadcast(b, bus(), bus())
	})
}

func broadcast(b *testing.B, from, to *pubsub.Bus) {
	const viewers = 1000
	topic := pubsub.NewTopic[string](to, "posts")
	all := make([]*brokertest.View, viewers)
	for i := range all {
		all[i] = brokertest.NewView(b, func(s *views.Socket) error { return pubsub.Subscribe(s, topic, brokertest.Page.Got) })
	}
	delivered := func() uint64 { return to.Stats().Delivered }
	topic = pubsub.NewTopic[string](from, "posts")
	want, before := delivered(), cpu()
	for b.Loop() {
		if err := topic.Publish(b.Context(), "hello"); err != nil {
			b.Fatal(err)
		}
		want += viewers
		for delivered() < want {
			time.Sleep(10 * time.Microsecond)
		}
		for _, v := range all {
			for _, ok := v.Next(); ok; {
				_, ok = v.Next()
			}
		}
	}
	b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(b.N*viewers), "cpu-ns/delivery")
}

// cpu returns the CPU time of the process.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
