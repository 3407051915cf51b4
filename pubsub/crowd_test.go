package pubsub_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

// Case 72: in a large room changes are collected, so that N arrivals cost about N messages instead of
// N². A new member is notified at once, as all members of a small room are.
func TestChangesInALargeRoomAreCollected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here := pubsub.NewPresence[string](&pubsub.Bus{}, "here")
		const many = 200
		var all []*view
		sent := 0
		for i := range many {
			v := joined(t, here, fmt.Sprint(i))
			all = append(all, v)
			if heard := v.work(); len(heard) != 2 || !strings.Contains(heard[1], fmt.Sprintf("+%d ", i)) {
				t.Fatalf("who comes hears %q", heard)
			}
			for _, v := range all {
				sent += len(v.work())
			}
		}
		if sent > 16*16 {
			t.Errorf("%d messages while %d came at once", sent, many)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		sent = 0
		for i, v := range all {
			heard := v.work()
			sent += len(heard)
			if i < many-1 && (len(heard) == 0 || !strings.Contains(heard[len(heard)-1], fmt.Sprintf(" %d ", many-1))) {
				t.Fatalf("%d hears %q", i, heard)
			}
		}
		if sent > many {
			t.Errorf("%d messages in the end", sent)
		}
		// After a quiet time the first change is sent at once, and the following ones together.
		all[many-1].end()
		all[0].expect(who(many-1) + fmt.Sprintf("-%d ", many-1))
		all[many-2].end()
		all[0].expect()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		all[0].expect(who(many-2) + fmt.Sprintf("-%d ", many-2))
	})
}

// who lists the first n members.
func who(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprint(&b, i, " ")
	}
	return b.String()
}

// Case 72: the changes that each member gets add up to the roster.
func TestChangesAddUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(7, 7))
		here := pubsub.NewPresence[string](&pubsub.Bus{LeaveGrace: time.Second}, "here")
		type someone struct {
			*view
			knows []string
		}
		var all []*someone
		next := 0
		hear := func(s *someone) {
			for _, said := range s.work() {
				var now []string
				knows := slices.Clone(s.knows)
				for _, w := range strings.Fields(said) {
					switch name := w[1:]; w[0] {
					case '+':
						knows = append(knows, name)
					case '-':
						knows = slices.DeleteFunc(knows, func(k string) bool { return k == name })
					default:
						now = append(now, w)
					}
				}
				a, b := slices.Sorted(slices.Values(now)), slices.Sorted(slices.Values(knows))
				if s.knows != nil && !slices.Equal(a, b) {
					t.Fatalf("knew %q, hears %q", s.knows, said)
				}
				if s.knows = now; now == nil {
					s.knows = []string{}
				}
			}
		}
		for range 1000 {
			switch n := random.IntN(10); {
			case n < 4 || len(all) == 0:
				all = append(all, &someone{view: joined(t, here, fmt.Sprintf("w%d", next))})
				next++
			case n < 6:
				i := random.IntN(len(all))
				all[i].end()
				all = slices.Delete(all, i, i+1)
			case n < 7:
				all[random.IntN(len(all))].connect(random.IntN(2) == 0)
			case n < 9:
				hear(all[random.IntN(len(all))])
			default:
				time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
			}
		}
		for _, s := range all {
			s.connect(true)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		want := slices.Sorted(slices.Values(here.List()))
		if len(want) != len(all) || here.Count() != len(all) {
			t.Errorf("%d are here, %d are listed, %d counted", len(all), len(want), here.Count())
		}
		for _, s := range all {
			if hear(s); !slices.Equal(slices.Sorted(slices.Values(s.knows)), want) {
				t.Fatalf("knows %q in the end", s.knows)
			}
		}
	})
}

// JoinCount and WatchCount notify when the number of members changes.
func TestCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here := pubsub.NewPresence[string](&pubsub.Bus{}, "here")
		v, w := newView(t), newView(t)
		v.must(func(s *views.Socket) error { return pubsub.WatchCount(s, here, page.number) })
		v.expect("0")
		w.must(func(s *views.Socket) error { return pubsub.JoinCount(s, here, "w", page.number) })
		w.expect("0")
		w.connect(true)
		v.expect("1")
		w.expect("1")
		ann := joined(t, here, "ann")
		ann.expect("w ", "w ann +ann ")
		v.expect("2")
		joined(t, here, "ann").end()
		v.expect()
		// Changes that leave the number the same cause no call.
		bob := joined(t, here, "bob")
		ann.end()
		v.expect()
		// A page may switch from one to the other.
		v.must(func(s *views.Socket) error { return pubsub.Watch(s, here, page.present) })
		v.expect("w bob ")
		bob.end()
		v.expect("w -bob ")
		v.must(func(s *views.Socket) error { return pubsub.WatchCount(s, here, page.number) })
		v.expect("1")
		if n := here.Count(); n != 1 {
			t.Errorf("%d", n)
		}
		v.must(func(s *views.Socket) error {
			if err := pubsub.JoinCount(s, pubsub.NewPresence[float64](&pubsub.Bus{}, "x"), nan(), page.number); err == nil {
				t.Error("NaN has joined")
			}
			return nil
		})
	})
}

func nan() float64 {
	zero := 0.0
	return zero / zero
}
