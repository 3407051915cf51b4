package pubsub_test

import (
	"errors"
	"math"
	"sync/atomic"
	"testing"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

type cursor struct{ X, Y float64 }

func (p page) cursors(*views.Socket, pubsub.Roster[cursor]) error { return nil }

func (p page) anybody(*views.Socket, pubsub.Roster[any]) error { return nil }

// NaN, which a browser can post as a number, must not block a room.
func TestNaNBlocksNoRoom(t *testing.T) {
	var bus pubsub.Bus
	at := pubsub.NewPresence[cursor](&bus, "cursors")
	v := newView(t)
	v.connect(true)
	err := v.do(func(s *views.Socket) error { return pubsub.Join(s, at, cursor{math.NaN(), 0}, page.cursors) })
	t.Log("Join of NaN:", err)
	returns(t, "Leave and the end of the view", func() {
		defer func() { t.Log("recovered:", recover()) }()
		_ = v.do(func(s *views.Socket) error { pubsub.Leave(s, at); return nil })
		v.Close()
	})
	returns(t, "List", func() {
		if n := len(at.List()); n != 0 {
			t.Errorf("%d are still here", n)
		}
	})
}

// returns fails the test if f does not return.
func returns(t *testing.T, what string, f func()) {
	t.Helper()
	var done atomic.Bool
	go func() {
		defer done.Store(true)
		f()
	}()
	waitFor(t, what+" to return", done.Load)
}

func TestIncomparableValuesBlockNoRoom(t *testing.T) {
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
	returns(t, "List", func() { at.List() })
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

// After a callback that fails, the next notification has all members. After one that succeeds and is
// rolled back, the view is remounted, and gets no notifications until then.
func TestALostRoster(t *testing.T) {
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
