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

func TestPresenceInSeveralProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broker := &memory{}
		var buses []*pubsub.Bus
		var here []pubsub.Presence[string]
		for range 3 {
			b := &pubsub.Bus{Broker: broker, Logger: quiet}
			defer b.Close()
			buses = append(buses, b)
			here = append(here, pubsub.NewPresence[string](b, "here"))
		}
		all := func(want ...string) {
			t.Helper()
			synctest.Wait()
			for _, p := range here {
				expectHere(t, p, want...)
			}
		}
		watch := func(p pubsub.Presence[string]) *view {
			v := newView(t)
			v.must(func(s *views.Socket) error { return pubsub.Watch(s, p, page.present) })
			return v
		}
		watcher := watch(here[2])
		watcher.work()
		ann := joined(t, here[0], "ann")
		time.Sleep(time.Second)
		bob := joined(t, here[1], "bob") // its process learns of ann by asking
		all("ann", "bob")
		if got := strings.Join(watcher.work(), ","); got != "ann bob +ann +bob " && got != "ann +ann ,ann bob +bob " {
			t.Errorf("heard %q", got)
		}
		time.Sleep(time.Second)
		second := joined(t, here[0], "bob") // who is in two processes is one
		time.Sleep(time.Second)
		eve := joined(t, here[2], "eve")
		all("ann", "bob", "eve")
		watcher1 := watch(here[1])
		bob.end()
		all("ann", "bob", "eve")
		second.end()
		all("ann", "eve")

		// A lost update is noticed with the next one.
		broker.set(func(m *memory) { m.lose = func(string, int) bool { return true } })
		ann.must(func(s *views.Socket) error { return pubsub.Join(s, here[0], "anna", page.present) })
		synctest.Wait()
		expectHere(t, here[2], "ann", "eve")
		broker.set(func(m *memory) { m.lose = nil })
		time.Sleep(time.Second)
		zoe := joined(t, here[0], "zoe")
		all("eve", "anna", "zoe")

		// Or with the next heartbeat.
		broker.set(func(m *memory) { m.lose = func(string, int) bool { return true } })
		zoe.end()
		synctest.Wait()
		expectHere(t, here[1], "eve", "anna", "zoe")
		broker.set(func(m *memory) { m.lose = nil })
		time.Sleep(15 * time.Second)
		all("eve", "anna")
		time.Sleep(time.Hour)
		all("eve", "anna")

		// A process that ends says so.
		buses[2].Close()
		synctest.Wait()
		expectHere(t, here[0], "anna")
		watcher.end()
		eve.end()
		ann.end()
		watcher1.end()
		time.Sleep(time.Hour)
		broker.set(func(m *memory) {
			if m.stand() != 0 {
				t.Error("subscribed, but nobody is left")
			}
		})
		n := len(broker.sent())
		time.Sleep(time.Hour)
		if len(broker.sent()) != n {
			t.Error("the heartbeats go on, but nobody is left")
		}
	})
}

// The members of a silent process are removed.
func TestAProcessThatDied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broker := &memory{}
		dead := &pubsub.Bus{Broker: broker}
		living := &pubsub.Bus{Broker: broker}
		defer living.Close()
		here := pubsub.NewPresence[string](living, "here")
		ann := joined(t, here, "ann")
		synctest.Wait() // its process is the first that says something
		bob := joined(t, pubsub.NewPresence[string](dead, "here"), "bob")
		synctest.Wait()
		expectHere(t, here, "ann", "bob")
		ann.work()
		sender := func(m sent) string { return string(m.data[:14]) }
		alive := sender(broker.sent()[0]) // ann's process asked first
		broker.set(func(m *memory) {
			m.lose = func(_ string, n int) bool { return sender(m.log[n]) != alive }
		})
		time.Sleep(30 * time.Second)
		expectHere(t, here, "ann", "bob")
		time.Sleep(30 * time.Second)
		expectHere(t, here, "ann")
		ann.expect("ann -bob ")
		bob.end()
		dead.Close()
	})
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
