package state_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sideband-go/sideband/state"
)

// Case 73: what has to go for others is big and was left long ago.
func TestBigViewsThatWereLeftLongAgoGoFirst(t *testing.T) {
	var gone string
	s := state.NewStore(state.Limits{Bytes: 1000}, func(e *state.Entry) { gone += e.ID + " " }) // 250 of them for pending ones
	now := time.Now()
	in := func(seconds int) time.Time { return now.Add(time.Duration(seconds) * time.Second) }
	park := func(id string, bytes int64, at int) *state.Entry {
		e := &state.Entry{ID: id, Session: id, Bytes: bytes}
		if _, err := s.Restore(e, in(at)); err != nil {
			t.Fatal(err)
		}
		return e
	}
	expect := func(want string, bytes int64) {
		t.Helper()
		if n := s.Count().Bytes; gone != want || n != bytes {
			t.Errorf("gone: %q, %d bytes; not %q, %d", gone, n, want, bytes)
		}
		gone = ""
	}
	park("old", 10, 0)
	big := park("big", 300, 0)
	large := park("large", 400, 50)
	expect("", 710)
	watched := park("watched", 40, 60)
	s.Connected(watched)
	expect("", 710)
	s.Resize(watched, 5000, in(61)) // nobody minds while it is watched
	expect("", 710)
	park("new", 100, 100) // large: 400 for 50 s, big: 300 for 100 s
	expect("big ", 510)
	s.Used(large, in(100))
	s.Resize(large, 700, in(101)) // 700 for 1 s, old: 10 for 101 s
	expect("large ", 110)
	// Pages that never connect take room from one another only.
	for i := range 5 {
		if err := s.Add(&state.Entry{ID: fmt.Sprint("p", i), Session: "p", Bytes: 100}, in(102+i)); err != nil {
			t.Fatal(err)
		}
	}
	expect("p0 p1 p2 ", 310)
	// One that is too large by itself takes nobody along.
	s.Parked(watched, in(200))
	expect("watched ", 310)
	s.Remove(big)
	expect("", 310)
	if c := s.Count(); c.EvictedForBytes != 6 || c.Evicted != 6 || c.Connected != 0 {
		t.Errorf("%+v", c)
	}
}

// Case 73: whatever happens, the bytes are counted right, and within their bound.
func TestBytesAddUp(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	all := map[string]*state.Entry{}
	const most = 10_000
	s := state.NewStore(state.Limits{Bytes: most, Views: 40, Pending: 20, PerSession: 7}, func(e *state.Entry) { delete(all, e.ID) })
	connected := map[*state.Entry]bool{}
	now := time.Now()
	for i := range 20_000 {
		now = now.Add(time.Duration(random.IntN(1000)) * time.Millisecond)
		var e *state.Entry
		for _, e = range all {
			break
		}
		switch n := random.IntN(8); {
		case n == 0 || e == nil:
			e = &state.Entry{ID: fmt.Sprint(i), Session: fmt.Sprint(random.IntN(8)), Bytes: random.Int64N(2000)}
			all[e.ID] = e
			if s.Add(e, now) != nil {
				delete(all, e.ID)
			}
		case n == 1:
			e = &state.Entry{ID: fmt.Sprint(i), Session: fmt.Sprint(random.IntN(8)), Bytes: random.Int64N(2000)}
			all[e.ID] = e
			if _, err := s.Restore(e, now); err != nil {
				delete(all, e.ID)
			}
		case n == 2:
			s.Connected(e)
			connected[e] = true
		case n == 3:
			delete(connected, e)
			s.Parked(e, now)
		case n == 4:
			s.Used(e, now)
		case n == 5:
			s.Resize(e, random.Int64N(4000), now)
		case n == 6:
			s.Remove(e)
		default:
			s.Expire(now)
		}
		want := int64(0)
		for _, e := range all {
			if !connected[e] {
				want += e.Bytes
			}
		}
		if c := s.Count(); c.Bytes != want || c.Bytes > most || c.Pending+c.Connected+c.Parked != len(all) {
			t.Fatalf("step %d: %+v, there are %d with %d bytes", i, c, len(all), want)
		}
	}
}
