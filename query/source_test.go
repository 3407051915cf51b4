package query_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/query"
)

// source is a source of changes that is no topic.
type source struct {
	mu     sync.Mutex
	err    error
	listen map[int]func()
	next   int
}

func (s *source) Name() string { return "source" }

func (s *source) Listen(_ context.Context, f func()) (func(), error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, s.err
	}
	if s.listen == nil {
		s.listen = map[int]func(){}
	}
	n := s.next
	s.next++
	s.listen[n] = f
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.listen, n)
	}, nil
}

func (s *source) set(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *source) fire() {
	s.mu.Lock()
	var all []func()
	for _, f := range s.listen {
		all = append(all, f)
	}
	s.mu.Unlock()
	for _, f := range all {
		f()
	}
}

// Case 344. Topics that depend on the result follow it.
func TestTopicsFollowTheResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 6, func(w *world, q *query.Live[item]) {
			q.Refetch = nil
			q.Follow = func(rows []item) (topics []pubsub.AnyTopic) {
				for _, it := range rows {
					topics = append(topics, w.changed.Of(it.key()))
				}
				return topics
			}
		})
		p := w.open("/")
		p.Await()
		expect(t, "topics", w.bus.Stats().Subscribers, 3)
		w.table.loaded()
		say := func(id string) {
			t.Helper()
			if err := w.changed.Of(id).Publish(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			p.Await()
		}
		w.table.rename(2, "renamed")
		say("0005")
		expect(t, "loads for a row that is not shown", w.table.loaded(), 0)
		say("0002")
		expect(t, "loads for one that is", w.table.loaded(), 1)
		rows(t, p, "row 1", "renamed", "row 3")
		w.table.remove(1)
		say("0003")
		rows(t, p, "renamed", "row 3", "row 4")
		expect(t, "topics", w.bus.Stats().Subscribers, 3)
		w.table.loaded()
		w.table.rename(4, "new here")
		say("0001")
		expect(t, "loads for a row that has gone", w.table.loaded(), 0)
		say("0004")
		rows(t, p, "renamed", "row 3", "new here")
		p.Button("Page 2").Click()
		p.Await()
		rows(t, p, "row 5", "row 6")
		p.Await()
		expect(t, "topics of page 2", w.bus.Stats().Subscribers, 2)
	})
}

// More topics than there may be are an error, with the rows.
func TestTooManyTopics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, func(w *world, q *query.Live[item]) {
			q.Follow = func([]item) (topics []pubsub.AnyTopic) {
				for i := range 1025 {
					topics = append(topics, w.changed.Of(item{ID: i}.key()))
				}
				return topics
			}
		})
		p := w.open("/")
		rows(t, p, named(1, 2)...)
		p.Expect("#says", "page 1 of 1, 2 of 2, failed: query: too many: 1025 topics follow the result, 1024 at most")
	})
}

// rowTopic is a topic that is made at each load, and is equal to none.
type rowTopic struct {
	name  string
	heard *atomic.Int32 // subscriptions
}

func (r *rowTopic) Name() string { return r.name }

func (r *rowTopic) Listen(context.Context, func()) (func(), error) {
	r.heard.Add(1)
	return func() { r.heard.Add(-1) }, nil
}

// Case 525. Topics that are made at each load, of the same names, change nothing.
func TestTopicsThatAreMadeAtEachLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard atomic.Int32
		t.Cleanup(func() { expect(t, "topics that are left", heard.Load(), int32(0)) })
		w := newWorld(t, 6, func(_ *world, q *query.Live[item]) {
			q.Follow = func(rows []item) (topics []pubsub.AnyTopic) {
				for _, it := range rows {
					topics = append(topics, &rowTopic{it.key(), &heard})
				}
				return topics
			}
		})
		p := w.open("/")
		p.Await()
		w.table.loaded()
		for range 3 {
			w.publish()
			p.Await()
			expect(t, "loads for a message", w.table.loaded(), 1)
			time.Sleep(10 * time.Minute)
			expect(t, "loads without one", w.table.loaded(), 0)
			expect(t, "topics", heard.Load(), int32(3))
		}
		p.Expect("#says", "page 1 of 2, 3 of 6, more")
	})
}

// Case 525. Topics that are others after each load lead to pauses and an error; messages load at once all the same.
func TestTopicsThatDoNotComeToRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard, made atomic.Int32
		rests := atomic.Bool{}
		w := newWorld(t, 6, func(_ *world, q *query.Live[item]) {
			q.Follow = func([]item) []pubsub.AnyTopic {
				if rests.Load() {
					return []pubsub.AnyTopic{&rowTopic{"rests", &heard}}
				}
				return []pubsub.AnyTopic{&rowTopic{strconv.Itoa(int(made.Add(1))), &heard}}
			}
		})
		p := w.open("/")
		time.Sleep(500 * time.Millisecond)
		expect(t, "loads at once", w.table.loaded(), 2)
		p.Expect("#says", "page 1 of 2, 3 of 6, more")
		time.Sleep(time.Hour)
		if n := w.table.loaded(); n < 100 || n > 130 {
			t.Errorf("%d loads in an hour", n)
		}
		expect(t, "topics", heard.Load(), int32(1))
		p.Expect("#says", "page 1 of 2, 3 of 6, more, failed: query: too many topics: Follow has named new ones after 5 loads in a row, though nothing else has changed")
		w.table.rename(1, "renamed")
		w.publish()
		p.Wait("#items", "renamed row 2 row 3")
		w.table.loaded()
		rests.Store(true)
		time.Sleep(time.Hour)
		p.Expect("#says", "page 1 of 2, 3 of 6, more")
		if n := w.table.loaded(); n > 3 {
			t.Errorf("%d loads of topics that rest", n)
		}
	})
}
