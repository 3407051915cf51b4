package keep_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/keep"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/stashtest"
)

// small takes no record of more than a kilobyte.
type small struct{ stash.Store }

func (s small) Put(ctx context.Context, key stash.Key, fence stash.Fence, data []byte, life time.Duration) error {
	if len(data) > 1000 {
		return stash.ErrTooLarge
	}
	return s.Store.Put(ctx, key, fence, data, life)
}

// Case 526. What the store does not take leaves a note in the place of the state before.
func TestARefusalTakesThePlaceOfTheStateBefore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newProcess(small{&stash.Memory{}})
		r := p.open()
		take(t, r, "")
		r.Save([]byte("before"), byPage)
		written()
		r.Save(bytes.Repeat([]byte{1}, 2000), byPage)
		written()
		time.Sleep(time.Second)
		e, err := p.open().Peek(t.Context(), key)
		if refused := e.Refused(); err != nil || !errors.Is(refused, stash.ErrTooLarge) || !strings.Contains(refused.Error(), "too large") {
			t.Errorf("%.100q, %v, %v", e.State, refused, err)
		}
		r.Save([]byte("after"), byPage)
		written()
		kept(t, p, "after")
		if c := p.counts(); c.dropped != 1 || p.Pending() != 0 {
			t.Errorf("%+v, %d pending", c, p.Pending())
		}
	})
}

// What was made while the store could not be read is not given up for a refusal.
func TestARefusalIsNothingToBeginAgainWith(t *testing.T) {
	bubble(t, func(t *testing.T) {
		records := &stash.Memory{}
		old, p := newProcess(records), newProcess(records)
		before := old.open()
		take(t, before, "")
		before.Save(keep.Refusal(stash.ErrTooLarge), byPage)
		written()
		p.store.Fail(stashtest.ErrAway)
		r := p.open()
		if _, err := r.Find(t.Context(), key); err == nil {
			t.Fatal("it was read")
		}
		r.Save([]byte("made meanwhile"), byPage)
		p.store.Mend()
		time.Sleep(time.Minute)
		kept(t, p, "made meanwhile")
	})
}

func TestRefusals(t *testing.T) {
	for _, err := range []error{errors.New("why"), stash.ErrTooLarge, errors.New(strings.Repeat("long ", 1000))} {
		state := keep.Refusal(err)
		got := keep.Envelope{State: state}.Refused()
		if len(state) > 600 || got == nil || errors.Is(got, stash.ErrTooLarge) != errors.Is(err, stash.ErrTooLarge) || !strings.Contains(got.Error(), err.Error()[:3]) {
			t.Errorf("%d bytes: %v", len(state), got)
		}
	}
	for _, state := range []string{"", "state", "\xff", "\xff\xff"} {
		if err := (keep.Envelope{State: []byte(state)}).Refused(); err != nil {
			t.Errorf("%q: %v", state, err)
		}
	}
}
