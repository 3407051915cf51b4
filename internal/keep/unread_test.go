package keep_test

import (
	"testing"
	"time"

	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/stashtest"
)

// Case 461: what a view has made without what the store has does not overwrite that: when the store is back, the view
// begins again with it.
func TestAStateThatCouldNotBeRead(t *testing.T) {
	for name, changes := range map[string]bool{"changed": true, "unchanged": false} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				records := &stash.Memory{}
				old, p := newProcess(records), newProcess(records)
				before := old.open()
				take(t, before, "")
				before.Save([]byte("old"), byPage)
				written()
				v := &page{}
				r := p.Open("page", v)
				p.store.Fail(stashtest.ErrAway)
				if e, err := r.Find(t.Context(), key); err == nil {
					t.Fatalf("found %q", e.State)
				}
				if changes {
					r.Save([]byte("made without"), byPage)
				}
				time.Sleep(time.Minute)
				p.store.Mend()
				time.Sleep(10 * time.Second)
				kept(t, p, "old")
				if n := v.restarted.Load(); n != 1 || p.Pending() != 0 {
					t.Errorf("the view is restarted %d times, %d pending", n, p.Pending())
				}
				if n := p.counts().dropped; n != map[bool]uint64{true: 1}[changes] {
					t.Errorf("%d states dropped", n)
				}
				take(t, p.open(), "old")
			})
		})
	}
}

// Case 461: if the store has nothing, what was made without it is written.
func TestNothingCouldBeRead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p, v := newProcess(&stash.Memory{}), &page{}
		r := p.Open("page", v)
		p.store.Fail(stashtest.ErrAway)
		if _, err := r.Find(t.Context(), key); err == nil {
			t.Fatal("no error")
		}
		r.Save([]byte("new"), byPage)
		time.Sleep(time.Minute)
		if p.store.Calls("Put") != 0 || p.Pending() != 1 {
			t.Errorf("%d calls of Put, %d pending", p.store.Calls("Put"), p.Pending())
		}
		// A view that comes meanwhile goes on with it, and does not overwrite either.
		v.isAway.Store(true)
		v = &page{}
		r = p.Open("page", v)
		if e, err := r.Find(t.Context(), key); err != nil || string(e.State) != "new" {
			t.Errorf("found %q, %v", e.State, err)
		}
		r.Save([]byte("newer"), byPage)
		p.store.Mend()
		time.Sleep(10 * time.Second)
		kept(t, p, "newer")
		if n := v.restarted.Load(); n != 0 || p.Pending() != 0 {
			t.Errorf("the view is restarted %d times, %d pending", n, p.Pending())
		}
	})
}

// Case 461: the author may say that what could not be read is to be overwritten, or forgotten.
func TestOverwritingWhatCouldNotBeRead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, state := range []string{"new", ""} {
			p, v := newProcess(&stash.Memory{}), &page{}
			before := p.open()
			take(t, before, "")
			before.Save([]byte("old"), byPage)
			written()
			r := p.Open("page", v)
			p.store.Fail(stashtest.ErrAway)
			if _, err := r.Find(t.Context(), key); err == nil {
				t.Fatal("no error")
			}
			asked := byPage
			asked.Asked = true
			r.Save([]byte(state), asked)
			r.Save([]byte(state), byPage)
			p.store.Mend()
			time.Sleep(10 * time.Second)
			kept(t, p, state)
			if n := v.restarted.Load(); n != 0 {
				t.Errorf("the view is restarted %d times", n)
			}
		}
	})
}
