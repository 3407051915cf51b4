package keep_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/internal/keep"
	"github.com/sideband-go/sideband/internal/seal"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/stashtest"
)

type counts struct{ writes, failures, fenced, dropped uint64 }

// process is a writer with a store of its own that fails on demand, on records that all share.
type process struct {
	*keep.Writer
	store *stashtest.Faulty
	count counts
}

var sealer = seal.New([][]byte{bytes.Repeat([]byte{1}, 32)}, "test", keep.Version)

func newProcess(records stash.Store) *process {
	p := &process{store: &stashtest.Faulty{Store: records}}
	p.Writer = keep.NewWriter(keep.Config{
		Store: p.store, Sealer: sealer, Life: time.Hour, ReadTime: readTime, Log: slog.New(slog.DiscardHandler),
		Count: keep.Counters{Writes: &p.count.writes, Failures: &p.count.failures, Fenced: &p.count.fenced, Dropped: &p.count.dropped},
	})
	return p
}

func (p *process) counts() counts {
	c := &p.count
	return counts{atomic.LoadUint64(&c.writes), atomic.LoadUint64(&c.failures), atomic.LoadUint64(&c.fenced), atomic.LoadUint64(&c.dropped)}
}

func (p *process) open() *keep.Record { return p.Open("page", &page{}) }

// page is the view of a record.
type page struct {
	isAway          atomic.Bool
	lost, restarted atomic.Int32
}

func (p *page) Connected() bool { return !p.isAway.Load() }
func (p *page) Watched() bool   { return !p.isAway.Load() }
func (p *page) SaveAgain()      { p.lost.Add(1) }
func (p *page) Restart()        { p.restarted.Add(1) }

const readTime = 2 * time.Second

var byPage = keep.Reason{ByPage: true}

var key = stashtest.Key("s", "i", "n")

// written lets the time pass after which a state is written that follows another one at once.
func written() {
	time.Sleep(200 * time.Millisecond)
	synctest.Wait()
}

// bubble runs a test in which time passes when nothing else happens.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

func take(t *testing.T, r *keep.Record, want string) {
	t.Helper()
	e, err := r.Take(t.Context(), key)
	if want == "" && !errors.Is(err, stash.ErrNotFound) || want != "" && (err != nil || string(e.State) != want) {
		t.Fatalf("Take: %q, %v, want %q", e.State, err, want)
	}
}

// kept compares what is in the store.
func kept(t *testing.T, p *process, want string) {
	t.Helper()
	e, err := p.open().Peek(t.Context(), key)
	if want == "" && errors.Is(err, stash.ErrNotFound) {
		return
	}
	if err != nil || string(e.State) != want {
		t.Fatalf("kept is %q, %v, want %q", e.State, err, want)
	}
}

func TestTheNewestStateWins(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newProcess(&stash.Memory{})
		r := p.open()
		take(t, r, "")
		p.store.Hang()
		for i := range 1000 { // none of which waits
			r.Save(fmt.Appendf(nil, "state %d", i), byPage)
			if i == 0 {
				synctest.Wait() // until its write hangs
			}
		}
		if p.Pending() != 1 {
			t.Errorf("%d pending", p.Pending())
		}
		p.store.Mend()
		written()
		kept(t, p, "state 999")
		if p.store.Calls("Put") != 2 || p.store.PutsAtOnce() != 1 || p.counts().writes != 2 || p.Pending() != 0 {
			t.Errorf("%d calls of Put, %d at once, %+v, %d pending", p.store.Calls("Put"), p.store.PutsAtOnce(), p.counts(), p.Pending())
		}
	})
}

// Case 308.
func TestAStoreThatIsAwayForAMinute(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newProcess(&stash.Memory{})
		r := p.open()
		take(t, r, "")
		p.store.Fail(stashtest.ErrAway)
		r.Save([]byte("old"), byPage)
		time.Sleep(30 * time.Second)
		r.Save([]byte("new"), keep.Reason{})
		time.Sleep(30 * time.Second)
		tries := p.store.Calls("Put")
		if tries < 10 || tries > 30 || p.counts().failures != uint64(tries) {
			t.Errorf("%d tries in a minute, %+v", tries, p.counts())
		}
		p.store.Mend()
		time.Sleep(5 * time.Second)
		kept(t, p, "new")
		if p.counts().writes != 1 || p.counts().dropped != 0 || p.Pending() != 0 {
			t.Errorf("%+v, %d pending", p.counts(), p.Pending())
		}
	})
}

func TestAStoreThatHangs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newProcess(&stash.Memory{})
		var records []*keep.Record
		for n := range 100 {
			r := p.open()
			r.Bind(stashtest.Key("s", "i", fmt.Sprint(n)))
			records = append(records, r)
		}
		p.store.Hang()
		for _, r := range records {
			r.Save([]byte("state"), byPage)
		}
		time.Sleep(time.Minute)
		if p.Pending() != 100 || p.counts().failures == 0 {
			t.Errorf("%d pending, %+v", p.Pending(), p.counts())
		}
		p.store.Mend()
		time.Sleep(time.Minute)
		if p.Pending() != 0 || p.counts().writes != 100 {
			t.Errorf("%d pending, %+v", p.Pending(), p.counts())
		}
	})
}

func TestFlush(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newProcess(&stash.Memory{})
		if err := p.Flush(t.Context()); err != nil {
			t.Errorf("with nothing to write: %v", err)
		}
		r := p.open()
		take(t, r, "")
		p.store.Fail(stashtest.ErrAway)
		r.Save([]byte("last"), byPage)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := p.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a store that is away: %v", err)
		}
		time.AfterFunc(time.Second, p.store.Mend)
		begin := time.Now()
		if err := p.Flush(t.Context()); err != nil {
			t.Error(err)
		}
		if passed := time.Since(begin); passed > 1200*time.Millisecond {
			t.Errorf("it took %v after the store was back", passed-time.Second)
		}
		kept(t, p, "last")
	})
}

func TestWhatTheStoreRefusesIsGivenUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newProcess(&stash.Memory{})
		r := p.open()
		take(t, r, "")
		p.store.Fail(fmt.Errorf("of this store: %w", stash.ErrTooLarge))
		r.Save([]byte("large"), byPage)
		time.Sleep(time.Minute)
		if p.counts().dropped != 1 || p.store.Calls("Put") != 2 || p.Pending() != 0 { // the state, and that it was refused
			t.Errorf("%+v, %d calls, %d pending", p.counts(), p.store.Calls("Put"), p.Pending())
		}
		p.store.Mend()
		r.Save([]byte("small"), byPage)
		written()
		kept(t, p, "small")
	})
}

func TestEnvelopes(t *testing.T) {
	e := keep.Envelope{Saved: time.Unix(1e9, 0), Version: "v", Page: "page", State: []byte("state")}
	sealed := e.Seal(sealer, "here")
	if got, err := keep.Open(sealer, sealed, "here"); err != nil || !got.Saved.Equal(e.Saved) || got.Version != "v" || got.Page != "page" || string(got.State) != "state" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := keep.Open(sealer, sealed, "there"); err == nil {
		t.Error("it opens elsewhere")
	}
	if n := len(sealed) - len("vpagestate"); n > keep.Overhead {
		t.Errorf("the overhead is %d", n)
	}
	rotated := seal.New([][]byte{bytes.Repeat([]byte{2}, 32), bytes.Repeat([]byte{1}, 32)}, "test", keep.Version)
	if _, err := keep.Open(rotated, sealed, "here"); err != nil {
		t.Errorf("after a rotation: %v", err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i]++
		if _, err := keep.Open(sealer, changed, "here"); err == nil {
			t.Fatalf("it opens with byte %d changed", i)
		}
		if _, err := keep.Open(sealer, sealed[:i], "here"); err == nil {
			t.Fatalf("%d bytes of it open", i)
		}
	}
}
