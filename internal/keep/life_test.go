package keep_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/stash"
)

// Case 460: a record expires exactly its life after the page was last here, and not before that while it is watched.
func TestTheLifeOfARecordIsExact(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p, v := newProcess(&stash.Memory{}), &page{}
		r := p.Open("page", v)
		take(t, r, "")
		r.Save([]byte("state"), byPage)
		for range 20 { // as the kit does
			time.Sleep(15 * time.Minute)
			r.Extend()
			synctest.Wait()
		}
		time.Sleep(14 * time.Minute)
		v.isAway.Store(true)
		r.Extend() // the page leaves
		synctest.Wait()
		time.Sleep(time.Hour - time.Second)
		kept(t, p, "state")
		time.Sleep(2 * time.Second)
		kept(t, p, "")
		if n := v.lost.Load(); n != 0 {
			t.Errorf("it was lost %d times", n)
		}
		r.Extend()
		synctest.Wait()
		if n := v.lost.Load(); n != 0 {
			t.Errorf("lost %d times, though the page is away", n)
		}
		v.isAway.Store(false)
		r.Extend() // the page is back, and its view lives still: it is asked for its state
		synctest.Wait()
		if n := v.lost.Load(); n != 1 {
			t.Errorf("lost %d times", n)
		}
		v.isAway.Store(true)
		r.Save([]byte("again"), byPage) // of an event without a connection
		synctest.Wait()
		time.Sleep(time.Hour - time.Second)
		kept(t, p, "again")
		time.Sleep(2 * time.Second)
		kept(t, p, "")
	})
}

// Case 460: a process that is killed leaves the records of its watched pages for their whole life at least.
func TestTheLifeOfARecordWhoseProcessIsKilled(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newProcess(&stash.Memory{})
		r := p.Open("page", &page{})
		take(t, r, "")
		r.Save([]byte("state"), byPage)
		synctest.Wait()
		time.Sleep(15 * time.Minute) // until the first extension, which does not come any more
		time.Sleep(time.Hour - time.Second)
		kept(t, p, "state")
	})
}

// A page that leaves while its state is being written is not forgotten.
func TestLeavingDuringAWrite(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p, v := newProcess(&stash.Memory{}), &page{}
		r := p.Open("page", v)
		take(t, r, "")
		p.store.Hang()
		r.Save([]byte("state"), byPage)
		synctest.Wait()
		v.isAway.Store(true)
		r.Extend()
		time.Sleep(time.Second)
		p.store.Mend()
		synctest.Wait()
		if n := p.store.Calls("Extend"); n != 1 {
			t.Errorf("%d extensions", n)
		}
		time.Sleep(time.Hour - time.Second)
		kept(t, p, "state")
		time.Sleep(2 * time.Second)
		kept(t, p, "")
	})
}
