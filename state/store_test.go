package state_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sideband-go/sideband/state"
)

func newStore(l state.Limits) (*state.Store, func() []string) {
	var mu sync.Mutex
	var out []string
	s := state.NewStore(l, func(e *state.Entry) {
		mu.Lock()
		defer mu.Unlock()
		out = append(out, e.ID)
	})
	return s, func() []string {
		mu.Lock()
		defer mu.Unlock()
		got := out
		out = nil
		return got
	}
}

func add(t *testing.T, s *state.Store, session, id string, now time.Time) *state.Entry {
	t.Helper()
	e := &state.Entry{ID: id, Session: session}
	if err := s.Add(e, now); err != nil {
		t.Fatal(err)
	}
	return e
}

func want(t *testing.T, got []string, ids ...string) {
	t.Helper()
	slices.Sort(got)
	if !slices.Equal(got, ids) {
		t.Errorf("evicted %v, not %v", got, ids)
	}
}

func TestViewsThatNobodyWatchesExpire(t *testing.T) {
	s, evicted := newStore(state.Limits{PendingLife: time.Minute, Life: 15 * time.Minute})
	t0 := time.Now()
	add(t, s, "s", "never connected", t0)
	was := add(t, s, "s", "was connected", t0)
	is := add(t, s, "s", "is connected", t0)
	used := add(t, s, "s", "used", t0)
	s.Connected(was)
	s.Connected(is)
	s.Parked(was, t0)
	s.Used(used, t0.Add(time.Minute))
	s.Expire(t0.Add(time.Minute))
	want(t, evicted(), "never connected")
	s.Expire(t0.Add(14 * time.Minute))
	want(t, evicted(), "used")
	s.Expire(t0.Add(time.Hour))
	want(t, evicted(), "was connected")
	if c := s.Count(); c != (state.Count{Connected: 1, Sessions: 1, Expired: 3}) || s.Get("is connected") != is || s.Get("used") != nil {
		t.Errorf("%+v", c)
	}
}

func TestConnectedViewsAreNotEvictedForOthers(t *testing.T) {
	s, evicted := newStore(state.Limits{Views: 3, Pending: 10, PerSession: 10})
	t0 := time.Now()
	a, b := add(t, s, "s", "a", t0), add(t, s, "s", "b", t0)
	s.Connected(a)
	s.Connected(b)
	s.Parked(b, t0)
	add(t, s, "s", "c", t0)
	add(t, s, "s", "d", t0)
	want(t, evicted(), "c") // never connected goes first
	d := s.Get("d")
	s.Connected(d)
	e := add(t, s, "s", "e", t0)
	want(t, evicted(), "b")
	s.Connected(e)
	if err := s.Add(&state.Entry{ID: "f"}, t0); !errors.Is(err, state.ErrFull) {
		t.Errorf("a fourth: %v", err)
	}
}

func TestASessionEvictsItsOwn(t *testing.T) {
	s, evicted := newStore(state.Limits{PerSession: 2, Pending: 3})
	t0 := time.Now()
	first := add(t, s, "one", "1", t0)
	s.Connected(first)
	add(t, s, "two", "x", t0)
	add(t, s, "one", "2", t0)
	add(t, s, "one", "3", t0)
	want(t, evicted(), "2")
	add(t, s, "three", "y", t0)
	want(t, evicted())
	if err := s.Add(&state.Entry{ID: "z", Session: "four"}, t0); !errors.Is(err, state.ErrPending) {
		t.Errorf("a fourth that never connected: %v", err)
	}
	for _, e := range s.Session("one") {
		s.Remove(e)
	}
	want(t, evicted(), "1", "3")
	s.Remove(first)
	want(t, evicted())
	s.Close()
	want(t, evicted(), "x", "y")
	if err := s.Add(&state.Entry{ID: "n"}, t0); !errors.Is(err, state.ErrClosed) {
		t.Errorf("a closed store: %v", err)
	}
	if c := s.Count(); c != (state.Count{Evicted: 1}) {
		t.Errorf("%+v", c)
	}
}

func TestAViewThatWasConnectedElsewhereIsRestored(t *testing.T) {
	s, evicted := newStore(state.Limits{Views: 2, Pending: 1})
	t0 := time.Now()
	add(t, s, "s", "waits", t0)
	first := &state.Entry{ID: "a", Session: "s"}
	if taken, err := s.Restore(first, t0); taken != nil || err != nil {
		t.Fatal("with a full pool of pending views:", taken, err)
	}
	if taken, err := s.Restore(&state.Entry{ID: "a"}, t0); taken != first || !errors.Is(err, state.ErrTaken) {
		t.Errorf("a second time: %v, %v", taken, err)
	}
	if c := s.Count(); c.Parked != 1 || c.Pending != 1 {
		t.Errorf("%+v", c)
	}
	if _, err := s.Restore(&state.Entry{ID: "b", Session: "s"}, t0); err != nil {
		t.Error(err)
	}
	want(t, evicted(), "waits")
	s.Expire(t0.Add(15 * time.Minute))
	want(t, evicted(), "a", "b")
}

func TestTheStoreInUse(t *testing.T) {
	s, evicted := newStore(state.Limits{Views: 50, Pending: 20, PerSession: 5})
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 300 {
				e := &state.Entry{ID: fmt.Sprint(g, "-", i), Session: fmt.Sprint(i % 20)}
				if s.Add(e, time.Now()) != nil {
					continue
				}
				s.Connected(e)
				s.Parked(e, time.Now())
				s.Used(e, time.Now())
				if i%3 == 0 {
					s.Remove(e)
				}
				s.Count()
			}
		})
	}
	all.Wait()
	s.Close()
	got := evicted()
	slices.Sort(got)
	if n := len(slices.Compact(slices.Clone(got))); n != len(got) || n != 2400 {
		t.Errorf("%d views left, %d of them once", len(got), n)
	}
}
