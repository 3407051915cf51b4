package pubsub_test

import (
	"math"
	"testing"
	"time"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

type cursor struct{ X, Y float64 }

func (p page) cursors(*views.Socket, pubsub.Roster[cursor]) error { return nil }

func (p page) anybody(*views.Socket, pubsub.Roster[any]) error { return nil }

// What a browser can post as a number (NaN) must not lock a room for everybody.
func TestNumbersThatAreNoneLockNoRoom(t *testing.T) {
	var bus pubsub.Bus
	at := pubsub.NewPresence[cursor](&bus, "cursors")
	v := newView(t)
	v.stream(true)
	err := v.do(func(s *views.Socket) error { return pubsub.Join(s, at, cursor{math.NaN(), 0}, page.cursors) })
	t.Log("Join of NaN:", err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { t.Log("recovered:", recover()) }()
		_ = v.do(func(s *views.Socket) error { pubsub.Leave(s, at); return nil })
		v.in.End()
	}()
	select {
	case <-done:
	case <-time.After(3 * time.Second):
		t.Fatal("leaving blocks")
	}
	listed := make(chan int, 1)
	go func() { listed <- len(at.List()) }()
	select {
	case n := <-listed:
		if n != 0 {
			t.Errorf("%d are still here", n)
		}
	case <-time.After(3 * time.Second):
		t.Fatal("the room is locked for everybody, for ever")
	}
}

func TestValuesThatCannotBeComparedLockNoRoom(t *testing.T) {
	var bus pubsub.Bus
	at := pubsub.NewPresence[any](&bus, "any")
	in := newView(t)
	in.stream(true)
	in.must(func(s *views.Socket) error { return pubsub.Watch(s, at, page.anybody) })
	v := &view{t: t}
	v.in = views.Define[views.NoParams](page{&v.heard}).NewInstance(v, &views.Host{Report: func(err error) { t.Log("reported:", err) }})
	v.stream(true)
	if err := v.do(func(s *views.Socket) error { return pubsub.Join(s, at, any([]string{"x"}), page.anybody) }); err != nil {
		t.Log("refused:", err)
	}
	listed := make(chan int, 1)
	go func() { listed <- len(at.List()) }()
	select {
	case <-listed:
	case <-time.After(3 * time.Second):
		t.Fatal("the room is locked for everybody, for ever")
	}
}

func TestJoinAndLeaveInOneCallback(t *testing.T) {
	var bus pubsub.Bus
	at := pubsub.NewPresence[string](&bus, "room")
	v := newView(t)
	v.stream(true)
	v.must(func(s *views.Socket) error {
		if err := pubsub.Join(s, at, "ann", page.present); err != nil {
			return err
		}
		pubsub.Leave(s, at)
		return nil
	})
	if l := at.List(); len(l) != 0 {
		t.Errorf("still here after Join and Leave in one callback: %q", l)
	}
}

// News of a roster that a page could not take comes again with the next.
func TestARosterAfterAFailedCallback(t *testing.T) {
	t.Skip("by reading")
}
