package pubsub_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

// joined returns a connected view that has joined as who.
func joined(t testing.TB, p pubsub.Presence[string], who string) *view {
	v := newView(t)
	v.must(func(s *views.Socket) error { return pubsub.Join(s, p, who, page.present) })
	v.connect(true)
	return v
}

func expectHere(t testing.TB, p pubsub.Presence[string], want ...string) {
	t.Helper()
	if got := p.List(); !slices.Equal(got, want) {
		t.Errorf("here are %q and not %q", got, want)
	}
}

func TestPresence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := &pubsub.Bus{}
		here := pubsub.NewPresence[string](bus, "here").Of("go")
		expectHere(t, here)
		ann := newView(t)
		ann.must(func(s *views.Socket) error { return pubsub.Join(s, here, "ann", page.present) })
		ann.expect("") // notified at once, before the page is first shown; nobody is connected yet
		expectHere(t, here)
		ann.connect(true)
		ann.expect("ann +ann ")

		bob := joined(t, here, "bob")
		bob.expect("ann ", "ann bob +bob ")
		ann.expect("ann bob +bob ")
		joined(t, here.Of("elsewhere"), "eve")
		expectHere(t, here, "ann", "bob")

		// A second tab notifies nobody, nor does the end of one of them.
		second := joined(t, here, "bob")
		second.expect("ann bob ")
		ann.expect()
		bob.end()
		ann.expect()
		second.end()
		ann.expect("ann -bob ")
		expectHere(t, here, "ann")
		ann.end()
		expectHere(t, here)
		if n := bus.Stats().Present; n != 1 { // eve
			t.Errorf("%d presences are left", n)
		}
	})
}

// A connection that reopens soon causes no notification.
func TestPresenceEndsAfterLeaveGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here := pubsub.NewPresence[string](&pubsub.Bus{}, "here")
		ann, bob := joined(t, here, "ann"), joined(t, here, "bob")
		ann.work()
		bob.work()
		for range 10 {
			bob.connect(false)
			time.Sleep(14 * time.Second)
			bob.connect(true)
			time.Sleep(time.Second)
		}
		ann.expect()
		bob.connect(false)
		time.Sleep(16 * time.Second)
		ann.expect("ann -bob ")
		bob.expect("ann -bob ") // it is still notified
		bob.connect(true)
		ann.expect("ann bob +bob ")
		bob.connect(false)
		bob.end()
		ann.expect("ann -bob ") // its end ends the wait
		time.Sleep(time.Hour)
		ann.expect()
	})
}

func TestJoiningAgainReplaces(t *testing.T) {
	here := pubsub.NewPresence[string](&pubsub.Bus{}, "here")
	ann, bob := joined(t, here, "ann"), joined(t, here, "bob")
	ann.work()
	bob.work()
	rename := func(to string, err error) func(s *views.Socket) error {
		return func(s *views.Socket) error { return errors.Join(pubsub.Join(s, here, to, page.present), err) }
	}
	ann.must(rename("anna", nil))
	ann.expect("bob anna +anna -ann ")
	bob.expect("bob anna +anna -ann ")
	ann.must(rename("anna", nil))
	ann.expect("bob anna ")
	bob.expect()
	failed := errors.New("failed")
	if err := ann.do(rename("hannah", failed)); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	ann.expect()
	expectHere(t, here, "bob", "anna")

	// Changes that cancel out before a notification runs cause none.
	ann.must(rename("ann", nil))
	ann.must(rename("anna", nil))
	bob.expect()

	leave := func(s *views.Socket) error { pubsub.Leave(s, here); return nil }
	if err := ann.do(func(s *views.Socket) error { return errors.Join(leave(s), failed) }); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	expectHere(t, here, "bob", "anna")
	ann.must(func(s *views.Socket) error { return errors.Join(leave(s), rename("ann", nil)(s)) })
	expectHere(t, here, "bob", "ann")
	ann.must(leave)
	ann.work()
	bob.expect("bob -anna ")
	ann.must(rename("again", nil))
	bob.expect("bob again +again ")

	ann.must(func(s *views.Socket) error { return pubsub.Watch(s, here, page.present) })
	expectHere(t, here, "bob")
	ann.work()
	bob.end()
	ann.expect("-bob ")
	ann.end()
}

func TestAFailedJoinHasNoEffect(t *testing.T) {
	bus := &pubsub.Bus{}
	here := pubsub.NewPresence[string](bus, "here")
	bob := joined(t, here, "bob")
	bob.work()
	failed := errors.New("failed")
	ann := newView(t)
	ann.connect(true)
	err := ann.do(func(s *views.Socket) error { return errors.Join(pubsub.Join(s, here, "ann", page.present), failed) })
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	ann.expect()
	bob.expect()
	// Of two calls in a callback, the last counts.
	ann.must(func(s *views.Socket) error {
		return errors.Join(pubsub.Join(s, here, "ann", page.present), pubsub.Join(s, here, "anna", page.present))
	})
	expectHere(t, here, "bob", "anna")
	bob.end()
	ann.end()
	if n := bus.Stats().Present; n != 0 {
		t.Errorf("%d presences are left", n)
	}
}

// Joins in short succession are one notification for each member.
func TestABurstIsOneNotification(t *testing.T) {
	here := pubsub.NewPresence[string](&pubsub.Bus{}, "here")
	first := joined(t, here, "first")
	first.work()
	var crowd []*view
	for i := range 500 {
		crowd = append(crowd, joined(t, here, fmt.Sprint(i)))
	}
	for _, v := range crowd[100:] {
		v.end()
	}
	if n := first.Waiting(); n != 1 {
		t.Errorf("%d messages wait", n)
	}
	heard := first.work()
	if len(heard) != 1 || strings.Count(heard[0], "+") != 100 || strings.Count(heard[0], "-") != 0 || len(strings.Fields(heard[0])) != 201 {
		t.Errorf("heard %q", heard)
	}
	first.SetFull(true)
	crowd[0].end()
	crowd[1].end()
	waitFor(t, "a view whose mailbox is full to be restarted", func() bool { return first.Restarts() == 1 })
}

// W may be any comparable type.
func TestPresenceOfStructs(t *testing.T) {
	type person struct {
		User int
		Tab  string
	}
	buses := processes(t, &memory{}, 2)
	var rosters [][]person
	for i, b := range buses {
		p := pubsub.NewPresence[person](b, "people")
		v := newView(t)
		v.must(func(s *views.Socket) error {
			return pubsub.Join(s, p, person{1, fmt.Sprint(i)}, func(page, *views.Socket, pubsub.Roster[person]) error { return nil })
		})
		v.connect(true)
		waitFor(t, "everybody", func() bool { return len(p.List()) == i+1 })
		rosters = append(rosters, p.List())
	}
	if b, _ := json.Marshal(rosters[1]); string(b) != `[{"User":1,"Tab":"0"},{"User":1,"Tab":"1"}]` {
		t.Errorf("%s", b)
	}
}

// Case 352: heartbeats are as small for many members as for one.
func TestHeartbeatsAreSmall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broker := &memory{}
		buses := processes(t, broker, 2)
		here := []pubsub.Presence[string]{pubsub.NewPresence[string](buses[0], "here"), pubsub.NewPresence[string](buses[1], "here")}
		for i := range 100 {
			joined(t, here[i%2], fmt.Sprintf("somebody-%d", i))
		}
		synctest.Wait()
		n := len(broker.sent())
		time.Sleep(time.Hour)
		synctest.Wait()
		beats, bytes := broker.sent()[n:], 0
		for _, m := range beats {
			bytes += len(m.data)
		}
		if len(beats) < 2*240 || bytes > 80*len(beats) {
			t.Errorf("%d heartbeats have %d bytes", len(beats), bytes)
		}
		if a, b := here[0].Count(), here[1].Count(); a != 100 || b != 100 {
			t.Errorf("%d and %d are here", a, b)
		}
	})
}
