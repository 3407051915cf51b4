package pubsub_test

import (
	"testing"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

// What a delivery costs without the callback and the rendering: 1,000 views have subscribed.
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

// What a view costs that subscribes and ends again, beside 1,000 others.
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
