package keep_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/stashtest"
)

func TestForgetting(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for name, what := range map[string]stash.Key{"session": {Session: key.Session}, "identity": {Identity: key.Identity}} {
			p := newProcess(&stash.Memory{})
			r := p.open()
			take(t, r, "")
			r.Save([]byte("state"), byPage)
			synctest.Wait()
			p.store.Fail(stashtest.ErrAway)
			r.Save([]byte("waits"), byPage)
			p.Forget(stash.Key{Session: stashtest.Key("x", "", "").Session}) // another's
			p.Forget(what)
			synctest.Wait()
			if e, err := p.open().Find(t.Context(), key); !errors.Is(err, stash.ErrNotFound) { // though it is there still
				t.Errorf("%s: found %q, %v", name, e.State, err)
			}
			p.store.Mend()
			time.Sleep(time.Minute)
			kept(t, p, "")
			r.Save([]byte("late"), byPage)
			time.Sleep(time.Minute)
			kept(t, p, "")
			if p.Pending() != 0 {
				t.Errorf("%s: %d pending", name, p.Pending())
			}
		}
	})
}

// What is forgotten while it is being written is not inherited.
func TestForgettingWhatIsBeingWritten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newProcess(&stash.Memory{})
		r := p.open()
		take(t, r, "")
		p.store.Hang()
		r.Save([]byte("state"), byPage)
		synctest.Wait()
		p.Forget(stash.Key{Session: key.Session})
		if e, err := p.open().Find(t.Context(), key); !errors.Is(err, stash.ErrNotFound) {
			t.Errorf("found %q, %v", e.State, err)
		}
		p.store.Mend()
		time.Sleep(time.Minute)
		kept(t, p, "")
	})
}

// takesLate is a store in which Take waits.
type takesLate struct {
	stash.Store
	until chan struct{}
}

func (s takesLate) Take(ctx context.Context, key stash.Key, fence stash.Fence, life time.Duration) ([]byte, error) {
	<-s.until
	return s.Store.Take(ctx, key, fence, life)
}

// Case 551: what is forgotten does not come back by a write that was under way before the record was there.
func TestForgettingWhatIsWrittenForTheFirstTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store := takesLate{new(stash.Memory), make(chan struct{})}
		p := newProcess(store)
		r := p.open()
		r.Bind(key)
		r.Save([]byte("state"), byPage)
		synctest.Wait()
		p.Forget(stash.Key{Identity: key.Identity})
		synctest.Wait()
		close(store.until)
		written()
		kept(t, p, "")
		if p.store.Calls("Put") != 2 || p.Pending() != 0 {
			t.Errorf("%d calls of Put, %d pending", p.store.Calls("Put"), p.Pending())
		}
	})
}

// A state that a view has forgotten is not there, though that is not written yet.
func TestAForgottenStateIsNotInherited(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newProcess(&stash.Memory{})
		r := p.open()
		take(t, r, "")
		r.Save([]byte("state"), byPage)
		written()
		p.store.Fail(stashtest.ErrAway)
		r.Save(nil, byPage)
		synctest.Wait()
		take(t, p.open(), "")
		if e, err := p.open().Find(t.Context(), key); !errors.Is(err, stash.ErrNotFound) {
			t.Errorf("found %q, %v", e.State, err)
		}
		p.store.Mend()
		time.Sleep(time.Minute)
		kept(t, p, "")
		if p.Pending() != 0 {
			t.Errorf("%d pending", p.Pending())
		}
	})
}

// A deletion that a store never manages is given up, and what is there can be found again.
func TestADeletionIsGivenUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newProcess(&stash.Memory{})
		var log bytes.Buffer
		p.Log = slog.New(slog.NewTextHandler(&log, nil))
		r := p.open()
		take(t, r, "")
		r.Save([]byte("state"), byPage)
		written()
		p.store.Fail(stashtest.ErrAway)
		p.Forget(stash.Key{Identity: key.Identity})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n := p.store.Calls("Delete"); n != 10 || !strings.Contains(log.String(), "is not deleted") {
			t.Errorf("%d tries, %s", n, &log)
		}
		p.store.Mend()
		if e, err := p.open().Find(t.Context(), key); err != nil || string(e.State) != "state" {
			t.Errorf("found %q, %v", e.State, err)
		}
	})
}
