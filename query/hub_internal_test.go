package query

import (
	"context"
	"testing"

	"github.com/sideband-go/sideband/pubsub"
)

// named is a topic without messages.
type named string

func (n named) Name() string { return string(n) }

func (named) Listen(context.Context, func()) (func(), error) { return func() {}, nil }

// Case 538. A page of a shared query whose topics another page subscribes to loads again: its rows are older. One whose load
// is over by then says nothing of the next one's.
func TestAnotherPageSubscribes(t *testing.T) {
	h := &hub[int]{key: NewKey[int]("pages"), settings: &Live[int]{}, spots: map[place]*spot[int]{}, topics: map[pubsub.AnyTopic]func(){}}
	load := func(n int, topic named) *flight[int] {
		sp := &spot[int]{hub: h, at: place{number: n}}
		h.spots[sp.at] = sp
		sp.running = &flight[int]{spot: sp, live: &Live[int]{Follow: func([]int) []pubsub.AnyTopic { return []pubsub.AnyTopic{topic} }}}
		return sp.running
	}
	a, b, c := load(1, "a"), load(2, "b"), load(3, "c")
	c.spot.topics = []pubsub.AnyTopic{named("a")}
	b.spot.topics = b.live.Follow(nil) // it is about to subscribe
	for _, f := range []*flight[int]{a, b} {
		if err := f.follow(t.Context(), &loaded[int]{}); err != nil {
			t.Fatal(err)
		}
		if !f.spot.isMoved || f.spot.moves != 1 {
			t.Errorf("page %d: moved %v, %d times", f.spot.at.number, f.spot.isMoved, f.spot.moves)
		}
	}
	if !c.spot.isMoved {
		t.Error("page 3 has a topic of page 1")
	}
	a.spot.isMoved = false
	if err := a.follow(t.Context(), &loaded[int]{}); err != nil || a.spot.isMoved {
		t.Errorf("page 1 moves again, though nothing is new: %v", err)
	}
	a.live.Follow = func([]int) []pubsub.AnyTopic { return []pubsub.AnyTopic{&during{func() { a.spot.running = nil }}} }
	if err := a.follow(t.Context(), &loaded[int]{}); err != nil || a.spot.isMoved {
		t.Errorf("page 1 moves by a load that is over: %v", err)
	}
}

// during is a topic during whose subscription something happens.
type during struct{ f func() }

func (*during) Name() string { return "during" }

func (d *during) Listen(context.Context, func()) (func(), error) { d.f(); return func() {}, nil }
