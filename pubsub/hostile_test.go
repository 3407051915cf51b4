package pubsub_test

import (
	"errors"
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
	v.connect(true)
	err := v.do(func(s *views.Socket) error { return pubsub.Join(s, at, cursor{math.NaN(), 0}, page.cursors) })
	t.Log("Join of NaN:", err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { t.Log("recovered:", recover()) }()
		_ = v.do(func(s *views.Socket) error { pubsub.Leave(s, at); return nil })
		v.Close()
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
	in.connect(true)
	in.must(func(s *views.Socket) error { return pubsub.Watch(s, at, page.anybody) })
	v := newViewThat(t, func(err error) { t.Log("reported:", err) })
	v.connect(true)
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
	v.connect(true)
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

// The callback that hears the news may fail: that is its page's own mistake, and the next news has
// everybody. If it has succeeded and is rolled back, the page does not know what it was
// told: it is remounted, and told no more until then.
func TestNewsThatIsLost(t *testing.T) {
	here := pubsub.NewPresence[string](new(pubsub.Bus), "here")
	ann := newView(t)
	ann.connect(true)
	failed := errors.New("failed")
	var fails error
	heard := func(p page, s *views.Socket, r pubsub.Roster[string]) error {
		return errors.Join(p.present(s, r), fails)
	}
	ann.must(func(s *views.Socket) error { return pubsub.Watch(s, here, heard) })
	ann.expect("")

	bob := joined(t, here, "bob")
	fails = failed
	news, _ := ann.Next()
	if err := ann.Run(t.Context(), news); !errors.Is(err, failed) {
		t.Fatalf("%v", err)
	}
	fails = nil
	ann.expect("bob +bob ")
	joined(t, here, "cid")
	ann.expect("bob cid +cid ")
	if ann.Restarts() != 0 {
		t.Error("restarted for a failure of its own")
	}

	bob.end()
	ann.Begin()
	ann.expect("cid -bob ")
	ann.Rollback()
	if ann.Restarts() != 1 {
		t.Errorf("%d restarts", ann.Restarts())
	}
	joined(t, here, "dan")
	ann.expect()
	expectHere(t, here, "cid", "dan")
}
