package pubsub_test

import (
	"testing"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

// BenchmarkPublish measures deliveries to 1,000 views, without callbacks and renderings.
func BenchmarkPublish(b *testing.B) {
	topic := pubsub.NewTopic[string](&pubsub.Bus{}, "posts")
	const subscribers = 1000
	all := make([]*view, subscribers)
	for i := range all {
		all[i] = subscribed(b, topic)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := topic.Publish(b.Context(), "hello"); err != nil {
			b.Fatal(err)
		}
		for _, v := range all {
			for _, ok := v.Next(); ok; {
				_, ok = v.Next()
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*subscribers), "ns/delivery")
}

// BenchmarkSubscribe measures a view that subscribes and ends, beside 1,000 others.
func BenchmarkSubscribe(b *testing.B) {
	topic := pubsub.NewTopic[string](&pubsub.Bus{}, "posts")
	for range 1000 {
		subscribed(b, topic)
	}
	v := newView(b)
	b.ReportAllocs()
	for b.Loop() {
		v.must(func(s *views.Socket) error { return pubsub.Subscribe(s, topic, page.got) })
		v.must(func(s *views.Socket) error { pubsub.Unsubscribe(s, topic); return nil })
	}
}
