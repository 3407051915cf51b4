package live

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// sink is a connection that takes so many messages.
type sink struct {
	room int
	took []string
}

func (s *sink) Send(id string, data []byte) bool {
	ok, _ := s.SendNamed("", id, data)
	return ok
}

func (s *sink) SendNamed(name, id string, data []byte) (bool, error) {
	if s.room == 0 {
		return false, nil
	}
	s.room--
	s.took = append(s.took, strings.Trim(fmt.Sprintf("%s %s %s", id, name, data), " "))
	return true, nil
}

func (*sink) Ended() bool      { return false }
func (*sink) Finish([]byte)    {}
func (*sink) FinishNow([]byte) {}
func (*sink) Discard()         {}
func (*sink) OnDrain(func())   {}

func (s *sink) take(t *testing.T, when string, want ...string) {
	t.Helper()
	if !slices.Equal(s.took, want) {
		t.Errorf("%s: took %q, not %q", when, s.took, want)
	}
	s.took = nil
}

// pushing is a view with a connection, whose events are pushed by hand.
func pushing() (*View, *sink) {
	lost := uint64(0)
	v := &View{host: &Host{Config: Config{Count: Counters{ConnectionsFull: new(uint64), EventsLost: &lost}}}, def: &Definition{}}
	v.connected.Store(true)
	return v, &sink{room: 1000}
}

func event(n int, transient bool) []pushed {
	return []pushed{{[]byte(fmt.Sprintf("a:b%d", n)), 3, transient}}
}

// Case 387: what a connection does not take, or what a page has missed, comes again, once and in order; also when the page
// then needs the whole view, and when it misses that, too.
func TestPushedEventsComeAgain(t *testing.T) {
	v, c := pushing()
	c.room = 1
	for n := range 3 {
		v.push(event(n, false))
	}
	v.sendPushed(c)
	c.take(t, "a connection with room for one", "1 a:b 0")
	c.room = 1000
	missed, held := v.delivery.since(v.delivery.sent)
	if len(missed) != 1 || !held || missed[0].name != 3 {
		t.Fatalf("it has missed %v", missed)
	}
	v.put(c, missed[0])
	v.sendPushed(c)
	c.take(t, "it has room again", "2 a:b 1", "3 a:b 2")

	for range 2 { // the page has none of them, and needs the whole view, twice
		v.pushAgain(0)
		if _, held := v.delivery.since(0); held {
			t.Error("the log still has what is sent again")
		}
		v.put(c, v.delivery.number([]byte("whole")))
		v.sendPushed(c)
		n := v.delivery.seq
		c.take(t, "again", fmt.Sprintf("%d  whole", n-3), fmt.Sprintf("%d a:b 0", n-2), fmt.Sprintf("%d a:b 1", n-1), fmt.Sprintf("%d a:b 2", n))
	}
	v.pushAgain(v.delivery.seq) // it has them
	v.sendPushed(c)
	c.take(t, "nothing is missed")
}

// Transient events are not for later, and leave no gap in what a page can be sent again.
func TestTransientEvents(t *testing.T) {
	v, c := pushing()
	v.push(event(1, true))
	v.push(event(2, false))
	v.sendPushed(c)
	c.take(t, "connected", "1 a:b 1", "2 a:b 2")
	c.room = 0
	v.push(event(3, true))
	v.sendPushed(c)
	if !v.delivery.isUpToDate() {
		t.Error("the page is said to lack what is dropped")
	}
	c.room = 1000
	v.connected.Store(false)
	v.push(event(4, true))
	v.connected.Store(true)
	v.sendPushed(c)
	c.take(t, "afterwards")
	v.push(event(5, true))
	v.sendPushed(c)
	c.take(t, "one more", "3 a:b 5")
	for id, want := range map[uint64]int{0: 1, 1: 1, 2: 0, 3: 0} {
		if missed, held := v.delivery.since(id); !held || len(missed) != want {
			t.Errorf("since %d: %v, %v", id, missed, held)
		}
	}
}

// Case 388: of the events that wait for a page the oldest are lost, and it is counted.
func TestPushedEventsThatWaitAreBounded(t *testing.T) {
	v, c := pushing()
	for n := range MaxPushed + 7 {
		v.push(event(n, false))
	}
	if len(v.pushed) != MaxPushed || string(v.pushed[0].data) != "a:b7" || *v.host.Count.EventsLost != 7 {
		t.Errorf("%d wait, from %s on, %d are lost", len(v.pushed), v.pushed[0].data, *v.host.Count.EventsLost)
	}
	v.push([]pushed{{[]byte("a:b" + strings.Repeat("x", MaxPushedBytes-20)), 3, false}})
	if n := sizeOf(v.pushed); n > MaxPushedBytes || len(v.pushed) > 5 {
		t.Errorf("%d of %d bytes wait", len(v.pushed), n)
	}
	v.sendPushed(c)
	if v.pushed != nil || len(c.took) < 2 {
		t.Errorf("%d came, %d wait", len(c.took), len(v.pushed))
	}
}
