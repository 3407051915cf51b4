package pubsub_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

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
